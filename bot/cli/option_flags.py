"""The options of a command as flags of the command line, from the command's own declaration."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot.commands.spec import Option, options_of
from bot.domain.inputs import MOST_BYTES, BroughtPicture
from bot.domain.options import Choice, Number, OptionKind, PictureFile, Pixels, Text
from bot.errors import BadInput
from bot.text import quote

R = TypeVar("R")


def with_options_of(args: type) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Return a decorator that adds a flag for each option of an args class before the function's own; values come as typed.

    Words need no flag where the command cannot do without them: they are whatever no flag claims.
    """

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        flags = {option.name: _flag(option) for option in options_of(args)}
        own = [one for one in inspect.signature(function).parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        parameters = [*flags.values(), *own]
        # This is what typer goes by: the signature, and what `typing.get_type_hints` finds.
        function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # as PEP 362 has it
        function.__annotations__ = {one.name: one.annotation for one in parameters}
        return function

    return decorate


def _flag(option: Option) -> inspect.Parameter:
    if isinstance(option.kind, Text) and option.is_required:
        words = typer.Argument(metavar=option.name.upper(), help=option.description, show_default=False)
        return _parameter(option.name, Annotated[list[str], words], [])
    if isinstance(option.kind, PictureFile):
        files = typer.Option(f"--{option.name}", metavar="FILE", help=f"{option.description} It can be given several times.")
        return _parameter(option.name, Annotated[list[Path] | None, files], None)
    default = None if option.default is None else str(option.default)
    declared = typer.Option(f"--{option.name}", metavar=_metavar(option.name, option.kind), help=option.description)
    return _parameter(option.name, Annotated[str | None, declared], default)


def _parameter(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _metavar(name: str, kind: OptionKind) -> str:
    """Return what the help shows in a value's place."""
    match kind:
        case Choice(values=values):
            return f"[{'|'.join(values)}]"
        case Number(least=least, most=most):
            return f"[{least}-{most}]"
        case Pixels():
            return "WIDTHxHEIGHT"
        case _:
            return name.upper()


def read_flags(asked: Mapping[str, str | list[str] | list[Path] | None]) -> dict[str, object]:
    """Return what was typed as a command reads it: words together, and files as what is in them.

    Raises:
        BadInput: A file cannot be read.
    """
    return {name: _read_flag(value) for name, value in asked.items()}


def _read_flag(value: str | list[str] | list[Path] | None) -> object:
    if not isinstance(value, list):
        return value
    files = [one for one in value if isinstance(one, Path)]
    return tuple(map(_read_picture, files)) if files else " ".join(map(str, value))


def _read_picture(path: Path) -> BroughtPicture:
    """Return the file as a picture. No more is read than shows that it is too large: a file may have no end."""
    try:
        with path.open("rb") as file:
            return BroughtPicture(file.read(MOST_BYTES + 1))
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise BadInput(f"{quote(path)} cannot be read: {why}. Nothing was counted.") from error
