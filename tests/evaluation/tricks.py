"""Ways in which people dress words up so that a filter does not know them."""

from collections.abc import Callable, Mapping

_CYRILLIC = str.maketrans("aceopxyijsBHKMTAEOPC", "асеорхуіјѕВНКМТАЕОРС")
_GREEK = str.maketrans("aioptuvxyk", "αιορτυνχγκ")
_LEET = str.maketrans("aeiostlb", "43105718")
_SIGNS = str.maketrans("aist", "@!$+")
_SMALL_CAPITALS = str.maketrans("abcdeghiklmnoprtuvwyz", "ᴀʙᴄᴅᴇɢʜɪᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")


def _shift(start: int) -> Callable[[str], str]:
    """Write Latin letters in an alphabet of 26 small ones that begins at a code point."""
    return lambda words: "".join(
        chr(start + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter for letter in words.lower()
    )


def _between(mark: str) -> Callable[[str], str]:
    """Put a mark between the letters of each word, and more room between the words."""
    return lambda words: "   ".join(mark.join(word) for word in words.split())


def _after_each(mark: str) -> Callable[[str], str]:
    return lambda words: "".join(letter + mark if letter.isalpha() else letter for letter in words)


def _break_words(gap: str) -> Callable[[str], str]:
    """Break each word of more than three letters in its middle."""
    return lambda words: " ".join(
        word[: len(word) // 2] + gap + word[len(word) // 2 :] if len(word) > 3 else word for word in words.split()
    )


def _repeat(times: int) -> Callable[[str], str]:
    return lambda words: "".join(letter * times if letter.isalpha() else letter for letter in words)


TRICKS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "wide letters": lambda words: "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in words),
    "bold letters": _shift(0x1D41A),
    "script letters": _shift(0x1D4EA),
    "squared letters": _shift(0x1F170),
    "flag letters": _shift(0x1F1E6),
    "circled letters": _shift(0x24D0),
    "small capitals": lambda words: words.lower().translate(_SMALL_CAPITALS),
    "Cyrillic lookalikes": lambda words: words.translate(_CYRILLIC),
    "Greek lookalikes": lambda words: words.lower().translate(_GREEK),
    "zero-width spaces": _after_each("\u200b"),
    "bidi marks": lambda words: "\u202d" + _after_each("\u200e")(words) + "\u202c",
    "soft hyphens": _after_each("\u00ad"),
    "accents": _after_each("\u0301"),
    "strokes": _after_each("\u0336"),
    "letters three times": _repeat(3),
    "letters twice": _repeat(2),
    "digits": lambda words: words.lower().translate(_LEET),
    "signs": lambda words: words.lower().translate(_SIGNS),
    "spaced": _between(" "),
    "dotted": _between("."),
    "dashed": _between("-"),
    "underscores": _between("_"),
    "stars": _between("*"),
    "a line for each letter": _between("\n"),
    "dashes in words": _break_words("-"),
    "digits and dots": lambda words: _between(".")(words.lower().translate(_LEET)),
    "Cyrillic and spaced": lambda words: _between(" ")(words.translate(_CYRILLIC)),
    "dashes for spaces": lambda words: words.replace(" ", "-"),
    "no spaces": lambda words: words.replace(" ", ""),
}
"""Each rewrites words; what they mean stays readable."""
