"""A command, declared once as data: menus, forms, parsing and help are all drawn from here."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from bot.domain.chat import Place
from bot.domain.options import OptionKind, OptionText, Suggestion
from bot.domain.people import Person
from bot.errors import BadInput
from bot.ports.surfaces import Call
from bot.text import join_words, suggest

A = TypeVar("A")

Suggest = Callable[[Person, Place], Awaitable[tuple[Suggestion, ...]]]
"""Returns what a person may choose for an option at a place."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a command takes, as read from a field of its args class.

    `note` says what a choice costs, if it does; `description` is for pages, which have more room than a menu.
    """

    name: str
    kind: OptionKind
    default: object
    is_required: bool
    description: str
    note: str = ""

    @property
    def summary(self) -> str:
        """Return one line for menus and help."""
        return f"{self.kind.summary}; {self.note}" if self.note else self.kind.summary


class CommandAudience(StrEnum):
    """Who may use a command. Admins are those of the place of the call, and the owners of the house.

    Moderators are responsible for what is posted at the place; admins are among them.
    """

    EVERYONE = "everyone"
    MODERATORS = "moderators"
    ADMINS = "admins"


@dataclass(frozen=True)
class Command(Generic[A]):
    """What people can ask for.

    `args` is a frozen dataclass whose fields are `Annotated` with a `OptionKind`.
    A command that is not typed is only ever pressed: its one option is the
    button's argument. A name of two words, `quota set`, stands in the group
    of the first; `/quota` alone is the first of the group. `opens_form` says
    that its first words are a form, which platforms want within seconds;
    `answers_in_public`, that they are for all to see, if it is not refused.
    `notes` are what choices cost here, by option, and `suggestions` say what
    those options can be whose values depend on who asks. `unavailable` options
    are refused here with a sentence, so nothing need offer them; those that are `prominent` are the ones people choose most, and
    a front end with room shows them beside the words. `takes_plain_words` says
    that words without a command are meant for it. `is_for_author` says that
    a button of its only works for whoever asked for the picture, and for who
    looks after the place; `is_for_others`, that it works for all but them;
    `is_for_one_picture`, that it works with the id of one picture of several too;
    `settles_note`, that it stands below a note to one person, which shows what was decided once it is pressed.
    """

    name: str
    summary: str
    args: type[A]
    run: Callable[[Call, A], Awaitable[None]]
    is_typed: bool = True
    example: str = ""
    audience: CommandAudience = CommandAudience.EVERYONE
    opens_form: bool = False
    answers_in_public: bool = False
    takes_plain_words: bool = False
    is_for_author: bool = False
    is_for_others: bool = False
    is_for_one_picture: bool = False
    settles_note: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    suggestions: Mapping[str, Suggest] = field(default_factory=dict)
    unavailable: frozenset[str] = frozenset()
    prominent: frozenset[str] = frozenset()

    @property
    def group(self) -> str:
        """Return the first word of its name."""
        return self.name.partition(" ")[0]

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Return the options in the order of their declaration."""
        return options_of(self.args, self.notes)

    @property
    def available_options(self) -> tuple[Option, ...]:
        """Return the options that do something here."""
        return tuple(option for option in self.options if option.name not in self.unavailable)

    def parse(self, raw: Mapping[str, object]) -> A:
        """Return checked args from what a platform sent; an option that is None or absent gets its default.

        Raises:
            BadInput: An option is unknown, missing, or not what it should be.
        """
        options = {option.name: option for option in self.options}
        raw = _join_parts(raw)
        self._refuse_unknown(raw, list(options))
        missing = [option for name, option in options.items() if option.is_required and raw.get(name) is None]
        if missing:
            what = join_words([f"{option.name} ({_as_part(option.kind.summary)})" for option in missing], "and")
            raise BadInput(f"/{self.name} still needs {what}.{self._hint}")
        given = {name: options[name].kind.parse(name, typed) for name, typed in raw.items() if typed is not None}
        return self.args(**{field: given[name] for field, name in _field_names(self.args).items() if name in given})

    async def suggest(self, person: Person, place: Place) -> dict[str, tuple[Suggestion, ...]]:
        """Return what a person may choose at a place, by option."""
        return {option: await suggest(person, place) for option, suggest in self.suggestions.items()}

    def button_options(self, argument: str) -> dict[str, object]:
        """Return the raw input that a button with this argument stands for."""
        return {self.options[0].name: argument} if self.options else {}

    def _refuse_unknown(self, raw: Mapping[str, object], known: list[str]) -> None:
        for name in raw:
            if name not in known:
                takes = f"it takes {join_words(known)}" if known else "it takes no options"
                raise BadInput(f"/{self.name} has no option “{name[:40]}”: {takes}.{suggest(name, known)}")

    @property
    def _hint(self) -> str:
        return f" For example: {self.example}" if self.example else ""


def _field_names(args: type) -> dict[str, str]:
    """Return the options' names by field: one that is a word of Python's, such as `for_`, has an underscore behind it."""
    return {field.name: field.name.rstrip("_") for field in dataclasses.fields(args)}


def part_id(option: str, part: str) -> str:
    """Return the name under which a part of an option comes back from a form."""
    return f"{option}.{part}"


def _join_parts(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return raw input with the parts that a form asked for, `option.part`, as one value of their option."""
    joined = {name: value for name, value in raw.items() if "." not in name}
    for name, value in raw.items():
        option, dot, part = name.partition(".")
        if dot and value is not None:
            known = joined.get(option)
            joined[option] = {**(known if isinstance(known, dict) else {}), part: value}
    return joined


def _as_part(summary: str) -> str:
    """Return a summary as it stands within a sentence."""
    return summary[:1].lower() + summary[1:]


_NO_NOTES: Mapping[str, str] = {}


def options_of(args: type, notes: Mapping[str, str] = _NO_NOTES) -> tuple[Option, ...]:
    """Return the options that an args class declares, in their order."""
    hints = get_type_hints(args, include_extras=True)
    return tuple(_option_of(field, hints[field.name].__metadata__, notes) for field in dataclasses.fields(args))


def _option_of(field: "dataclasses.Field[Any]", declared: tuple[Any, ...], notes: Mapping[str, str]) -> Option:
    kind: OptionKind = declared[0]
    described = next((one.text for one in declared if isinstance(one, OptionText)), f"{kind.summary}.")
    return Option(
        name=field.name.rstrip("_"),
        kind=kind,
        default=None if field.default is dataclasses.MISSING else field.default,
        is_required=field.default is dataclasses.MISSING,
        description=described,
        note=notes.get(field.name.rstrip("_"), ""),
    )


AnyCommand = Command[Any]
