"""Templates: a prompt with slots that people fill in, and how it is drawn if nobody says otherwise."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NewType, Self

from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import InputPicture
from bot.domain.people import AccountId, CommunityId
from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput
from bot.text import join_words, quote, suggest

TemplateId = NewType("TemplateId", str)

LONGEST_NAME = 32
LONGEST_WORDS = 3000
"""Of a template; what is filled in comes on top of that, up to what a prompt may have."""

LONGEST_ABOUT = 100

LONGEST_VALUE = 500
"""Of what is filled into one slot."""

MOST_SLOTS = 5
"""More fields not every platform's forms have."""

MOST_TEMPLATES = 100
"""Of one person, of one community, and of the house."""

MOST_PICTURES = 4
"""Of one template."""

ONLY_SLOT = ""
"""The name of a value that somebody gave without saying which slot it is for."""

_NAME = re.compile(r"[^\W_][\w-]*")
_SLOT_NAME = re.compile(r"[^\W\d_]\w{0,23}")
_PIECE = re.compile(r"\{\{|\}\}|\{(?P<slot>[^{}]*)\}|[{}]|[^{}]+")


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in a template's words. `usual` stands there where nobody fills it; without it, somebody has to."""

    name: str
    usual: str = ""

    @property
    def label(self) -> str:
        """Return its name as people read it."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Template:
    """Words such as `A poster that says {headline}`, and what is drawn of them if nobody says otherwise.

    `{headline:Summer sale}` says what stands there where nobody fills it;
    `{{` and `}}` are braces. `about` says in a few words what it is for, and
    `pictures` are those that it is drawn from beside the words. One that was built by hand is to be checked before it is kept.
    """

    name: str
    words: str
    about: str = ""
    shape: Shape | None = None
    size: Size | None = None
    quality: Quality | None = None
    model: str | None = None
    pictures: tuple[InputPicture, ...] = ()

    def check(self) -> Self:
        """Return the template, if it can be kept.

        Raises:
            BadInput: Its name, its words or its slots cannot be taken, or its shape and size contradict each other.
        """
        check_name(self.name)
        if len(self.words) > LONGEST_WORDS:
            raise BadInput(
                f"The words of {self.name} are {len(self.words):,} characters long and {LONGEST_WORDS:,} is the most. "
                "Nothing was changed."
            )
        if len(self.about) > LONGEST_ABOUT:
            raise BadInput(f"What {self.name} is for takes {LONGEST_ABOUT} characters at most. Nothing was changed.")
        clean_prompt(self.words)
        if len(self.slots) > MOST_SLOTS:
            names = join_words([slot.name for slot in self.slots], "and")
            raise BadInput(f"A template has {MOST_SLOTS} slots at most, and {self.name} has {names}. Nothing was changed.")
        if self.shape is not None and self.size is not None and self.shape is not self.size.shape:
            raise BadInput(f"Shape {self.shape} and size {self.size} do not go together. Nothing was changed.")
        return self

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Return the slots in the order in which they first stand there, each once.

        Raises:
            BadInput: There are braces that are none.
        """
        found: dict[str, Slot] = {}
        for piece in self._pieces:
            if isinstance(piece, Slot):
                known = found.get(piece.name)
                found[piece.name] = piece if known is None or not known.usual else known
        return tuple(found.values())

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the words with `values` in their slots. What is filled in stands there as it is: braces in it are no slots.

        Raises:
            BadInput: A slot is not there, is left empty without a usual value, or holds too much.
        """
        given = {name: clean_prompt(value) for name, value in self._name_values(values).items() if value.strip()}
        too_long = next((name for name, value in given.items() if len(value) > LONGEST_VALUE), None)
        if too_long is not None:
            raise BadInput(f"{too_long} takes {LONGEST_VALUE} characters at most; please shorten it. Nothing was counted.")
        filled = {slot.name: given.get(slot.name, slot.usual) for slot in self.slots}
        if missing := [name for name, value in filled.items() if not value]:
            raise BadInput(f"The template {self.name} still needs {join_words(missing, 'and')}. For example: {self.example}")
        return "".join(piece if isinstance(piece, str) else filled[piece.name] for piece in self._pieces)

    @property
    def example(self) -> str:
        """Return a line that uses it, with every slot in it."""
        values = " ".join(f'{slot.name}="{slot.usual or "…"}"' for slot in self.slots)
        return f"/template use {self.name} {values}".rstrip()

    @cached_property
    def _pieces(self) -> tuple[str | Slot, ...]:
        return tuple(_read_piece(found) for found in _PIECE.finditer(self.words))

    def _name_values(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the values by the slots' own names.

        Raises:
            BadInput: One is for no slot, or for nobody knows which.
        """
        known = {_fold(slot.name): slot.name for slot in self.slots}
        named: dict[str, str] = {}
        for name, value in values.items():
            if name == ONLY_SLOT and len(known) == 1:
                named[next(iter(known.values()))] = value
                continue
            if _fold(name) not in known:
                raise BadInput(self._unknown_slot(name, list(known.values())))
            named[known[_fold(name)]] = value
        return named

    def _unknown_slot(self, name: str, known: list[str]) -> str:
        if not known:
            return f"The template {self.name} has no slots to fill. Nothing was counted."
        if name == ONLY_SLOT:
            return f"Say which slot is what, as in: {self.example} Nothing was counted."
        has = join_words(known, "and")
        return f"The template {self.name} has no slot {quote(name)}: it has {has}.{suggest(name, known)} Nothing was counted."


