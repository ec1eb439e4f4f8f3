"""Handlers of Slack's events: commands, buttons, forms, shortcuts, mentions, reactions, and uninstallations."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.adapters.shared.deduplicator import Deduplicator
from bot.adapters.shared.task_tracker import TaskTracker
from bot.adapters.slack import SLACK, command_lines, modals, payloads
from bot.adapters.slack.call import SlackCall, SlackCallFactory
from bot.adapters.slack.external_people import options_for_people
from bot.adapters.slack.home import LINE_PREFIX, HomeTab
from bot.adapters.slack.manifest import IMAGINE, MAKE_PICTURE, MESSAGE_SHORTCUTS
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.picture_files import name_files, picture_option, read_files, read_named_files, text_option
from bot.adapters.slack.uninstall import Uninstaller, is_organisation_wide
from bot.commands.dispatcher import Dispatcher
from bot.commands.message_actions import MessageActions, Reaction
from bot.commands.spec import AnyCommand
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputRole
from bot.errors import EaselError
from bot.services.lineage import Lineage
from bot.services.picture_lookup import PictureLookup

log = structlog.get_logger(__name__)

Json = Mapping[str, Any]

_LONGEST_ACKNOWLEDGEMENT_WAIT = timedelta(milliseconds=300)
"""How long work lets acknowledgements go first; a form has to be open within three seconds."""

_ANY = re.compile(r".*", re.DOTALL)

REACTIONS = {
    "email": Reaction.MAIL,
    "envelope": Reaction.MAIL,
    "e-mail": Reaction.MAIL,
    "incoming_envelope": Reaction.MAIL,
    "envelope_with_arrow": Reaction.MAIL,
    "star": Reaction.FAVOURITE,
    "star2": Reaction.FAVOURITE,
    "triangular_flag_on_post": Reaction.REPORT,
    "x": Reaction.CROSS,
    "negative_squared_cross_mark": Reaction.CROSS,
    "heavy_multiplication_x": Reaction.CROSS,
}
"""What is said by a reaction, by Slack's name for it."""


