"""Which keys an object store takes."""

import re
import secrets

from bot.errors import StorageFailed
from bot.ports.objects import TRIAL_FOLDER

_LONGEST = 512
SUBJECT = "pictures"
"""What findings about a store are about."""

TRIAL_CONTENT = b"easel was here"
"""What a check-up puts into a store, and takes out again."""

_LETTERS = re.compile(r"[a-z0-9._/-]+")


def is_key(text: str) -> bool:
    """Whether `text` keeps the rule of `bot.ports.objects`, and no part of it is a lone `.`: some stores would drop that."""
    return (
        len(text) <= _LONGEST
        and _LETTERS.fullmatch(text) is not None
        and ".." not in text
        and all(part not in {"", "."} for part in text.split("/"))
    )


def check_key(key: str, store: str) -> str:
    """Return `key` back.

    Raises:
        StorageFailed: It is not a key; the key itself is not repeated.
    """
    if not is_key(key):
        raise StorageFailed(store, "not a key of an object")
    return key


def trial_key() -> str:
    """Return a key for a check-up that no other process uses at the same time."""
    return f"{TRIAL_FOLDER}/{secrets.token_hex(8)}"
