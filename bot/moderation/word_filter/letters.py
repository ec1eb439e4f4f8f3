"""Reads a text the way a person would: its letters in plainest form, and what stands between them."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, compress
from operator import ne

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""Scripts that write words without spaces, or, as Korean does, hang other syllables on them."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Me"}
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_FILLERS = frozenset("\u034f\u115f\u1160\u180b\u180c\u180d").union(*(map(chr, codes) for codes in _SELECTORS))
"""Letters and marks in name that nobody sees."""

_STAND_INS = dict(zip("0123456789@$!|+(€£¢¡", "oizeasgtbgasiitceici", strict=True))
"""Digits and signs that are written for letters. `1` and `|` are an i as often as an l, so that l is read as i beside them."""

_SIGNS = "".join(sign for sign in _STAND_INS if not sign.isdigit())
_ENDING_SIGNS = "@$"
"""Signs that are letters at the edge of a word too; the others end a sentence there as often."""

_SIGN_RUN = re.compile(f"[{re.escape(_SIGNS)}]+")
_ANY_SIGN = re.compile(f"[{re.escape(_SIGNS)}]")
_SUBSTITUTED = re.compile(f"[{re.escape(''.join(_STAND_INS))}]")
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_APOSTROPHES = "'’‘ʼ`´"
_WORD = re.compile(r"[^\n '\-]+")
_GAP_RUN = re.compile(r"([\n '\-]+)")
_REPEATED = re.compile(r"(.)\1+")
_MOST_CACHED = 20_000


class Gap(IntEnum):
    """What stands between two letters."""

    NONE = 0
    MARK = 1
    """Punctuation: dots, dashes, underscores, stars."""
    SPACE = 2
    """One space, or an apostrophe, which ends a word as often as it is part of one."""
    BREAK = 3
    """The end of a line."""
    WIDE = 4
    """More than one space."""
    EDGE = 5
    """The begin or the end of the text."""


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a text, without what stands between them.

    `text` has repeated letters once; `raw` has all of them. `starts[i]` is
    where the letter `text[i]` begins in `raw`, with the length of `raw` behind
    the last. `gaps[i]` is the `Gap` before `raw[i]`, and at the end.
    `shown` is `raw` with the digits and signs that were read as letters; empty
    where none were.
    """

    text: str
    raw: str
    starts: range | list[int]
    gaps: bytes
    shown: str = ""

    def index(self, place: int) -> int:
        """Return which letter of `text` the letter `raw[place]` belongs to."""
        return place if isinstance(self.starts, range) else bisect_right(self.starts, place) - 1

    def is_partly_substituted(self, start: int, end: int) -> bool:
        """Whether some of these letters, and not all of them, are digits or signs that were read as letters."""
        return 0 < len(_SUBSTITUTED.findall(self.shown, start, end)) < end - start


def fold(text: str) -> str:
    """Return `text` in its plainest form: case, width, accents, lookalikes and invisible characters make no difference.

    Words stay apart by a space, a line break, an apostrophe, or `-` for any
    other punctuation; signs that may stand for letters stay what they are.
    """
    if text.isascii():
        return text.casefold().translate(_PLAIN)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = folded.translate(_PLAIN)
    composed = unicodedata.normalize("NFKC", plain)
    return composed if composed == plain else composed.translate(_PLAIN)


def spell(folded: str) -> str:
    """Return the words of a folded text with one space between them, as `matched_after` shows them."""
    return " ".join(_WORD.findall(_drop_signs(folded)))


def read_letters(folded: str) -> Letters:
    """Return the letters of a folded text as they are; digits are letters, signs are punctuation."""
    return _read(_drop_signs(folded))


def read_substituted(folded: str) -> Iterator[Letters]:
    """Yield the letters with digits and signs read as the letters they look like, in each way that they may be meant."""
    if _SUBSTITUTED.search(folded) is None:
        return
    shown = _keep_signs(folded, _signs_in_words)
    yield _read_shown(shown)
    other = _keep_signs(folded, _signs_at_words)
    if other != shown:
        yield _read_shown(other)


def read_phrase_substituted(folded: str) -> Letters:
    """Return a phrase's letters as `read_substituted` reads those of a prompt."""
    return _read_shown(_keep_signs(folded, _signs_in_words))


def bare_lines(folded: str) -> list[str]:
    """Return the `Letters.text` of each line of a folded text, faster than one by one."""
    return _REPEATED.sub(r"\1", _without_gaps(_drop_signs(folded))).split("\n")


def bare_substituted_lines(folded: str) -> list[str]:
    """Return the same for `read_phrase_substituted`."""
    letters = _to_letters(_without_gaps(_keep_signs(folded, _signs_in_words)))
    return _REPEATED.sub(r"\1", letters).split("\n")


