"""One person's command, button, form, mention or reaction on Slack."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.adapters.slack import SLACK
from bot.adapters.slack.bots import Bots
from bot.adapters.slack.errand import Errand
from bot.adapters.slack.guests import name_guests
from bot.adapters.slack.lines import as_typed_here
from bot.adapters.slack.modal import modal_of
from bot.adapters.slack.naming import named
from bot.adapters.slack.origin import Origin
from bot.adapters.slack.people import People
from bot.adapters.slack.surface import SlackSurface
from bot.adapters.slack.ticket import Ticket
from bot.adapters.slack.trouble import translated
from bot.adapters.slack.web import Team, Web
from bot.commands.spec import AnyCommand
from bot.domain.chat import Form, MessageRef, Place, Post, Tone, promise
from bot.domain.people import Person
from bot.errors import BadInput, EaselError, MessageGone, SurfaceFailed
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_FORM_BUDGET = timedelta(seconds=3)
"""What opens a form is good for three seconds (facts, B3)."""

_DIRECT_BUDGET = timedelta(seconds=2)

_DIRECT = "D"
"""What the ids of direct conversations begin with."""

_ELSEWHERE = Post("That does not fit into this channel, so you have it in a direct message from me.")


@dataclass(frozen=True, slots=True)
class Means:
    """What a call needs to be answered."""

    surface: SlackSurface
    web: Web
    bots: Bots
    clock: Clock
    commands: Mapping[str, AnyCommand]


class Calls:
    """Makes calls of what was heard."""

    def __init__(self, means: Means, people: People) -> None:
        self._means = means
        self._people = people

    async def of(self, whence: Origin, key: str) -> "SlackCall":
        """Give the call; where it was made in no channel, its place is the conversation with that person.

        Raises:
            MessageGone: The bot is not installed there, so nothing could be answered: nothing is to be begun either.
        """
        self._introduce(whence)
        await self._check_installed(whence)
        person, place = await asyncio.gather(self._people.person(whence), self._place(whence))
        return SlackCall(f"{SLACK}:{key}", person, place, whence, self._means)

    async def name_guests(self, text: str, whence: Origin, call: "SlackCall") -> str | None:
        """Return `text` as `name_guests` does; None where that fails, which is said to whoever called."""
        try:
            return await name_guests(text, whence, self._people)
        except BadInput as error:
            await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
            return None

    async def person(self, whence: Origin) -> Person:
        """Give who it is."""
        self._introduce(whence)
        return await self._people.person(whence)

    def _introduce(self, whence: Origin) -> None:
        self._means.web.introduce(Team(whence.team, whence.enterprise))
        if whence.home:
            self._means.web.introduce_guest(whence.identity, whence.team)

    async def _check_installed(self, whence: Origin) -> None:
        try:
            await self._means.bots.token(whence.enterprise, whence.team)
        except MessageGone:
            raise
        except EaselError as error:  # an answer may find its way later
            log.info("slack.token_unknown", team=whence.team, reason=str(error))

    async def _place(self, whence: Origin) -> Place:
        """Find where to answer, if that can be found in a moment."""
        if whence.channel:
            return whence.place
        try:
            async with asyncio.timeout(_DIRECT_BUDGET.total_seconds()):
                return await self._means.surface.direct(whence.identity)
        except (EaselError, TimeoutError) as error:
            log.info("slack.no_conversation", team=whence.team, reason=type(error).__name__)
            return whence.place


class SlackCall:
    """Implements `bot.ports.surfaces.Call` for one payload of Slack's."""

    def __init__(self, key: str, person: Person, place: Place, whence: Origin, means: Means) -> None:
        self.key = key
        self.person = person
        self.place = place
        self._whence = whence
        self._means = means
        self._ticket = Ticket(means.clock.now(), whence.enterprise, whence.response_url)
        self.message = MessageRef(place, whence.message, str(self._ticket)) if whence.message and whence.channel else None

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place, str(self._ticket))

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Say `post` for all to see; see `Call.answer`."""
        return await self._means.surface.answer(self.place, post, key=key, ticket=self._ticket)

    async def whisper(self, post: Post) -> None:
        """Say `post` to this person alone; see `Call.whisper`."""
        post = as_typed_here(post, self._means.commands)
        for way in (self._by_url, self._in_the_channel, self._directly):
            try:
                if await way(post):
                    await self._point_at(way)
                    return
            except EaselError as error:
                log.info("slack.whisper_failed", call=self.key, kind=post.kind, way=way.__name__, reason=str(error))
        log.warning("slack.whisper_lost", call=self.key, kind=post.kind)

    async def ask(self, form: Form) -> None:
        """Show a form; see `Call.ask`. Reactions and mentions open none, and three seconds after the others it is too late."""
        whence = self._whence
        if not whence.trigger:
            raise SurfaceFailed(SLACK, "no form can be opened from here")
        way_back = (whence.channel, whence.thread, whence.message, whence.response_url)
        errand = Errand(*way_back, team=whence.team, enterprise=whence.enterprise)
        command = self._means.commands[form.command]
        view = modal_of(command, form, errand, asks_where=not whence.channel)
        async with translated(_FORM_BUDGET):
            token = await self._means.bots.token(whence.enterprise, whence.team)
            await self._means.web.client.views_open(trigger_id=whence.trigger, view=view, token=token)

    async def _by_url(self, post: Post) -> bool:
        surface, ticket = self._means.surface, self._ticket
        if not surface.replies.may_answer(ticket):
            return False
        payload = named(await surface.payload(self._whence.team, post), self._whence.team)
        await surface.replies.say(ticket, payload, is_private=True, thread=self.place.thread)
        return True

    async def _in_the_channel(self, post: Post) -> bool:
        place = self.place
        if not self._whence.channel:
            return False
        where = {"channel": place.channel, "user": self._whence.user, **({"thread_ts": place.thread} if place.thread else {})}
        payload = named(await self._means.surface.payload(place.tenant, post), place.tenant)
        await self._means.web.call("chat.postEphemeral", place.tenant, {**where, **payload})
        return True

    async def _point_at(self, way: object) -> None:
        """Say in the channel that the answer is elsewhere, if it is: nobody looks there without a word."""
        if way != self._directly or not self._whence.channel or self._whence.channel.startswith(_DIRECT):
            return
        with suppress(EaselError):
            if not await self._by_url(_ELSEWHERE):
                await self._in_the_channel(_ELSEWHERE)

    async def _directly(self, post: Post) -> bool:
        surface = self._means.surface
        place = await surface.direct(self.person.identity)
        await surface.post(place, post, key=f"{self.key}:whisper")
        return True
