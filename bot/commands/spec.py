"""A command, declared once as data: menus, forms, parsing and help are all drawn from here."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from bot.commands.options import Kind, listed, meant
from bot.errors import BadInput
from bot.ports.surfaces import Call

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a command takes, as read from a field of its args class."""

    name: str
    kind: Kind
    default: object
    is_required: bool


@dataclass(frozen=True)
class Command(Generic[A]):
    """What people can ask for.

    `args` is a frozen dataclass whose fields are `Annotated` with a `Kind`.
    A command that is not typed is only ever pressed: its one option is the
    button's argument.
    """

    name: str
    summary: str
    args: type[A]
    run: Callable[[Call, A], Awaitable[None]]
    is_typed: bool = True
    example: str = ""

    @property
    def options(self) -> tuple[Option, ...]:
        """The options in the order of their declaration."""
        return _options_of(self.args)

    def parse(self, raw: Mapping[str, object]) -> A:
        """Turn what a platform sent into checked args; an option that is None or absent gets its default.

        Raises:
            BadInput: An option is unknown, missing, or not what it should be.
        """
        options = {option.name: option for option in self.options}
        self._refuse_unknown(raw, list(options))
        missing = [name for name, option in options.items() if option.is_required and raw.get(name) is None]
        if missing:
            raise BadInput(f"/{self.name} needs {listed(missing)}.{self._hint}")
        given = {name: options[name].kind.parse(name, typed) for name, typed in raw.items() if typed is not None}
        return self.args(**given)

    def press(self, argument: str) -> dict[str, object]:
        """Give the raw input that a button with this argument stands for."""
        return {self.options[0].name: argument} if self.options else {}

    def _refuse_unknown(self, raw: Mapping[str, object], known: list[str]) -> None:
        for name in raw:
            if name not in known:
                takes = f"it takes {listed(known)}" if known else "it takes no options"
                raise BadInput(f"/{self.name} has no option “{name[:40]}”: {takes}.{meant(name, known)}")

    @property
    def _hint(self) -> str:
        return f" For example: {self.example}" if self.example else ""


def _options_of(args: type) -> tuple[Option, ...]:
    hints = get_type_hints(args, include_extras=True)
    return tuple(
        Option(
            name=field.name,
            kind=hints[field.name].__metadata__[0],
            default=None if field.default is dataclasses.MISSING else field.default,
            is_required=field.default is dataclasses.MISSING,
        )
        for field in dataclasses.fields(args)
    )


AnyCommand = Command[Any]
