"""One person's command, button, form, mention or reaction on Slack."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.adapters.slack import SLACK
from bot.adapters.slack.bot_identities import BotIdentities
from bot.adapters.slack.command_lines import spell_commands_for_slack
from bot.adapters.slack.errors import translate_errors
from bot.adapters.slack.external_people import name_external_people
from bot.adapters.slack.form_context import FormContext
from bot.adapters.slack.modals import render_modal
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.picture_files import fetch_pictures, fetch_text
from bot.adapters.slack.picture_sources import has_files
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.surface import SlackSurface
from bot.adapters.slack.user_profiles import UserProfiles
from bot.adapters.slack.web_api import SlackWebApi, Team
from bot.commands.message_actions import ShownPicture
from bot.commands.spec import AnyCommand
from bot.domain.chat import Form, MessageRef, Place, Post, Tone, promise
from bot.domain.inputs import BroughtPicture
from bot.domain.people import Person
from bot.errors import BadInput, EaselError, MessageGone, SurfaceFailed
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_FORM_TIMEOUT = timedelta(seconds=3)
"""A `trigger_id`, which opens a form, is good for three seconds."""

_DIRECT_TIMEOUT = timedelta(seconds=2)

_DIRECT = "D"
"""What the ids of direct conversations begin with."""

_ANSWERED_DIRECTLY = Post("That does not fit into this channel, so you have it in a direct message from me.")


async def _refuse_files(error: BadInput, call: "SlackCall") -> None:
    log.info("slack.files_refused", call=call.key, reason=str(error.__cause__))
    await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))


@dataclass(frozen=True, slots=True)
class SlackCallDependencies:
    """What a call needs to be answered."""

    surface: SlackSurface
    web: SlackWebApi
    bots: BotIdentities
    clock: Clock
    commands: Mapping[str, AnyCommand]


class SlackCallFactory:
    """Builds calls from payloads."""

    def __init__(self, dependencies: SlackCallDependencies, people: UserProfiles) -> None:
        self._dependencies = dependencies
        self._people = people

    async def build(self, origin: PayloadOrigin, key: str) -> "SlackCall":
        """Return the call; where it was made in no channel, its place is the conversation with that person.

        Raises:
            MessageGone: The bot is not installed there, so nothing could be answered: nothing is to be begun either.
        """
        self._remember_origin(origin)
        await self._check_installed(origin)
        person, place = await asyncio.gather(self._people.person(origin), self._place(origin))
        return SlackCall(f"{SLACK}:{key}", person, place, origin, self._dependencies)

    async def name_external_people(self, text: str, origin: PayloadOrigin, call: "SlackCall") -> str | None:
        """Return `text` as `name_external_people` does; None where that fails, of which the person is told."""
        try:
            return await name_external_people(text, origin, self._people)
        except BadInput as error:
            await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
            return None

    async def fetch_pictures(
        self, files: Sequence[Mapping[str, Any]], most: int, origin: PayloadOrigin, call: "SlackCall"
    ) -> tuple[BroughtPicture, ...] | None:
        """Return the content of files that were given to a command; None where that fails, of which the person is told."""
        try:
            return await fetch_pictures(self._dependencies.web, origin.team, files, most)
        except BadInput as error:
            await _refuse_files(error, call)
            return None

    async def fetch_text(self, file: Mapping[str, Any], origin: PayloadOrigin, call: "SlackCall") -> str | None:
        """Return the content of a text that was given to a command; None as `fetch_pictures` does."""
        try:
            return await fetch_text(self._dependencies.web, origin.team, file)
        except BadInput as error:
            await _refuse_files(error, call)
            return None

    def find_picture(self, origin: PayloadOrigin) -> ShownPicture:
        """Return what asks Slack which picture of ours the message of a payload shows."""
        return lambda: self._dependencies.surface.find_picture(origin.place, origin.message)

    async def person(self, origin: PayloadOrigin) -> Person:
        """Return the person."""
        self._remember_origin(origin)
        return await self._people.person(origin)

    def _remember_origin(self, origin: PayloadOrigin) -> None:
        self._dependencies.web.remember_team(Team(origin.team, origin.enterprise))
        if origin.home:
            self._dependencies.web.remember_external_person(origin.identity, origin.team)

    async def _check_installed(self, origin: PayloadOrigin) -> None:
        try:
            await self._dependencies.bots.token(origin.enterprise, origin.team)
        except MessageGone:
            raise
        except EaselError as error:  # an answer may find its way later
            log.info("slack.token_unknown", team=origin.team, reason=str(error))

    async def _place(self, origin: PayloadOrigin) -> Place:
        """Return where to answer, if that can be found in a moment."""
        if origin.channel:
            return origin.place
        try:
            async with asyncio.timeout(_DIRECT_TIMEOUT.total_seconds()):
                return await self._dependencies.surface.direct(origin.identity)
        except (EaselError, TimeoutError) as error:
            log.info("slack.no_conversation", team=origin.team, reason=type(error).__name__)
            return origin.place


class SlackCall:
    """Implements `bot.ports.surfaces.Call` for one payload of Slack's."""

    def __init__(
        self, key: str, person: Person, place: Place, origin: PayloadOrigin, dependencies: SlackCallDependencies
    ) -> None:
        self.key = key
        self.person = person
        self.place = place
        self._origin = origin
        self._dependencies = dependencies
        self._reply_token = SlackReplyToken(dependencies.clock.now(), origin.enterprise, origin.response_url)
        self.message = MessageRef(place, origin.message, str(self._reply_token)) if origin.message and origin.channel else None

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place, str(self._reply_token))

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Send `post` for everybody to see; see `Call.answer`."""
        return await self._dependencies.surface.answer(self.place, post, key=key, reply_token=self._reply_token)

    async def whisper(self, post: Post) -> MessageRef | None:
        """Send `post` to this person alone; see `Call.whisper`."""
        post = spell_commands_for_slack(post, self._dependencies.commands)
        for way in () if has_files(post) else (self._whisper_by_url, self._whisper_in_channel):
            try:
                if await way(post):
                    return None
            except EaselError as error:
                log.info("slack.whisper_failed", call=self.key, kind=post.kind, way=way.__name__, reason=str(error))
        try:
            message = await self._whisper_directly(post)
        except EaselError as error:
            log.warning("slack.whisper_lost", call=self.key, kind=post.kind, reason=str(error))
            return None
        await self._point_to_direct_message()
        return message

    async def settle(self, post: Post) -> bool:
        """Replace the message whose button was pressed, by the address that came along; see `Call.settle`."""
        surface = self._dependencies.surface
        try:
            payload = await surface.render(self._origin.team, spell_commands_for_slack(post, self._dependencies.commands))
            await surface.response_urls.replace_original(self._reply_token, payload)
        except EaselError as error:
            log.info("slack.not_settled", call=self.key, reason=str(error))
            return False
        return True

    async def ask(self, form: Form) -> None:
        """Show a form; see `Call.ask`. Reactions and mentions open none, and three seconds after the others it is too late."""
        origin = self._origin
        if not origin.trigger:
            raise SurfaceFailed(SLACK, "no form can be opened from here")
        return_fields = (origin.channel, origin.thread, origin.message, origin.response_url)
        context = FormContext(*return_fields, team=origin.team, enterprise=origin.enterprise)
        command = self._dependencies.commands[form.command]
        view = render_modal(command, form, context, asks_where=not origin.channel)
        async with translate_errors(_FORM_TIMEOUT):
            token = await self._dependencies.bots.token(origin.enterprise, origin.team)
            await self._dependencies.web.client.views_open(trigger_id=origin.trigger, view=view, token=token)

    async def _whisper_by_url(self, post: Post) -> bool:
        surface, reply_token = self._dependencies.surface, self._reply_token
        if not surface.response_urls.may_answer(reply_token):
            return False
        payload = await surface.render(self._origin.team, post)
        await surface.response_urls.say(reply_token, payload, is_private=True, thread=self.place.thread)
        return True

    async def _whisper_in_channel(self, post: Post) -> bool:
        place = self.place
        if not self._origin.channel:
            return False
        where = {"channel": place.channel, "user": self._origin.user, **({"thread_ts": place.thread} if place.thread else {})}
        payload = await self._dependencies.surface.render(place.tenant, post)
        await self._dependencies.web.call("chat.postEphemeral", place.tenant, {**where, **payload})
        return True

    async def _point_to_direct_message(self) -> None:
        """Post in the channel that the answer is in a direct message, which nobody would look for otherwise."""
        if not self._origin.channel or self._origin.channel.startswith(_DIRECT):
            return
        with suppress(EaselError):
            if not await self._whisper_by_url(_ANSWERED_DIRECTLY):
                await self._whisper_in_channel(_ANSWERED_DIRECTLY)

    async def _whisper_directly(self, post: Post) -> MessageRef:
        surface = self._dependencies.surface
        place = await surface.direct(self.person.identity)
        return await surface.post(place, post, key=f"{self.key}:whisper")
