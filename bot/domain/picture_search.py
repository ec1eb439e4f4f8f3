"""What somebody looks for among their own pictures."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.domain.collections import CollectionId

_MOST_WORDS = 32
"""Words of a search that are looked for; nobody means more."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
_SIGNS = re.compile("[\x00-\x1f!-/:-@\\[-`{-\x7f\u2000-\u206f\u3000-\u303f\ud800-\udfff]+")
"""What parts words: controls, ASCII's and general punctuation, and halves of characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuery:
    """Which pictures are meant: those whose words have all of these at the beginning of one, kept at `since` or later."""

    words: tuple[str, ...] = ()
    since: datetime | None = None
    only_favourites: bool = False
    collection: CollectionId | None = None
    """Of the account's own."""

    @property
    def is_narrow(self) -> bool:
        """Whether it means only some of all pictures."""
        return bool(self.words) or self.since is not None or self.only_favourites or self.collection is not None


def search_words(typed: str) -> tuple[str, ...]:
    """Return the words of what was typed, in small letters and without accents: no sign of any query language is left."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", typed)).lower()
    words = [word for word in _SIGNS.sub(" ", plain).split() if any(map(str.isalnum, word))]
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]
