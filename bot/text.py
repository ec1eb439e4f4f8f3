"""Words for people that any layer may need: lists, quotes, plurals, lengths of time, progress bars, and cutting to a length."""

import difflib
from collections.abc import Sequence
from datetime import timedelta

_BAR_SEGMENTS = 10


def join_words(words: Sequence[str], last: str = "or") -> str:
    """Return `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def truncate(text: str, longest: int) -> str:
    """Cut `text` to so many characters, with an ellipsis where something is missing."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def quote(typed: object, longest: int = 40) -> str:
    """Repeat what was typed, cut short, so that a sentence stays a sentence."""
    text = " ".join(str(typed).split())
    return f"“{text[:longest]}…”" if len(text) > longest else f"“{text}”"


def suggest(word: str, known: list[str]) -> str:
    """Return what was probably meant: ` Did you mean wide?`, or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return `1 picture`, `1,200 pictures`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def duration_text(span: timedelta) -> str:
    """Return `a minute`, `90 seconds`, `2 hours`: rounded up to what people count in."""
    seconds = max(1, -(-span // timedelta(seconds=1)))
    for unit, length in (("an hour", 3600), ("a minute", 60)):
        if seconds == length:
            return unit
        if seconds >= 2 * length:
            return pluralize(-(-seconds // length), unit.split()[1])
    return "a second" if seconds == 1 else f"{seconds:,} seconds"


def progress_bar(share: float) -> str:
    """Return `▰▰▰▱▱▱▱▱▱▱ 30 %`."""
    share = min(max(share, 0.0), 1.0)
    full = round(share * _BAR_SEGMENTS)
    return f"{'▰' * full}{'▱' * (_BAR_SEGMENTS - full)} {round(share * 100)} %"
