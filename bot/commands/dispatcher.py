"""Runs commands for all front ends, and turns every failure into one sentence."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from bot.commands.spec import AnyCommand, CommandAudience
from bot.commands.typed_line import is_plain, read_options, split_line
from bot.domain.chat import Button, Form, Place, Post, Tone
from bot.domain.inputs import BroughtPicture
from bot.domain.options import PictureFile, Suggestion
from bot.domain.people import Person
from bot.errors import (
    BadInput,
    EaselError,
    InternalError,
    NotAllowed,
    PromptRefused,
    QuotaExceeded,
    Refusal,
    Sanctioned,
    SurfaceFailed,
)
from bot.pipeline.log_context import log_place
from bot.pipeline.posts import mistake_button
from bot.ports.surfaces import Call
from bot.text import join_words, suggest

log = structlog.get_logger(__name__)

IsOwner = Callable[[Person], Awaitable[bool]]
"""Whether somebody owns the house, whatever the platform says of them."""

KnowsCost = Callable[[Person], Awaitable[bool]]
"""Whether somebody may read what pictures cost in dollars."""


def knows_cost_if(is_owner: IsOwner, *, is_for_all: bool) -> KnowsCost:
    """Return a function that tells who may see costs: admins and owners, and everybody where the deployment shows them to all."""

    async def knows_cost(person: Person) -> bool:
        return is_for_all or person.is_admin or await is_owner(person)

    return knows_cost


async def permitted_commands(commands: Iterable[AnyCommand], person: Person, is_owner: IsOwner) -> tuple[AnyCommand, ...]:
    """Return those of the commands that this person may give: all to admins and owners, most to moderators."""
    known = tuple(commands)
    audiences = {CommandAudience.EVERYONE, *({CommandAudience.MODERATORS} if person.is_moderator else ())}
    permitted = tuple(command for command in known if command.audience in audiences)
    return known if len(permitted) == len(known) or person.is_admin or await is_owner(person) else permitted


class Dispatcher:
    """Runs commands for all front ends alike. None of its methods raises, but for cancellation."""

    def __init__(self, commands: Iterable[AnyCommand], fault_code: Callable[[], str], is_owner: IsOwner) -> None:
        self.commands = {command.name: command for command in commands}
        self._fault_code = fault_code
        self._is_owner = is_owner

    def opens_form(self, action: str) -> bool:
        """Whether the first words of a button's command are a form."""
        command = self.commands.get(action.partition(":")[0])
        return command is not None and command.opens_form

    def settles_note(self, action: str) -> bool:
        """Whether a button may change the note that it stands below."""
        command = self.commands.get(action.partition(":")[0])
        return command is not None and command.settles_note

    async def dispatch(self, name: str, raw: Mapping[str, object], call: Call) -> None:
        """Run a command with the options that a platform parsed."""

        async def run() -> None:
            command = self._find_typed(name)
            await self._run(command, raw, call)

        await self._report_failures(run, call)

    async def dispatch_line(self, line: str, call: Call, pictures: tuple[BroughtPicture, ...] = ()) -> None:
        """Run a typed line such as `/imagine a fox --shape wide`, or plain words, which are something to draw.

        Where it stops at the name and brings no pictures, what is missing is asked for.
        """

        async def run() -> None:
            command, rest = self._split_command(line)
            brought = _name_pictures(command, pictures)
            if not rest and not brought and any(option.is_required for option in command.options):
                await self._show_form(command, call)
            else:
                await self._run(command, read_options(command, rest) | brought, call)

        await self._report_failures(run, call)

    def command_of(self, line: str) -> AnyCommand | None:
        """Return the command of a typed line, if there is one."""
        try:
            return self._split_command(line)[0]
        except BadInput:
            return None

    async def is_admin_or_owner(self, person: Person) -> bool:
        """Return whether this person is an admin of the place or an owner of the house."""
        return person.is_admin or await self._is_owner(person)

    async def permitted_commands(self, person: Person) -> tuple[AnyCommand, ...]:
        """Return the commands that this person may give, in the order of their declaration."""
        return await permitted_commands(self.commands.values(), person, self._is_owner)

    async def suggest(self, command: str, option: str, person: Person, place: Place) -> tuple[Suggestion, ...]:
        """Return the values that this person may choose for an option, where they depend on who asks; nothing if unknown."""
        found = self.commands.get(command)
        suggest = found.suggestions.get(option) if found is not None else None
        if suggest is None:
            return ()
        try:
            return await suggest(person, place)
        except EaselError as error:
            log.info("command.not_suggested", command=command, reason=str(error))
            return ()

    async def press(self, action: str, call: Call) -> None:
        """Run what a button stands for: `again:<job id>`."""

        async def run() -> None:
            name, _, argument = action.partition(":")
            command = self.commands.get(name)
            if command is None:
                raise BadInput("That button does not work any more; nothing was changed.")
            await self._run(command, command.button_options(argument), call)

        await self._report_failures(run, call)

    async def _run(self, command: AnyCommand, raw: Mapping[str, object], call: Call) -> None:
        await self._check_permitted(command, call)
        await command.run(call, command.parse(raw))

    async def _show_form(self, command: AnyCommand, call: Call) -> None:
        """Show a form; where none can be shown, say what is missing."""
        await self._check_permitted(command, call)
        try:
            await call.ask(Form(command.name, suggestions=await command.suggest(call.person, call.place)))
        except SurfaceFailed:
            command.parse({})  # refuses: an option that is required is missing

    async def _check_permitted(self, command: AnyCommand, call: Call) -> None:
        if not await permitted_commands((command,), call.person, self._is_owner):
            what = f"/{command.name}" if command.is_typed else "That"
            raise NotAllowed(f"{what} is for {command.audience.value} only; nothing was changed.")

    def _split_command(self, line: str) -> tuple[AnyCommand, str]:
        """Return the command of a line, of one word or of two, and the rest."""
        if is_plain(line) and (plain := self._match_plain_words(line.strip())):
            return plain
        name, rest = split_line(line)
        second, *others = rest.split(maxsplit=1) or [""]
        longer = self.commands.get(f"{name} {second.lower()}")
        if longer is not None and longer.is_typed:
            return longer, "".join(others)
        found = self._find_typed(name)
        if found.group != found.name and second[:1].isalnum():
            verbs = [one.name for one in self.commands.values() if one.group == name and one.is_typed]
            raise BadInput(
                f"There is no /{name} {second[:40]}: you can type {join_words([f'/{verb}' for verb in verbs], 'and')}."
            )
        return found, rest

    def _match_plain_words(self, words: str) -> tuple[AnyCommand, str] | None:
        """Return the command that plain words are meant for. Words that are a command's name and no more are that command."""
        commands = [command for command in self.commands.values() if command.is_typed]
        named = next((command for command in commands if words.lower() in {command.name, command.group}), None)
        if named is not None and not named.takes_plain_words:
            return named, ""
        taker = next((command for command in commands if command.takes_plain_words), None)
        return None if taker is None else (taker, words)

    def _find_typed(self, name: str) -> AnyCommand:
        typed = {name: command for name, command in self.commands.items() if command.is_typed}
        first = next((command for command in typed.values() if name in {command.name, command.group}), None)
        found = typed.get(name, first)
        if found is None:
            known = list(dict.fromkeys(command.group for command in typed.values()))
            raise BadInput(f"There is no /{name[:40]}.{suggest(name, known)} Type /help to see what there is.")
        return found

    async def _report_failures(self, run: Callable[[], Awaitable[None]], call: Call) -> None:
        identity = call.person.identity
        caller = structlog.contextvars.bound_contextvars(user=identity.user, call=call.key)
        with log_place(call.place), caller:
            try:
                await run()
            except EaselError as error:
                log.info("command.refused", kind=error.kind, reason=str(error))
                tone = Tone.REFUSED if isinstance(error, Refusal) else Tone.FAILED
                await call.whisper(Post(error.user_text, tone, error.kind, buttons=_help_buttons(error)))
            except Exception:
                fault = InternalError(self._fault_code())
                log.exception("command.broke", fault=fault.code)
                await call.whisper(Post(fault.user_text, Tone.FAILED, fault.kind))


def _name_pictures(command: AnyCommand, pictures: tuple[BroughtPicture, ...]) -> dict[str, object]:
    """Return the option that pictures beside a line are for.

    Raises:
        BadInput: The command takes none.
    """
    taker = next((option for option in command.options if isinstance(option.kind, PictureFile)), None)
    if pictures and taker is None:
        raise BadInput(f"/{command.name} takes no pictures: please send it without them. Nothing was counted.")
    return {taker.name: pictures} if pictures and taker is not None else {}


def _help_buttons(error: EaselError) -> tuple[Button, ...]:
    """Return the button that helps somebody who was refused, where one does."""
    if isinstance(error, QuotaExceeded) and error.can_register:
        return (Button("Register", "register", "now"),)
    if isinstance(error, PromptRefused) and error.refusal_id:
        return (mistake_button(error.refusal_id),)
    if isinstance(error, Sanctioned):
        return (Button("Appeal", "contest", error.sanction),)
    return ()
