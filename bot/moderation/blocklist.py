"""The guard stage that knows words which are never drawn."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from bot.ports.prompts import ALLOWED, Decision, Verdict

_SENTENCE = "Some of these words are on the list of what is not drawn here; please try other words."
_REFUSED = Verdict(Decision.REFUSE, rule="blocklist", sentence=_SENTENCE)

_CHILDREN = [
    "child",
    "children",
    "kid",
    "kids",
    "minors",
    "toddler",
    "toddlers",
    "preteen",
    "preteens",
    "infant",
    "infants",
    "schoolgirl",
    "schoolgirls",
    "schoolboy",
    "schoolboys",
]

DEFAULT_BLOCKLIST: tuple[str, ...] = (
    *(" ".join(pair) for pair in product(["naked", "nude", "topless", "sexy", "erotic", "sexualized", "sexualised"], _CHILDREN)),
    *(
        " ".join(pair)
        for pair in product(["naked", "nude", "topless", "sexy", "erotic"], ("little girl", "little boy", "underage"))
    ),
    *(
        " ".join(pair)
        for pair in product(
            ["child", "kid", "kiddie", "kiddy", "preteen", "underage", "toddler", "infant", "loli", "shota", "pedo"],
            ["porn", "porno", "pornography", "p0rn", "pr0n", "erotica", "hentai", "sex", "nude", "nudes", "nudity"],
        )
    ),
    *(f"sex with {who}" for who in ("a child", "children", "a kid", "kids", "a minor", "minors", "a toddler")),
    *[
        "childporn",
        "kidporn",
        "kiddieporn",
        "pedoporn",
        "lolicon",
        "shotacon",
        "csam",
        "kinderporno",
        "kinderpornografie",
        "pédopornographie",
    ],
    "pornographie infantile",
    "pornografía infantil",
    "pornografia infantil",
    "детское порно",
    "детская порнография",
    "儿童色情",
    "兒童色情",
    "児童ポルノ",
    "아동 포르노",
)
"""Sexual pictures of minors, in the words people use for them: what no house wants drawn."""

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""Scripts that write words without spaces, or, as Korean does, hang other syllables on them."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Me"}
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_FILLERS = frozenset("\u034f\u115f\u1160\u180b\u180c\u180d").union(*(map(chr, codes) for codes in _SELECTORS))
"""Letters and marks in name that nobody sees."""


class Blocklist:
    """Refuses prompts that hold one of its phrases as whole words.

    Width, case, accents, invisible characters, and whatever stands between
    words make no difference. In scripts without spaces a phrase is found
    anywhere. It is no match for somebody who means to get around it.
    """

    name = "blocklist"

    def __init__(self, phrases: Iterable[str]) -> None:
        self._pattern = _compile(tuple(phrases))

    async def judge(self, prompt: str) -> Verdict:
        """Judge `prompt` in a time that grows with its length alone."""
        is_listed = self._pattern is not None and self._pattern.search(_normalize(prompt)) is not None
        return _REFUSED if is_listed else ALLOWED


@lru_cache(maxsize=8)
def _compile(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return one expression for all phrases; None where there is none. It takes a while, and lists seldom change."""
    patterns = {_phrase_pattern(phrase) for phrase in map(_normalize, phrases) if phrase.strip()}
    return re.compile("|".join(sorted(patterns))) if patterns else None


def _normalize(text: str) -> str:
    """Return the words of `text` in their plainest form, with exactly one space before, between and after them."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = unicodedata.normalize("NFKC", "".join(character for character in folded if _is_significant(character)))
    bare_words = "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in bare).split()
    return f" {' '.join(bare_words)} "


def _is_significant(character: str) -> bool:
    """Whether a decomposed character makes a difference: accents and vowel points do not, the marks that spell syllables do."""
    if character.isspace():
        return True
    if character in _FILLERS or unicodedata.category(character) in _INVISIBLE:
        return False
    # Unicode's classes 7 to 9 voice kana and join Indic letters, 84 to 132 are vowels and tones from Telugu to Tibetan.
    mark = unicodedata.combining(character)
    return mark == 0 or 7 <= mark <= 9 or 84 <= mark <= 132  # noqa: PLR2004 - explained above


def _phrase_pattern(phrase: str) -> str:
    """Return the expression for a plain phrase: words between spaces, or unspaced letters anywhere."""
    bare_words = phrase.strip()
    if not any(map(_is_unspaced, bare_words)):
        return re.escape(phrase)
    start = "" if _is_unspaced(bare_words[0]) else " "
    end = "" if _is_unspaced(bare_words[-1]) else " "
    return start + " ?".join(re.escape(character) for character in bare_words if character != " ") + end


def _is_unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_UNSPACED)