@lru_cache(maxsize=4096)
def is_unspaced(character: str) -> bool:
    """Whether the character's script writes words without spaces."""
    return unicodedata.name(character, "").startswith(_UNSPACED)


def _read(words: str, shown: str = "") -> Letters:
    """Return the letters of `words`; `shown` is how they look, where that differs."""
    parts = _GAP_RUN.split(words)
    raw = "".join(parts[::2])
    gaps = bytearray(len(raw) + 1)
    for place, gap in zip(accumulate(map(len, parts[::2])), map(_gap, parts[1::2]), strict=False):
        gaps[place] = gap
    gaps[0] = gaps[-1] = Gap.EDGE
    text, starts = _collapse(raw)
    return Letters(text, raw, starts, bytes(gaps), shown)


def _collapse(raw: str) -> tuple[str, range | list[int]]:
    """Return `raw` with each repeated letter once, and where each begins in it, with its length behind the last."""
    begins = [True, *map(ne, raw[1:], raw)]
    text = "".join(compress(raw, begins))
    if len(text) == len(raw):
        return raw, range(len(raw) + 1)
    return text, [*compress(range(len(raw)), begins), len(raw)]


@lru_cache(maxsize=1024)
def _gap(between: str) -> Gap:
    if "\n" in between:
        return Gap.BREAK
    if "  " in between:
        return Gap.WIDE
    return Gap.SPACE if " " in between or "'" in between else Gap.MARK


def _drop_signs(folded: str) -> str:
    return _ANY_SIGN.sub("-", folded)


def _keep_signs(folded: str, where: Callable[[str, bool, bool], str]) -> str:
    """Return the text with signs where they stand for letters, and punctuation where they do not."""

    def keep(signs: re.Match[str]) -> str:
        start, end = signs.span()
        return where(signs[0], folded[start - 1 : start].isalnum(), folded[end : end + 1].isalnum())

    return _SIGN_RUN.sub(keep, folded)


def _signs_in_words(signs: str, is_after_letter: bool, is_before_letter: bool) -> str:
    """Return the text with signs kept between letters; at a word's edge all but two of them end a sentence as often as not."""
    if is_after_letter and is_before_letter:
        return signs
    if is_after_letter:
        bare = signs.lstrip(_ENDING_SIGNS)
        return signs[: len(signs) - len(bare)] + "-" * len(bare)
    bare = signs.rstrip(_ENDING_SIGNS) if is_before_letter else signs
    return "-" * len(bare) + signs[len(bare) :]


def _signs_at_words(signs: str, is_after_letter: bool, is_before_letter: bool) -> str:
    """Return the text with signs kept beside any letter."""
    return signs if is_after_letter or is_before_letter else "-" * len(signs)


def _to_letters(shown: str) -> str:
    letters = shown.replace("l", "i")
    for sign, letter in _STAND_INS.items():
        letters = letters.replace(sign, letter)
    return letters


def _read_shown(shown: str) -> Letters:
    return _read(_to_letters(shown), _without_gaps(shown).replace("\n", ""))


def _without_gaps(words: str) -> str:
    """Return the words of each line run together. Several times faster than `str.translate`."""
    return words.replace(" ", "").replace("'", "").replace("-", "")


class _PlainForms(dict[int, str | None]):
    """What `str.translate` makes of each character, worked out when it is first seen."""

    def __missing__(self, code: int) -> str | None:
        if len(self) > _MOST_CACHED:
            self.clear()
        plain = self[code] = _plain_form(chr(code))
        return plain


def _plain_form(character: str) -> str | None:
    if character.isspace():
        return "\n" if character in _LINE_ENDS else " "
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if character in _FILLERS or category in _INVISIBLE:
        return None
    lookalike = character if character in _SIGNS else _lookalikes().get(character)
    if lookalike is not None:
        return lookalike
    if category[0] == "M":
        # Unicode's classes 7 to 9 voice kana and join Indic letters, 84 to 132 are vowels and tones from Telugu to Tibetan.
        mark = unicodedata.combining(character)
        return character if mark == 0 or 7 <= mark <= 9 or 84 <= mark <= 132 else None  # noqa: PLR2004 - explained above
    return character if category[0] in "LN" else "-"


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, str]:
    return dict(_read_lookalikes())


def _read_lookalikes() -> Iterator[tuple[str, str]]:
    for line in files(__package__).joinpath("lookalikes.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            letter, lookalikes = line.split(" ", 1)
            yield from ((character, letter) for character in lookalikes)


_PLAIN = _PlainForms()
