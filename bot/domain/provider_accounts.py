"""The accounts of a provider: with several keys, each is asked, paced and rested under a name of its own."""

import hashlib
from collections.abc import Sequence

_SIGN = "#"
"""No provider's name has it."""


def account_name(provider: str, key: str) -> str:
    """Return the name of the account that a key is of: the same as long as the key is, wherever it stands in the list."""
    return f"{provider}{_SIGN}{hashlib.blake2s(key.encode(), digest_size=4).hexdigest()}"


def provider_of(account: str) -> str:
    """Return the provider's name; that of an account is the same where the provider has one key."""
    return account.partition(_SIGN)[0]


def label_accounts(accounts: Sequence[str]) -> dict[str, str]:
    """Return what each account of one provider is called for people: as its provider, and by the place of its key in the list."""
    if len(accounts) == 1:
        return {accounts[0]: provider_of(accounts[0])}
    return {one: f"{provider_of(one)} (key {place} of {len(accounts)})" for place, one in enumerate(accounts, 1)}
