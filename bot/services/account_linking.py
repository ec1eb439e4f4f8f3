"""Links the accounts of one person on several platforms by one-time codes."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.people import GUEST, Account, AccountId, Identity, Platform, Tier
from bot.errors import BadInput, Busy
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.codes import Codes, Purpose
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.text import duration_text

log = structlog.get_logger(__name__)

CODE_LIFETIME = timedelta(minutes=10)
"""How long a code can be used."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 signs that are not mistaken for each other: what looks like 0 or 1 is read as that, and U is left out."""

_CODE_LENGTH = 8
_LOOKALIKES = str.maketrans("OIL", "011")
_CODE_PREFIX = "EASEL"
_PERIOD = timedelta(minutes=10)
_CODES, _TRIES = Rate(3, _PERIOD), Rate(5, _PERIOD)
_USAGE_FROM = timedelta(days=2)
"""How far back usage is taken along: today may be that old where a community lives in the west, or has changed its zone."""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code as it is shown to its holder."""

    text: str
    expires_at: datetime


class AccountLinking:
    """Issues codes, and joins the account that redeems one into the account that it was issued to.

    `first_tier` is a newcomer's, by platform (guest, if not named): a parted
    identity begins there. `random_below` draws a number below its argument.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        codes: Codes,
        rate_limiter: RateLimiter,
        clock: Clock,
        first_tier: Mapping[Platform, Tier],
        random_below: Callable[[int], int],
    ) -> None:
        self._accounts = accounts
        self._codes = codes
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._first_tier = first_tier
        self._random_below = random_below

    async def issue(self, account: AccountId) -> LinkCode:
        """Make a code for the account, and return it; the account's earlier code opens nothing any more.

        Raises:
            Busy: It has had too many lately.
        """
        wait = await self._rate_limiter.try_acquire(f"link-codes:{account}", _CODES)
        if wait > timedelta():
            raise Busy(
                f"You have had {_CODES.most} codes within {duration_text(_PERIOD)}; "
                f"each works for {duration_text(CODE_LIFETIME)}, and "
                f"you can have another in {duration_text(wait)}.",
                retry_after=wait,
            )
        characters = "".join(_ALPHABET[self._random_below(len(_ALPHABET))] for _ in range(_CODE_LENGTH))
        expires_at = self._clock.now() + CODE_LIFETIME
        await self._codes.issue(Purpose.LINK, _hash(characters), account, expires_at)
        log.info("link.issued", account=account)
        return LinkCode(f"easel-{characters[:4]}-{characters[4:]}", expires_at)

    async def redeem(self, account: AccountId, typed: str) -> tuple[Identity, ...]:
        """Make the account a part of the one that the code was issued to, and return all identities that share it now.

        Raises:
            BadInput: The code opens nothing, or is this account's own.
            Busy: The account has tried too often lately.
        """
        wait = await self._rate_limiter.try_acquire(f"link-tries:{account}", _TRIES)
        if wait > timedelta():
            raise Busy(
                f"You have tried {_TRIES.most} codes within {duration_text(_PERIOD)}; please try again in {duration_text(wait)}, "
                "with a new code. Nothing was changed.",
                retry_after=wait,
            )
        characters = _normalize_code(typed)
        holder = None if characters is None else await self._codes.redeem(Purpose.LINK, _hash(characters))
        if holder is None:
            raise BadInput(
                "That code does not work: it may be mistyped, used already, or older than ten minutes. "
                "The link command gives you a new one where you made it; nothing was changed."
            )
        if holder == account:
            raise BadInput(
                "That code is this account's own, and now it is used up: make a new one, "
                "and type it where you are not linked yet. Nothing was changed."
            )
        await self._accounts.join(AccountId(holder), account)
        log.info("link.joined", account=holder, other=account)
        return await self._accounts.identities(AccountId(holder))

    async def list_shared_identities(self, identity: Identity) -> tuple[Identity, ...]:
        """Return all identities that share this one's account.

        Raises:
            BadInput: There is no other.
        """
        linked = await self._accounts.list_linked_identities(identity)
        if len(linked) < 2:  # noqa: PLR2004 - itself, and another
            raise BadInput("This account is linked to no other, so nothing was changed.")
        return linked

    async def part(self, identity: Identity) -> Account:
        """Move the identity to an account of its own, on which today counts as it does on the shared one; return that account.

        Raises:
            BadInput: It shares its account with nobody.
        """
        await self.list_shared_identities(identity)
        first_day = (self._clock.now() - _USAGE_FROM).date()
        account = await self._accounts.part(identity, self._first_tier.get(identity.platform, GUEST), first_day)
        log.info("link.parted", account=account.id)
        return account


def _normalize_code(typed: str) -> str | None:
    """Return a code typed in any case, with or without its name, spaces and dashes; None where it cannot be one."""
    characters = re.sub(r"[\W_]", "", typed).upper()
    if len(characters) == len(_CODE_PREFIX) + _CODE_LENGTH:
        characters = characters.removeprefix(_CODE_PREFIX)
    characters = characters.translate(_LOOKALIKES)
    return characters if len(characters) == _CODE_LENGTH and set(characters) <= set(_ALPHABET) else None


def _hash(characters: str) -> str:
    return hashlib.sha256(characters.encode()).hexdigest()