class SlackEventHandlers:
    """Acknowledges each Slack event first, then runs its command in a tracked task."""

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        calls: SlackCallFactory,
        lookup: PictureLookup,
        lineage: Lineage,
        home: HomeTab,
        uninstaller: Uninstaller,
    ) -> None:
        self.is_open = True
        """Whether new payloads are taken. Slack sends what is not acknowledged to another process, or again."""
        self._dispatcher = dispatcher
        self._calls = calls
        self._message_actions = MessageActions(dispatcher, lookup, lineage)
        self._home = home
        self._uninstaller = uninstaller
        self._deduplicator = Deduplicator()
        self._tasks = TaskTracker()
        self._unacknowledged_count = 0
        self._all_acknowledged = asyncio.Event()
        self._all_acknowledged.set()

    @contextmanager
    def acknowledge_first(self) -> Iterator[None]:
        """Hold back new work until the payload received in the body is acknowledged."""
        self._unacknowledged_count += 1
        self._all_acknowledged.clear()
        try:
            yield
        finally:
            self._unacknowledged_count -= 1
            if not self._unacknowledged_count:
                self._all_acknowledged.set()

    def listen_to(self, app: AsyncApp) -> None:
        """Register the handlers with an application."""
        app.command(_ANY)(self.on_command)
        app.shortcut(_ANY)(self.on_shortcut)
        app.action(_ANY)(self.on_action)
        app.view_submission(_ANY)(self.on_submission)
        app.view_closed(_ANY)(self.on_nothing)
        app.event("app_mention")(self.on_mention)
        app.event("message")(self.on_message)
        app.event("reaction_added")(self.on_reaction)
        app.event("reaction_removed")(self.on_reaction)
        app.event("app_home_opened")(self.on_home)
        app.event("app_uninstalled")(self.on_uninstalled)
        app.event("tokens_revoked")(self.on_revoked)
        app.event(_ANY)(self.on_nothing)

    async def drain(self, within: timedelta) -> None:
        """Wait until all received events are handled; cancel the rest after `within`."""
        await self._tasks.drain(within)

    async def on_nothing(self, ack: AsyncAck) -> None:
        """Acknowledge a payload that nothing follows from."""
        await ack()

    async def on_command(self, ack: AsyncAck, body: Json) -> None:
        """Run `/imagine` or `/easel`; a repeated payload is ignored."""
        await ack()
        origin = payloads.origin_of_command(body)
        line = command_lines.line_of_slash_command(str(body.get("command")), str(body.get("text") or ""))
        self._start_task(origin.trigger, lambda: self._run_line(origin, line))

    async def on_mention(self, body: Json, context: AsyncBoltContext) -> None:
        """Run a message that begins with the bot's name; the answer stays in its thread."""
        if not body["event"].get("bot_id"):
            self._run_message(body, context)

    async def on_message(self, body: Json, context: AsyncBoltContext) -> None:
        """Run a direct message, which needs no name. Other messages, and changes of messages, are ignored."""
        event = body["event"]
        is_new = event.get("subtype") in {None, "file_share"} and not event.get("bot_id")
        if is_new and event.get("channel_type") == "im" and event.get("user"):
            self._run_message(body, context)

    def _run_message(self, body: Json, context: AsyncBoltContext) -> None:
        event = body["event"]
        origin, files = payloads.origin_of_event(body), read_files(event.get("files"))
        text, bot, commands = str(event.get("text") or ""), context.bot_user_id or "", self._dispatcher.commands
        line = command_lines.line_of_mention(text, bot, commands, without_words=IMAGINE if files else command_lines.HELP)
        is_answer = bool(origin.thread) and line.startswith(f"{IMAGINE} ") and not command_lines.is_command(text, bot, commands)
        run = self._run_answer if is_answer else self._run_line
        self._start_task(f"{origin.channel}:{origin.message}", lambda: run(origin, line, files))

    async def on_shortcut(self, ack: AsyncAck, body: Json) -> None:
        """Run a message shortcut or a global one."""
        await ack()
        origin, callback = payloads.origin_of_interaction(body), str(body.get("callback_id"))
        if callback == MAKE_PICTURE:
            self._start_task(origin.trigger, lambda: self._run_line(origin, IMAGINE))
        elif callback in MESSAGE_SHORTCUTS:
            _, command = MESSAGE_SHORTCUTS[callback]
            files = name_files(read_files((body.get("message") or {}).get("files")), command)
            self._start_task(origin.trigger, lambda: self._run_shortcut(origin, command, files))

    async def on_action(self, ack: AsyncAck, body: Json) -> None:
        """Run a button: its value says all, so it never expires."""
        await ack()
        origin = payloads.origin_of_interaction(body)
        for action in body.get("actions") or ():
            value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
            if value.startswith(LINE_PREFIX):
                self._start_task(origin.trigger, partial(self._run_line, origin, f"/{value.removeprefix(LINE_PREFIX)}"))
            elif value:
                self._start_task(origin.trigger, partial(self._run_button, origin, value))

    async def on_submission(self, ack: AsyncAck, body: Json) -> None:
        """Run a submitted form; errors are shown below its fields."""
        view: Json = body.get("view") or {}
        command = self._dispatcher.commands.get(str(view.get("callback_id")).removeprefix(modals.CALLBACK_PREFIX))
        if command is None:
            await ack()
            return
        raw = modals.parse_values(view)
        wrong = modals.validation_errors(command, raw)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack(response_action="clear")
        origin = modals.origin_of_submission(body)
        key = str(view.get("id"))
        self._start_task(key, lambda: self._run_form(origin, key, command.name, raw))

    async def on_reaction(self, body: Json, context: AsyncBoltContext) -> None:
        """Run what a reaction below a message of ours stands for, or undo it."""
        event = body["event"]
        reaction = REACTIONS.get(str(event.get("reaction")).partition("::")[0])
        is_ours = context.bot_user_id is not None and event.get("item_user") == context.bot_user_id
        if is_ours and reaction is not None and self._message_actions.is_supported(reaction):
            origin, is_added = payloads.origin_of_event(body), event.get("type") == "reaction_added"
            self._start_task(str(body.get("event_id")), lambda: self._react(origin, reaction, is_added=is_added))

    async def on_home(self, body: Json) -> None:
        """Publish somebody's Home tab."""
        if body["event"].get("tab") != "messages":
            origin = payloads.origin_of_event(body)
            self._start_task(str(body.get("event_id")), lambda: self._show_home(origin))

    async def on_uninstalled(self, body: Json) -> None:
        """Delete what is stored of a workspace that uninstalled the bot."""
        self._uninstall(body)

    async def on_revoked(self, body: Json) -> None:
        """Delete what is stored of a workspace whose bot token was revoked: nothing works there without it."""
        if (body["event"].get("tokens") or {}).get("bot"):
            self._uninstall(body)

    def _uninstall(self, body: Json) -> None:
        origin, is_organisation = payloads.origin_of_event(body), is_organisation_wide(body)
        uninstall = self._uninstaller.uninstall
        self._start_task(
            str(body.get("event_id")), lambda: uninstall(origin.enterprise, origin.team, is_organisation=is_organisation)
        )

    def _start_task(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work in a tracked task, unless a payload with the same key was run already."""
        if self._deduplicator.is_new(key):
            self._tasks.track(asyncio.create_task(self._run_task(work)))
        else:
            log.info("slack.duplicate_event")

    async def _run_task(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work after open acknowledgements. The dispatcher never raises; look-ups before it, or the Home tab, may."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_ACKNOWLEDGEMENT_WAIT.total_seconds()):
                await self._all_acknowledged.wait()
        try:
            await work()
        except EaselError as error:
            log.warning("slack.event_failed", kind=error.kind, reason=str(error))

    async def _run_line(self, origin: PayloadOrigin, line: str, files: Sequence[Json] = ()) -> None:
        """Run a typed line; `files` are the pictures that the message brings, for a command that takes some."""
        call = await self._calls.build(origin, origin.trigger or f"{origin.channel}:{origin.message}")
        command = self._dispatcher.command_of(line)
        is_about_people = command is not None and options_for_people(command)
        named = await self._calls.name_external_people(line, origin, call) if is_about_people else line
        if named is None:
            return
        pictured = picture_option(command) if named != IMAGINE else None
        pictures = await self._calls.fetch_pictures(files, pictured[1].most, origin, call) if files and pictured else ()
        if pictures is not None:
            await self._dispatcher.dispatch_line(named, call, pictures)

    async def _run_answer(self, origin: PayloadOrigin, line: str, files: Sequence[Json] = ()) -> None:
        """Change the newest picture of a thread as an answer there says; in a thread without one, draw the words."""
        call = await self._calls.build(origin, f"{origin.channel}:{origin.message}")
        pictures = await self._calls.fetch_pictures(files, MOST_INPUTS - 1, origin, call) if files else ()
        if pictures is None:
            return

        async def bring() -> tuple[BroughtPicture, ...]:
            return pictures

        words, began = line.removeprefix(IMAGINE), f"{SLACK}:{origin.channel}:{origin.thread}"
        if not await self._message_actions.reply(words, origin.thread, call, bring, began=began):
            await self._dispatcher.dispatch_line(line, call, pictures)

    async def _run_form(self, origin: PayloadOrigin, key: str, name: str, raw: Mapping[str, object]) -> None:
        command, call, given = self._dispatcher.commands[name], await self._calls.build(origin, key), dict(raw)
        for option in options_for_people(command):
            if option in given:
                named = await self._calls.name_external_people(str(given[option]), origin, call)
                if named is None:
                    return
                given[option] = named
        if not await self._bring_files(command, given, origin, call):
            return
        text = text_option(command)
        if text and (files := read_files(given.pop(text, None))):
            content = await self._calls.fetch_text(files[0], origin, call)
            if content is None:
                return
            given[text] = content
        await self._dispatcher.dispatch(name, given, call)

    async def _bring_files(self, command: AnyCommand, given: dict[str, object], origin: PayloadOrigin, call: SlackCall) -> bool:
        """Replace what a form says of its pictures by their bytes; return False where that fails, of which the person is told."""
        pictured = picture_option(command)
        if pictured is None:
            return True
        option, kind = pictured
        named = read_named_files(given.get(option))
        if named is None and isinstance(given.get(option), str):
            return True
        files, role = named or (read_files(given.pop(option, None)), InputRole.BASE)
        pictures = await self._calls.fetch_pictures(files, kind.most, origin, call)
        if pictures:
            given[option] = tuple(replace(one, role=role) for one in pictures)
        return pictures is not None

    async def _run_button(self, origin: PayloadOrigin, value: str) -> None:
        await self._dispatcher.press(value, await self._calls.build(origin, origin.trigger))

    async def _run_shortcut(self, origin: PayloadOrigin, command: str, files: str) -> None:
        call = await self._calls.build(origin, origin.trigger)
        await self._message_actions.choose(command, origin.message, call, self._calls.find_picture(origin), files=files)

    async def _react(self, origin: PayloadOrigin, reaction: Reaction, *, is_added: bool) -> None:
        what = reaction if is_added else f"{reaction}:taken back"
        call = await self._calls.build(origin, f"{origin.channel}:{origin.message}:{origin.user}:{what}")
        act = self._message_actions.react if is_added else self._message_actions.take_back
        await act(reaction, origin.message, call, self._calls.find_picture(origin))

    async def _show_home(self, origin: PayloadOrigin) -> None:
        await self._home.show(await self._calls.person(origin), origin)
