"""`/help`: what there is, drawn from the declarations."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated

from bot.commands.options import Text, meant
from bot.commands.spec import AnyCommand, Audience, Command, Option
from bot.domain.chat import Fold, Post
from bot.errors import BadInput
from bot.ports.surfaces import Call

_INTRODUCTION = "Here is what you can ask for. The buttons under a picture do the rest; /help imagine says more about /imagine."
_FOR = {Audience.EVERYONE: "For everybody", Audience.ADMINS: "For admins"}


@dataclass(frozen=True, slots=True)
class HelpArgs:
    """What `/help` takes."""

    command: Annotated[str | None, Text("The command to explain", longest=40)] = None


def help_command(others: Iterable[AnyCommand]) -> Command[HelpArgs]:
    """Build `/help`, which explains `others` and itself."""

    async def run(call: Call, args: HelpArgs) -> None:
        known = {command.name: command for command in (*others, built) if command.is_typed}
        if args.command is None:
            await call.whisper(_overview(known.values()))
            return
        name = " ".join(args.command.strip().lstrip("/").lower().split())
        found = [command for command in known.values() if name in {command.name, command.group}]
        if not found:
            raise BadInput(f"There is no /{name}.{meant(name, list(known))} Type /help to see what there is.")
        await call.whisper(_details(found))

    built = Command("help", "Say what the bot can do", HelpArgs, run, example="/help imagine")
    return built


def _overview(commands: Collection[AnyCommand]) -> Post:
    """Say what there is in a line each: first what everybody may do, then what admins may."""
    folds = [Fold(title, _lines(commands, audience)) for audience, title in _FOR.items()]
    return Post(_INTRODUCTION, folds=tuple(fold for fold in folds if fold.text))


def _lines(commands: Collection[AnyCommand], audience: Audience) -> str:
    return "\n".join(f"/{command.name} – {command.summary}" for command in commands if command.audience is audience)


def _details(commands: list[AnyCommand]) -> Post:
    text = f"/{commands[0].name} – {commands[0].summary}" if len(commands) == 1 else f"What /{commands[0].group} can do:"
    return Post(text, folds=tuple(Fold(f"/{command.name}", explained(command)) for command in commands))


def explained(command: AnyCommand) -> str:
    """Give a command's summary, its options and an example, a line each."""
    lines = [command.summary, *(_line(option) for option in command.options)]
    return "\n".join([*lines, f"For example: {command.example}"] if command.example else lines)


def _line(option: Option) -> str:
    choices = option.kind.values
    takes = f" ({', '.join(choices)})" if choices else ""
    default = "" if option.default in (None, "") else f"; usually {option.default}"
    return f"{option.name}: {option.summary}{takes}{default}"