def _read_piece(found: re.Match[str]) -> str | Slot:
    text, inside = found[0], found["slot"]
    if inside is None:
        if text in {"{", "}"}:
            raise BadInput(f"There is a lone {text} in the words: a slot is {{name}}, and a brace is {text}{text}.")
        return text[0] if text in {"{{", "}}"} else text
    name, _, usual = inside.partition(":")
    name, usual = unicodedata.normalize("NFC", name.strip()), usual.strip()
    if not _SLOT_NAME.fullmatch(name):
        raise BadInput(
            f"{quote(inside)} is no slot: its name is a word of letters, digits and _, up to 24, as in {{headline}}. "
            "For braces as they are, type {{ and }}."
        )
    if len(usual) > LONGEST_VALUE:
        raise BadInput(f"What usually stands in {name} is longer than {LONGEST_VALUE} characters; please shorten it.")
    return Slot(name, usual)


def escape_words(words: str) -> str:
    """Return words as a template without slots spells them."""
    return words.replace("{", "{{").replace("}", "}}")


def check_name(typed: str) -> str:
    """Return the name of a template as it is looked up, whatever its case.

    Raises:
        BadInput: It is none.
    """
    name = unicodedata.normalize("NFC", typed.strip())
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise BadInput(
            f"A template's name is one word of letters, digits, - and _, up to {LONGEST_NAME} characters, not {quote(typed)}."
        )
    return _fold(name)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


class TemplateScope(StrEnum):
    """Whose a template is; what is nearer to a person is found first."""

    MINE = "mine"
    COMMUNITY = "community"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class TemplateOwner:
    """A person, a community, or the house, which has no id."""

    scope: TemplateScope
    id: str = ""

    @classmethod
    def of_account(cls, account: AccountId) -> Self:
        """Return a person as the owner of templates."""
        return cls(TemplateScope.MINE, account)

    @classmethod
    def of_community(cls, community: CommunityId) -> Self:
        """Return a community as the owner of templates."""
        return cls(TemplateScope.COMMUNITY, community)


THE_HOUSE = TemplateOwner(TemplateScope.HOUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTemplate:
    """A template of somebody's; `id` stays the same when it is saved again under its name."""

    id: TemplateId
    owner: TemplateOwner
    template: Template
    changed_at: datetime
