"""A community's brand kit: its colours, words that its pictures always or never contain, and its logo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.domain.inputs import InputPicture
from bot.domain.rules import Rule, RuleKey, RuleKind
from bot.errors import BadInput
from bot.text import quote

MOST_ENTRIES = 12
LONGEST_ENTRY = 60
LONGEST_PART = MOST_ENTRIES * (LONGEST_ENTRY + 2)

_HEX = re.compile(r"#?([0-9A-Fa-f]{6})")
_NAMED = re.compile(r"[^\W\d_][\w -]*")


class Switch(StrEnum):
    """Whether the brand kit is used."""

    ON = "on"
    OFF = "off"


class BrandPart(StrEnum):
    """What a brand kit consists of."""

    COLOURS = "colours"
    ALWAYS = "always"
    NEVER = "never"

    @property
    def key(self) -> RuleKey:
        """Return the rule that holds it. A version that knows nothing of brand kits leaves such a setting alone."""
        return RuleKey(RuleKind.SETTING, f"brand_{self}")


@dataclass(frozen=True, slots=True)
class BrandKit:
    """The parts that admins have set; what is empty says nothing."""

    colours: str = ""
    always: str = ""
    never: str = ""
    logo: tuple[InputPicture, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Rule], logo: tuple[InputPicture, ...] = ()) -> Self:
        """Return the brand kit among a community's rules, with its logo."""
        values = {rule.key: rule.value for rule in rules}
        colours, always, never = (values.get(part.key, "") for part in BrandPart)
        return cls(colours, always, never, logo)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set."""
        return self == BrandKit()

    def apply(self, prompt: str, *, logo_at: int = 0) -> str:
        """Return a prompt with a line for each part that is set; `logo_at` says which of its pictures is the logo, from 1."""
        lines = [f"{_LINES[part]}: {value}" for part in BrandPart if (value := getattr(self, part))]
        return "\n".join(
            [
                prompt,
                *lines,
                *([f"Logo: picture {logo_at} shows our logo; where a logo belongs, use it unchanged"] if logo_at else []),
            ]
        )


_LINES = {BrandPart.COLOURS: "Colours", BrandPart.ALWAYS: "Always", BrandPart.NEVER: "Never"}


def parse_brand_part(part: BrandPart, typed: str) -> str:
    """Return a part as it is kept: its entries, parted by commas.

    Raises:
        BadInput: There are none, or too many; or one is too long, or no colour.
    """
    entries = [" ".join(entry.split()) for entry in re.split(r"[,;\n]", typed) if entry.strip()]
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise BadInput(f"Please give 1 to {MOST_ENTRIES} entries, parted by commas. Nothing was changed.")
    if too_long := next((entry for entry in entries if len(entry) > LONGEST_ENTRY), ""):
        raise BadInput(f"{quote(too_long)} is longer than {LONGEST_ENTRY} characters; please shorten it. Nothing was changed.")
    return ", ".join(dict.fromkeys(map(_read_colour, entries) if part is BrandPart.COLOURS else entries))


def _read_colour(typed: str) -> str:
    if found := _HEX.fullmatch(typed):
        return f"#{found[1].upper()}"
    if _NAMED.fullmatch(typed):
        return typed
    raise BadInput(
        f"A colour is a name such as navy blue, or six digits such as #E4002B, not {quote(typed)}. Nothing was changed."
    )
