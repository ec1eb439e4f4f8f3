"""The kinds of option that templates need: their names, and what stands in their slots."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.options import FreeInput, Text
from bot.domain.templates import LONGEST_VALUE, MOST_SLOTS, ONLY_SLOT, TemplateId, check_name
from bot.errors import BadInput
from bot.text import quote

ID_PREFIX = "id:"
"""What a reference begins with that buttons and forms carry; no name has a colon."""

_BY_ID = re.compile(r"id:[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class TemplateRef(FreeInput):
    """The name of a template; which there are depends on who asks, so the command says that (`Command.suggestions`)."""

    def parse(self, name: str, typed: object) -> str:  # noqa: ARG002 - every kind is called alike
        """Return the name, or the reference that a button carries; whether there is such a template is for the command to say."""
        text = str(typed).strip()
        if not _BY_ID.fullmatch(text):
            check_name(text)
        return text


def reference_to(template: TemplateId) -> str:
    """Return what a button or a form carries for a template."""
    return f"{ID_PREFIX}{template}"


_SPELLED = re.compile(
    r"(?<![^\s,;])(?P<slot>[^\W\d_]\w{0,23})\s*=\s*|(?P<quoted>[\"“„«][^\"“”„«»]*[\"”“»])|(?P<text>\S+|\s+)", re.DOTALL
)
NOTHING_FILLED = "="
"""What is typed, and what a form carries, for slots that all stay as usual."""


@dataclass(frozen=True, slots=True)
class SlotValues(Text):
    """What stands in a template's slots: `headline="Summer sale" colour=red`; a single slot needs no name.

    A form asks for each slot by itself (`Form.parts`).
    """

    longest: int = (LONGEST_VALUE + 50) * MOST_SLOTS

    def parse(self, name: str, typed: object) -> Mapping[str, str]:  # type: ignore[override]  # a text of several parts
        """Return the values by slot; words that name no slot are those of `ONLY_SLOT`.

        Raises:
            BadInput: A slot stands there twice, or it is too long.
        """
        if isinstance(typed, Mapping):
            return {str(slot): str(value) for slot, value in typed.items()}
        text = Text.parse(self, name, typed).strip()
        values: dict[str, str] = {}
        for slot, value in _read_values(text.removeprefix(NOTHING_FILLED)):
            if slot in values:
                raise BadInput(f"{quote(slot)} stands there twice; once is enough. Nothing was counted.")
            values[slot] = value
        return {slot: value for slot, value in values.items() if value or slot != ONLY_SLOT}


def _read_values(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = [(ONLY_SLOT, [])]
    for piece in _SPELLED.finditer(text):
        if piece["slot"] is not None:
            found.append((piece["slot"], []))
        else:
            found[-1][1].append(piece[0])
    return [(slot, _unquote("".join(pieces).strip(" \t\n,;"))) for slot, pieces in found]


def _unquote(value: str) -> str:
    whole = _SPELLED.fullmatch(value)
    return value[1:-1].strip() if whole is not None and whole["quoted"] is not None else value
