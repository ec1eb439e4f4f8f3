"""The commands as the page's completion needs them, drawn from their declarations."""

from collections.abc import Iterable

from pydantic import BaseModel

from bot.commands.spec import AnyCommand, Option
from bot.domain.options import Choice, Number, PersonRef, Pixels, Text


class OptionDescription(BaseModel):
    """One option. `kind` is text, choice, number, size, person or other; what does not apply to it is empty."""

    name: str
    kind: str
    summary: str
    is_required: bool
    default: str | None
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int | None = None


class CommandDescription(BaseModel):
    """One command that can be typed."""

    name: str
    summary: str
    example: str
    takes_plain_words: bool
    options: tuple[OptionDescription, ...]


class CommandList(BaseModel):
    """Everything that can be typed."""

    commands: tuple[CommandDescription, ...]


def describe_commands(commands: Iterable[AnyCommand]) -> CommandList:
    """Describe the commands that can be typed, in the order of their declaration."""
    return CommandList(commands=tuple(_command(command) for command in commands if command.is_typed))


def _command(command: AnyCommand) -> CommandDescription:
    return CommandDescription(
        name=command.name,
        summary=command.summary,
        example=command.example,
        takes_plain_words=command.takes_plain_words,
        options=tuple(_option(option) for option in command.options),
    )


def _option(option: Option) -> OptionDescription:
    card = OptionDescription(
        name=option.name,
        kind="other",
        summary=option.summary,
        is_required=option.is_required,
        default=None if option.default is None else str(option.default),
    )
    match option.kind:
        case Text(longest=longest):
            return card.model_copy(update={"kind": "text", "longest": longest})
        case Choice() as pick:
            return card.model_copy(update={"kind": "choice", "choices": pick.values})
        case Number(least=least, most=most):
            return card.model_copy(update={"kind": "number", "least": least, "most": most})
        case Pixels():
            return card.model_copy(update={"kind": "size"})
        case PersonRef():
            return card.model_copy(update={"kind": "person"})
        case _:
            return card
