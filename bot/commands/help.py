"""`/help`: all commands, drawn from their declarations, in the language of the place."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Annotated

from bot.commands.dispatcher import IsOwner, permitted_commands
from bot.commands.spec import AnyCommand, Command, CommandAudience, Option
from bot.commands.translations import TranslatedTexts, Translations
from bot.domain.chat import Button, Details, Post
from bot.domain.options import Text
from bot.errors import BadInput, NotAllowed
from bot.ports.surfaces import Call
from bot.text import suggest

LocaleOf = Callable[[Call], Awaitable[str]]
"""Gives the locale, such as `de` or `en-GB`, that a call is answered in."""

ENGLISH: TranslatedTexts = {
    ("words", "introduction"): (
        "Here is what you can ask for. The buttons under a picture do the rest; /help imagine says more about /imagine."
    ),
    ("words", "everyone"): "For everybody",
    ("words", "moderators"): "For moderators",
    ("words", "admins"): "For admins",
    ("words", "group"): "what there is:",
    ("words", "also"): "also",
    ("words", "example"): "For example:",
    ("words", "usually"): "usually",
}
"""What a language has to have words for, beside the commands themselves."""


@dataclass(frozen=True, slots=True)
class HelpArgs:
    """What `/help` takes."""

    command: Annotated[str | None, Text("The command to explain", longest=40)] = None


def help_command(
    others: Iterable[AnyCommand], translations: Translations, locale_of: LocaleOf, is_owner: IsOwner
) -> Command[HelpArgs]:
    """Build `/help`, which explains to everybody what they may use of `others`, and itself."""
    all_there_are = tuple(others)

    async def run(call: Call, args: HelpArgs) -> None:
        may = await permitted_commands((*all_there_are, built), call.person, is_owner)
        known = {command.name: command for command in may if command.is_typed}
        page = _Page({**ENGLISH, **translations.for_locale(await locale_of(call))})
        if args.command is None:
            await call.whisper(page.overview(known.values()))
            return
        name = " ".join(args.command.strip().lstrip("/").lower().split())
        found = [command for command in known.values() if name in {command.name, command.group}]
        known_to_others = (one for one in all_there_are if one.is_typed and name in {one.name, one.group})
        if not found and (first := next(known_to_others, None)) is not None:
            raise NotAllowed(f"/{name} is for {first.audience} only.")
        if not found:
            raise BadInput(f"There is no /{name}.{suggest(name, list(known))} Type /help to see what there is.")
        await call.whisper(page.details(found))

    built = Command("help", "Say what the bot can do", HelpArgs, run, example="/help imagine")
    return built


class _Page:
    """The texts of `/help` in one language. Names stay as they are typed."""

    def __init__(self, texts: TranslatedTexts) -> None:
        self._texts = texts

    def overview(self, commands: Collection[AnyCommand]) -> Post:
        """Return one line for each command: first those of everybody, then those of moderators and admins."""
        details = [Details(self._word(audience), self._lines(commands, audience)) for audience in CommandAudience]
        writes = any(command.name == "help-me-write" for command in commands)
        return Post(
            self._word("introduction"),
            details=tuple(detail for detail in details if detail.text),
            buttons=(Button("Help me write it", "help-me-write", ""),) if writes else (),
        )

    def details(self, commands: list[AnyCommand]) -> Post:
        """Return the explanation of a command, or of a group of them."""
        first = f"/{commands[0].name} – {self._summary(commands[0])}"
        text = first if len(commands) == 1 else f"/{commands[0].group}: {self._word('group')}"
        return Post(text, details=tuple(Details(f"/{command.name}", self.explain(command)) for command in commands))

    def explain(self, command: AnyCommand) -> str:
        """Return a command's summary, its options and an example, a line each."""
        lines = [self._summary(command), *(self._option(command, option) for option in command.options)]
        return "\n".join([*lines, f"{self._word('example')} {command.example}"] if command.example else lines)

    def _lines(self, commands: Collection[AnyCommand], audience: CommandAudience) -> str:
        """Return a line for each command, and one for all of a group: platforms show only so many characters."""
        groups: dict[str, list[AnyCommand]] = {}
        for one in commands:
            if one.audience is audience:
                groups.setdefault(one.group, []).append(one)
        return "\n".join(map(self._line, groups.values()))

    def _line(self, group: list[AnyCommand]) -> str:
        first, *others = group
        also = ", ".join(one.name.removeprefix(f"{one.group} ") for one in others)
        return f"/{first.name} – {self._summary(first)}" + (f"; {self._word('also')} {also}" if also else "")

    def _summary(self, command: AnyCommand) -> str:
        return self._texts.get(("commands", command.name, "summary"), command.summary)

    def _option(self, command: AnyCommand, option: Option) -> str:
        # A note is English; beside a translated summary it would be half a translation.
        summary = self._texts.get(("commands", command.name, "options", option.name, "summary"), option.summary)
        takes = f" ({', '.join(option.kind.values)})" if option.kind.values else ""
        default = "" if option.default in (None, "") else f"; {self._word('usually')} {option.default}"
        return f"{option.name}: {summary}{takes}{default}"

    def _word(self, name: str) -> str:
        return self._texts["words", name]
