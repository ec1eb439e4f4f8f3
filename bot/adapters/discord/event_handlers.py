"""Handlers of Discord's events: commands, buttons, forms, reactions, direct messages, and servers joined or left."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.adapters.discord.application_commands import CONTEXT_MENUS, autocomplete_choices
from bot.adapters.discord.call import DiscordCall
from bot.adapters.discord.direct_messages import (
    EMPTY_MESSAGE_REPLY,
    DirectMessageCall,
    ReplyCall,
    answered_message,
    line_of_message,
)
from bot.adapters.discord.file_options import MenuFiles, read_attachments, read_file_options
from bot.adapters.discord.interaction_input import CommandInput, parse_command, parse_modal, replace_markup
from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.origins import Interaction
from bot.adapters.discord.reactions import DiscordReactions
from bot.adapters.discord.rendering import MORE
from bot.adapters.discord.surface import DiscordSurface
from bot.adapters.shared.deduplicator import Deduplicator
from bot.adapters.shared.task_tracker import TaskTracker
from bot.commands.dispatcher import Dispatcher
from bot.commands.message_actions import MessageActions
from bot.commands.translations import Translations
from bot.domain.chat import Form, Post, Tone
from bot.errors import BadInput
from bot.ports.shared_files import SharedFiles
from bot.services.picture_lookup import PictureLookup

log = structlog.get_logger(__name__)

_ON_MESSAGE = 3
_MANY_CALLS = 5
"""With more calls than these at once, all are acknowledged immediately: each costs the others time."""

_WRITTEN_TYPES = {discord.MessageType.default, discord.MessageType.reply}
"""What people write themselves; the others are news such as a pinned message."""


class DiscordEventHandlers:
    """Runs a command for each Discord event. discord.py runs each handler in a task, which is tracked here until it ends."""

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        surface: DiscordSurface,
        lookup: PictureLookup,
        translations: Translations,
        shared_files: SharedFiles,
    ) -> None:
        self.is_open = True
        """Whether new events are taken. Discord tells people that there was no answer, where it is not."""
        self._dispatcher = dispatcher
        self._surface = surface
        self._message_actions = MessageActions(dispatcher, lookup)
        self._reactions = DiscordReactions(self._message_actions, surface)
        self._translations = translations
        self._menu_files = MenuFiles(shared_files)
        self._deduplicator = Deduplicator()
        self._tasks = TaskTracker()
        self._client: discord.Client | None = None
        self._calls: set[DiscordCall] = set()

    def listen_to(self, client: discord.Client) -> None:
        """Register the handlers of all events with a client."""
        self._client = self._reactions.client = client
        for handler in (
            self.on_interaction,
            self.on_message,
            self.on_raw_reaction_add,
            self.on_raw_reaction_remove,
            self.on_guild_join,
            self.on_guild_remove,
        ):
            client.event(handler)

    def listen_for_interactions(self, client: discord.Client) -> None:
        """Register the handler of interactions alone, with a client that has no gateway."""
        client.event(self.on_interaction)

    async def drain(self, within: timedelta) -> None:
        """Wait until all received events are handled; cancel the rest after `within`."""
        await self._tasks.drain(within)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Run a command, a button or a suggestion; a repeated interaction is ignored."""
        if not self.is_open:
            return
        if not self._deduplicator.is_new(str(interaction.id)):
            log.info("discord.duplicate_interaction", interaction=interaction.id)
            return
        run = _HANDLERS.get(interaction.type)
        if run is not None:
            self._track_this_task()
            await run(self, interaction)

    async def _run_command(self, interaction: Interaction) -> None:
        data: Mapping[str, Any] = interaction.data or {}
        if data.get("type") == _ON_MESSAGE:
            call = self._call(interaction, CONTEXT_MENUS.get(str(data.get("name")), ""))
            await self._run_call(call, lambda: self._choose(interaction, call))
            return
        typed = parse_command(data)
        call = self._call(interaction, typed.name, is_public=self._is_public(typed.name))
        await self._run_call(call, lambda: self._dispatch(interaction, typed, call))

    async def _dispatch(self, interaction: Interaction, typed: CommandInput, call: DiscordCall) -> None:
        """Run a command, with the content of the files that it was given."""
        try:
            raw = await read_file_options(interaction, typed.raw, self._dispatcher.commands.get(typed.name))
        except BadInput as error:
            await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
            return
        await self._dispatcher.dispatch(typed.name, raw, call)

    async def _run_form(self, interaction: Interaction) -> None:
        """Run the command whose form was filled in."""
        typed = parse_modal(interaction.data or {})
        call = self._call(interaction, "", is_public=self._is_public(typed.name))
        await self._run_call(call, lambda: self._dispatch_form(interaction, typed, call))

    async def _dispatch_form(self, interaction: Interaction, typed: CommandInput, call: DiscordCall) -> None:
        """Run a command with the files of its form, or with the pictures of the message whose menu opened the form."""
        try:
            raw = await read_file_options(interaction, typed.raw, self._dispatcher.commands.get(typed.name))
            raw = await self._menu_files.read(interaction, raw)
        except BadInput as error:
            await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
            return
        await self._dispatcher.dispatch(typed.name, raw, call)

    def _call(self, interaction: Interaction, action: str, *, is_public: bool = False) -> DiscordCall:
        """Build the call of an interaction; `action` is the command that it begins with."""
        return DiscordCall(
            interaction,
            self._surface,
            self._render_modal,
            opens_form=self._dispatcher.opens_form(action),
            is_public=is_public,
            settles=self._dispatcher.settles_note(action),
        )

    def _is_public(self, name: str) -> bool:
        """Whether a typed command's answer is for everybody to see."""
        command = self._dispatcher.commands.get(name)
        return command is not None and command.answers_in_public

    def _render_modal(self, form: Form, locale: str) -> discord.ui.Modal:
        return render_modal(self._dispatcher.commands[form.command], form, self._translations.for_locale(locale))

    async def _run_call(self, call: DiscordCall, work: Callable[[], Awaitable[None]]) -> None:
        """Run a call. With many at once, all are acknowledged immediately instead of waiting for their command's own answer."""
        self._calls.add(call)
        if len(self._calls) > _MANY_CALLS:
            for one in self._calls:
                one.acknowledge_now()
        try:
            await call.run_and_acknowledge(work)
        finally:
            self._calls.discard(call)

    async def _choose(self, interaction: Interaction, call: DiscordCall) -> None:
        """Press the button that an entry of a message's menu stands for."""
        data: Mapping[str, Any] = interaction.data or {}
        command = CONTEXT_MENUS.get(str(data.get("name")), "")
        files = await self._menu_files.keep(interaction, command)
        await self._message_actions.choose(command, str(data.get("target_id", "")), call, files=files)

    async def _run_button(self, interaction: Interaction) -> None:
        """Run a button, or what was chosen from a menu of buttons. Its id holds everything, so it never expires.

        This also holds for a button that was removed from its message since.
        """
        data: Mapping[str, Any] = interaction.data or {}
        action = str(data.get("custom_id", ""))
        if action == MORE:
            action = str(next(iter(data.get("values") or ()), ""))
        call = self._call(interaction, action)
        await self._run_call(call, lambda: self._dispatcher.press(action, call))

    async def _autocomplete(self, interaction: Interaction) -> None:
        typed = parse_command(interaction.data or {})
        command = self._dispatcher.commands.get(typed.name)
        call = self._call(interaction, "")
        suggestions = await self._dispatcher.suggest(typed.name, typed.focused, call.person, call.place)
        word = str(typed.raw.get(typed.focused, ""))
        found = autocomplete_choices(command, typed.focused, word, suggestions) if command else []
        try:
            await interaction.response.autocomplete(
                [discord.app_commands.Choice(name=one.label, value=one.value) for one in found]
            )
        except discord.HTTPException as error:
            log.info("discord.not_suggested", reason=f"status={error.status} code={error.code}")

    async def on_message(self, message: discord.Message) -> None:
        """Run a message to the bot: in private, where plain words are a prompt, or as an answer to a picture.

        Bots are not answered, nor are we.
        """
        us = self._client.user.id if self._client and self._client.user else 0
        answered = answered_message(message, us)
        is_for_us = (message.guild is None or answered is not None) and not message.author.bot and message.type in _WRITTEN_TYPES
        if not (self.is_open and is_for_us and self._deduplicator.is_new(str(message.id))):
            return
        self._track_this_task()
        call = (ReplyCall if message.guild else DirectMessageCall)(message, self._surface)
        line = line_of_message(message, us)
        if answered is not None and not line.startswith("/") and await self._reply(message, line, str(answered), call):
            return
        if message.guild is None:
            await (self._dispatcher.dispatch_line(line, call) if line else call.whisper(EMPTY_MESSAGE_REPLY))

    async def _reply(self, message: discord.Message, line: str, answered: str, call: DirectMessageCall) -> bool:
        """Change the picture that somebody answered; return False where the message shows none."""
        words = str(replace_markup(line))
        return await self._message_actions.reply(words, answered, call, lambda: read_attachments(message))

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Run what a reaction below a message of ours stands for."""
        if self.is_open and (reaction := self._reactions.find(payload)) is not None:
            self._track_this_task()
            await self._reactions.run(payload, reaction)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Undo what a reaction stood for."""
        if self.is_open and (reaction := self._reactions.find(payload)) is not None:
            self._track_this_task()
            await self._reactions.take_back(payload, reaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Log that the bot joined a server."""
        log.info("discord.guild_joined", guild=guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Log that the bot was removed from a server. Jobs asked for there end by direct message; people keep their pictures."""
        log.info("discord.guild_left", guild=guild.id)

    def _track_this_task(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.track(task)


_HANDLERS: dict[discord.InteractionType, Callable[[DiscordEventHandlers, Interaction], Awaitable[None]]] = {
    discord.InteractionType.application_command: DiscordEventHandlers._run_command,  # noqa: SLF001 - the class's own table
    discord.InteractionType.component: DiscordEventHandlers._run_button,  # noqa: SLF001 - see above
    discord.InteractionType.modal_submit: DiscordEventHandlers._run_form,  # noqa: SLF001 - see above
    discord.InteractionType.autocomplete: DiscordEventHandlers._autocomplete,  # noqa: SLF001 - see above
}
