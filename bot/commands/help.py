"""`/help`: what there is, drawn from the declarations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from bot.commands.options import Text, meant
from bot.commands.spec import AnyCommand, Command, Option
from bot.domain.chat import Fold, Post
from bot.errors import BadInput
from bot.ports.surfaces import Call


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
        name = args.command.strip().lstrip("/").lower()
        if name not in known:
            raise BadInput(f"There is no /{name}.{meant(name, list(known))} Type /help to see what there is.")
        await call.whisper(_details(known[name]))

    built = Command("help", "Say what the bot can do", HelpArgs, run, example="/help imagine")
    return built


def _overview(commands: Iterable[AnyCommand]) -> Post:
    folds = [Fold(f"/{command.name}", explained(command)) for command in commands]
    return Post("Here is what you can ask for. The buttons under a picture do the rest.", folds=tuple(folds))


def _details(command: AnyCommand) -> Post:
    return Post(f"/{command.name} – {command.summary}", folds=(Fold(f"/{command.name}", explained(command)),))


def explained(command: AnyCommand) -> str:
    """Give a command's summary, its options and an example, a line each."""
    lines = [command.summary, *(_line(option) for option in command.options)]
    return "\n".join([*lines, f"For example: {command.example}"] if command.example else lines)


def _line(option: Option) -> str:
    choices = option.kind.values
    takes = f" ({', '.join(choices)})" if choices else ""
    default = "" if option.default is None else f"; usually {option.default}"
    return f"{option.name}: {option.kind.summary}{takes}{default}"
