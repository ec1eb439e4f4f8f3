"""One person's command, button or reaction on Discord."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.adapters.discord import DISCORD
from bot.adapters.discord.errors import FormNotShown, translate_errors
from bot.adapters.discord.origins import Interaction, person_of_interaction, place_of
from bot.adapters.discord.rendering import NO_MENTIONS, RenderedMessage, render_message
from bot.adapters.discord.surface import DiscordSurface
from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Person
from bot.errors import EaselError, MessageGone, SurfaceFailed
from bot.pipeline import posts

log = structlog.get_logger(__name__)

RenderModal = Callable[[Form, str], discord.ui.Modal]
"""Draws a form, in the language of a locale."""

_ACKNOWLEDGE_AFTER = timedelta(seconds=1.5)
"""How long a command may look for its own first words; they decide whether the answer is public.

Discord waits 3 s for a first response: https://discord.com/developers/docs/interactions/receiving-and-responding.
"""

_ACKNOWLEDGE_FORM_AFTER = timedelta(seconds=2.5)
"""The same for one that opens a form: a form is only possible as the very first response."""

_TIMEOUT = timedelta(seconds=20)
_IN_PRIVATE = Post("Answered in private.")
_NOTHING_NEW = Post("You asked for that already; it is on its way.")


class DiscordCall:
    """Implements `bot.ports.surfaces.Call` for one interaction.

    Discord takes one response to an interaction, and that is public or private
    for good; everything later is a message of its own. `render_modal` builds a
    form as a modal. `opens_form` says that the command begins with one,
    `is_public` that everybody sees its answer. With `settles` the note whose
    button was pressed may be changed: then the response is that change, and the
    answer is a message of the channel, found again by its key.
    """

    def __init__(
        self,
        interaction: Interaction,
        surface: DiscordSurface,
        render_modal: RenderModal,
        *,
        opens_form: bool = False,
        is_public: bool = False,
        settles: bool = False,
    ) -> None:
        self.key = f"{DISCORD}:{interaction.id}"
        self.person = person_of_interaction(interaction)
        self.place = place_of(interaction.guild_id, interaction.channel_id, interaction.channel)
        self.message = MessageRef(self.place, str(interaction.message.id)) if interaction.message else None
        self._interaction = interaction
        self._surface = surface
        self._render_modal = render_modal
        self._opens_form = opens_form
        self._is_public = is_public
        self._settles = settles and interaction.type is discord.InteractionType.component
        self._limits = surface.limits(self.place, interaction.filesize_limit)
        self._reply_token = surface.new_reply_token(
            interaction.application_id, interaction.id, interaction.token, interaction.filesize_limit
        )
        self._response_lock = asyncio.Lock()
        self.has_responded = False
        """Whether Discord has its response, or is about to."""
        self._is_due = asyncio.Event()
        self._is_deferred = False
        self._is_promised = False

    def acknowledge_now(self) -> None:
        """Respond to Discord at once, whatever the command will say; a form cannot be opened after that."""
        if not self._opens_form:
            self._is_due.set()

    async def run_and_acknowledge(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run the work, and make sure that Discord gets a response in time, whatever becomes of it."""
        if self._is_due.is_set() or self._settles:
            await self._defer()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._acknowledge_in_time())
            await work()
            if not self.has_responded:
                await self._acknowledge_silently()

    def promise(self) -> MessageRef:
        """Promise an answer that the token finds. Of a response without a visible message none is found. See `Call.promise`."""
        if self.has_responded and not self._is_deferred:
            return promise(self.place)
        self._is_promised = True
        return promise(self.place, str(self._reply_token))

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Send `post` for everybody to see; see `Call.answer`."""
        if self._settles:
            return await self._answer_apart(post, key)
        rendered = await self._surface.renderer.render(post, self._limits)
        try:
            async with self._response_lock, translate_errors(_TIMEOUT):
                id_ = await (self._edit_deferred(rendered) if self._is_deferred else self._send(rendered, is_private=False))
        except MessageGone as error:
            # An interaction that we heard of too late takes no answer (10062); the channel still does.
            log.warning("discord.answered_by_token", call=self.key, reason=str(error))
            return await self._post_in_channel(post, key)
        return MessageRef(self.place, str(id_), str(self._reply_token))

    async def whisper(self, post: Post) -> None:
        """Send `post` to this person alone; see `Call.whisper`."""
        try:
            rendered = await self._render_private(post)
            async with self._response_lock, translate_errors(_TIMEOUT):
                if not self._is_deferred:
                    await self._send(rendered, is_private=True)
                elif self._is_public:
                    await self._send_instead(rendered)
                else:
                    await self._edit_deferred(rendered)
        except EaselError as error:
            log.warning("discord.whisper_lost", call=self.key, kind=post.kind, reason=str(error))

    async def settle(self, post: Post) -> bool:
        """Change the message whose button was pressed, which the response without a sign speaks of; see `Call.settle`."""
        if not self._settles:
            return False
        try:
            rendered = await self._render_private(post)
            async with self._response_lock, translate_errors(_TIMEOUT):
                await self._edit_original(rendered)
        except EaselError as error:
            log.info("discord.not_settled", call=self.key, reason=str(error))
            return False
        return True

    async def ask(self, form: Form) -> None:
        """Open a form as the response; see `Call.ask`."""
        async with self._response_lock:
            if self.has_responded or self._interaction.type is discord.InteractionType.modal_submit:
                raise FormNotShown("too late")
            modal = self._render_modal(form, self.person.locale)
            self._mark_responded()
            try:
                async with translate_errors(_TIMEOUT):
                    await self._interaction.response.send_modal(modal)
            except SurfaceFailed as error:
                raise FormNotShown(str(error)) from error

    async def _answer_apart(self, post: Post, key: str) -> MessageRef:
        """Post in the channel, or by the interaction where the bot may not post there."""
        try:
            return await self._post_in_channel(post, key)
        except MessageGone:
            rendered = await self._surface.renderer.render(post, self._limits)
            async with self._response_lock, translate_errors(_TIMEOUT):
                id_ = await self._send(rendered, is_private=False)
            return MessageRef(self.place, str(id_), str(self._reply_token))

    async def _post_in_channel(self, post: Post, key: str) -> MessageRef:
        posted = await self._surface.post(self.place, posts.name_asker(post, self.person), key=key)
        return replace(posted, names_asker=True)

    async def _render_private(self, post: Post) -> RenderedMessage:
        try:
            return await self._surface.renderer.render(post, self._limits)
        except SurfaceFailed:
            words = Post(post.text, post.tone, post.kind, details=post.details, references=post.references)
            return await self._surface.renderer.render(words, self._limits)

    async def _send(self, rendered: RenderedMessage, *, is_private: bool) -> int:
        """Send a message as the response, or after it."""
        arguments: dict[str, Any] = {"view": rendered.view, "ephemeral": is_private, "allowed_mentions": NO_MENTIONS}
        if rendered.uploads:
            arguments["files"] = rendered.files
        if self.has_responded:
            return (await self._interaction.followup.send(wait=True, **arguments)).id
        self._mark_responded()
        response = await self._interaction.response.send_message(**arguments)
        return response.message_id or 0

    async def _send_instead(self, rendered: RenderedMessage) -> None:
        """Send a private message in place of the public placeholder.

        The first message after a deferral takes the placeholder's place and is as
        public. So the placeholder is filled first, and deleted afterwards.
        """
        await self._edit_deferred(render_message(_IN_PRIVATE))
        await self._send(rendered, is_private=True)
        await self._interaction.delete_original_response()

    async def _edit_deferred(self, rendered: RenderedMessage) -> int:
        self._is_deferred = False
        return await self._edit_original(rendered)

    async def _edit_original(self, rendered: RenderedMessage) -> int:
        message = await self._interaction.edit_original_response(
            view=rendered.view, attachments=rendered.files, allowed_mentions=NO_MENTIONS
        )
        return message.id

    async def _acknowledge_in_time(self) -> None:
        """Defer, so that people see that something is going on, unless the command has responded by then."""
        with contextlib.suppress(TimeoutError):
            delay = _ACKNOWLEDGE_FORM_AFTER if self._opens_form else _ACKNOWLEDGE_AFTER
            async with asyncio.timeout(delay.total_seconds()):
                await self._is_due.wait()
        await self._defer()

    async def _acknowledge_silently(self) -> None:
        """Respond without a message: to a button whose effect is seen, or to a call that came twice."""
        if self._interaction.type is discord.InteractionType.component:
            self._is_promised = False
            await self._defer()
        else:
            await self.whisper(_NOTHING_NEW)
        self._mark_responded()

    async def _defer(self) -> None:
        """Reserve the response: visibly below a command, invisibly below a button unless an answer follows."""
        is_silent = self._interaction.type is discord.InteractionType.component and not self._is_promised
        try:
            async with self._response_lock, translate_errors(_TIMEOUT):
                if not self.has_responded:
                    self._mark_responded()
                    is_private = not is_silent and not self._is_public and not self._is_promised
                    await self._interaction.response.defer(thinking=not is_silent, ephemeral=is_private)
                    self._is_deferred = not is_silent
        except EaselError as error:
            log.warning("discord.not_acknowledged", call=self.key, reason=str(error))

    def _mark_responded(self) -> None:
        self.has_responded = True
        self._is_due.set()


class DiscordReactionCall:
    """Implements `bot.ports.surfaces.Call` for a reaction: private words go by direct message."""

    def __init__(self, *, key: str, person: Person, place: Place, message: MessageRef, surface: DiscordSurface) -> None:
        self.key = key
        self.person = person
        self.place = place
        self.message: MessageRef | None = message
        self._surface = surface

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Post in the channel; see `Call.answer`."""
        return await self._surface.post(self.place, post, key=key)

    async def whisper(self, post: Post) -> MessageRef | None:
        """Send `post` as a direct message; see `Call.whisper`."""
        try:
            place = await self._surface.direct(self.person.identity)
            return await self._surface.post(place, post, key=f"{self.key}:whisper")
        except EaselError as error:
            log.info("discord.whisper_lost", call=self.key, kind=post.kind, reason=str(error))
            return None

    async def settle(self, post: Post) -> bool:  # noqa: ARG002 - every call is asked alike
        """Change nothing: a reaction stands below no note; see `Call.settle`."""
        return False

    async def ask(self, form: Form) -> None:  # noqa: ARG002 - every call is asked alike
        """Show no form: there is none below a reaction; see `Call.ask`."""
        raise FormNotShown("a reaction")
