"""What the button below a page of `/gallery` carries to the next page, and what is said of a search."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.chat import Button
from bot.domain.picture_search import search_words

LONGEST_ARGUMENT = 80
"""Characters of what a button may carry besides the name of its command, on every platform."""

_SINCE = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class PageArgument:
    """What was shown last, and what was looked for; `kind` is a filter of that list's own."""

    last: str
    since: datetime | None
    kind: str
    words: tuple[str, ...]

    def write(self) -> str:
        """Return it as a button carries it."""
        since = f"{self.since:{_SINCE}}" if self.since else ""
        return f"{self.last}:{since}:{self.kind}:{'+'.join(self.words)}"


def read_page_argument(argument: str) -> PageArgument:
    """Return what a button carries.

    Raises:
        ValueError: It was not written by a button of ours.
    """
    last, since, kind, words = argument.split(":")
    moment = datetime.strptime(since, _SINCE).replace(tzinfo=UTC) if since else None
    return PageArgument(last, moment, kind, search_words(words))


def offer_older(command: str, argument: PageArgument | None) -> tuple[str, tuple[Button, ...]]:
    """Return the button of the next page, if there is one, and what is said where it cannot carry so many words."""
    if argument is None:
        return "", ()
    if len(carried := argument.write()) > LONGEST_ARGUMENT:
        return " There are more: with fewer words, a button shows them.", ()
    return "", (Button("Older", command, carried),)


def describe_search(words: Collection[str], since: datetime | None) -> str:
    """Return what is looked for, as the end of a sentence."""
    said = f" with “{' '.join(words)}”" if words else ""
    return f"{said} since {since:%d %B %Y}" if since else said
