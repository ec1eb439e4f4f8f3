"""Asks every surface what `bot.ports.surfaces.Surface` promises.

To add a platform: a stage that says what people see there, and a line in `STAGES`.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from bot.adapters.discord import DISCORD
from bot.adapters.discord.bot_client import DiscordBotClient
from bot.adapters.discord.surface import DiscordSurface
from bot.adapters.slack import SLACK
from bot.adapters.slack.rate_limits import SlackRateLimiter, SlackRateLimits
from bot.adapters.slack.surface import SlackSurface
from bot.adapters.slack.web_api import SlackWebApi
from bot.adapters.web.surface import WEB, WebSurface
from bot.app.system import RandomIds
from bot.domain.chat import Button, Details, MessageRef, Place, Post, PostPicture, Tone, promise
from bot.domain.pictures import PictureId
from bot.errors import MessageGone, MessageOutOfReach, StorageFailed, SurfaceFailed
from bot.ports.surfaces import Surface
from storage.events.local import LocalEvents
from storage.limits.local import LocalRateLimiter
from tests.fakes.clock import StoppedClock
from tests.fakes.discord import FakeDiscord, Message
from tests.fakes.discord.client import pointed_at
from tests.fakes.ids import CountingIds
from tests.fakes.objects import MemoryObjects
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_pauses import BRIEF
from tests.fakes.slack_token import FixedToken
from tests.fakes.studio import png
from tests.fakes.waiting import until


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message as people see it."""

    id: str
    text: str
    buttons: tuple[str, ...]
    pictures: int


class SurfaceStage(Protocol):
    """A surface with an audience."""

    place: Place

    @property
    def surface(self) -> Surface:
        """The surface itself."""
        ...

    async def seen(self) -> list[SeenMessage]:
        """Return what stands in the place, oldest first."""
        ...

    async def changes(self) -> int:
        """Count what the platform was asked to show; a post that is said again adds nothing."""
        ...

    def goes_down(self) -> None:
        """Have the platform take nothing from now on."""
        ...


class WebStage:
    """The page, over messages in memory."""

    place = Place(WEB, "", "studio")

    def __init__(self) -> None:
        self._messages = MemoryPageMessages(StoppedClock(), CountingIds())
        self._surface = WebSurface(self._messages, LocalEvents())

    @property
    def surface(self) -> Surface:
        """The surface itself."""
        return self._surface

    async def seen(self) -> list[SeenMessage]:
        """Read the channel."""
        return [_seen(message.id, message.body) for message in await self._messages.page("studio", most=100)]

    async def changes(self) -> int:
        """Return the channel's newest version, once nothing is on its way any more."""
        await until(lambda: not self._surface.has_pending_updates)
        return max((message.version for message in await self._messages.since("studio", 0)), default=0)

    def goes_down(self) -> None:
        """Break the store."""
        for method in ("add", "replace", "delete", "get"):
            self._messages.failures.fail_always(method, StorageFailed("memory", "down"))


def _seen(message: str, body: str) -> SeenMessage:
    post = json.loads(body)
    buttons = tuple(button["label"] for button in post["buttons"])
    return SeenMessage(message, post["text"], buttons, len(post["pictures"]))


class DiscordChannelStage:
    """A channel of a server of our own, over the real client's API calls."""

    def __init__(self, discord: FakeDiscord, surface: DiscordSurface) -> None:
        self._discord = discord
        self._surface = surface
        guild = discord.add_guild()
        self._channel = guild.add_channel()
        self.place = Place(DISCORD, str(guild.id), str(self._channel.id))

    @property
    def surface(self) -> Surface:
        """The surface itself."""
        return self._surface

    async def seen(self) -> list[SeenMessage]:
        """Look at the channel."""
        return [
            SeenMessage(str(one.id), one.text.splitlines()[0], tuple(button.label for button in one.buttons), _kept(one))
            for one in self._channel.messages
        ]

    async def changes(self) -> int:
        """Count the versions of all messages, once nothing is on its way any more."""
        await self._discord.changes.until(lambda: not self._surface.has_pending_updates, within=10, what="silence")
        return sum(len(one.history) for one in self._channel.everything)

    def goes_down(self) -> None:
        """Answer everything with an error."""
        self._discord.faults.fail("*", "*", status=503, times=1000)


def _kept(message: Message) -> int:
    """Count the pictures that are no preview."""
    return sum(not file.filename.startswith("preview") for file in message.files)


class SlackChannelStage:
    """A channel of a workspace of our own, over the real client's API calls."""

    def __init__(self, slack: FakeSlack, surface: SlackSurface, team: str, channel: SlackChannel) -> None:
        self._slack = slack
        self._surface = surface
        self._channel = channel
        self.place = Place(SLACK, team, channel.id)

    @property
    def surface(self) -> Surface:
        """The surface itself."""
        return self._surface

    async def seen(self) -> list[SeenMessage]:
        """Look at the channel; replies stand in threads."""
        return [
            SeenMessage(one.ts, one.shown.splitlines()[0], tuple(one.buttons), len(one.images))
            for one in self._channel.messages
            if one.thread is None
        ]

    async def changes(self) -> int:
        """Count the versions of all messages, once nothing is on its way any more."""
        await self._slack.until(lambda: not self._surface.has_pending_updates, within=10, what="silence")
        return sum(len(one.history) for one in self._channel.everything)

    def goes_down(self) -> None:
        """Answer everything with an error."""
        self._slack.faults.fail("*", status=503, times=1000)


@asynccontextmanager
async def web_stage() -> AsyncIterator[SurfaceStage]:
    """Open the page."""
    yield WebStage()


@asynccontextmanager
async def discord_stage() -> AsyncIterator[SurfaceStage]:
    """Open a Discord, and point the client at it."""
    objects = MemoryObjects()
    await objects.put("k", png(), "image/png")
    async with FakeDiscord() as discord:
        discord.limits.switch_rates_off()
        discord.limits.allow_late_answers()
        with pointed_at(discord):
            rest = DiscordBotClient(discord.token)
            surface = DiscordSurface(rest, objects, discord.clock, LocalRateLimiter(discord.clock))
            try:
                yield DiscordChannelStage(discord, surface)
            finally:
                await surface.close()
                await rest.close()


@asynccontextmanager
async def slack_stage() -> AsyncIterator[SurfaceStage]:
    """Open a workspace, and point the client at it."""
    objects = MemoryObjects()
    await objects.put("k", png(), "image/png")
    async with FakeSlack() as slack:
        slack.limits.switch_rates_off()
        slack.limits.allow_late_answers()
        team = slack.add_workspace("acme")
        web = SlackWebApi(
            FixedToken(team.bot_token),
            base_url=slack.api_url,
            rate_limiter=SlackRateLimiter(LocalRateLimiter(slack.clock), SlackRateLimits(progress_interval=0.05)),
        )
        surface = SlackSurface(web, objects, slack.clock, RandomIds(), timings=BRIEF)
        try:
            yield SlackChannelStage(slack, surface, team.id, team.add_channel("general"))
        finally:
            await surface.close()
            await web.close()


STAGES: dict[str, Callable[[], AbstractAsyncContextManager[SurfaceStage]]] = {
    "web": web_stage,
    "discord": discord_stage,
    "slack": slack_stage,
}

CANCEL = Button("Cancel", "cancel", "job1", is_dangerous=True)
WAITING = Post("Drawing: a fox", Tone.WAITING, progress=0.0, buttons=(CANCEL,))
DONE = Post(
    "a fox",
    Tone.DONE,
    pictures=(PostPicture(PictureId("p"), "k", "image/png", 64, 48, 99, "a fox", "http://easel.example/p/p.png"),),
    details=(Details("You asked for", "a fox"),),
    footer=("AI-generated",),
    buttons=(Button("Again", "again", "job1"), Button("Delete", "delete", "job1", is_dangerous=True)),
)
UNKNOWN = "1700000000000000001"


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[SurfaceStage]:
    """Yield each platform in turn."""
    async with STAGES[request.param]() as stage:
        yield stage


async def test_a_post_is_seen(stage: SurfaceStage) -> None:
    """With its words and its buttons."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    assert message.place == stage.place
    assert await stage.seen() == [SeenMessage(message.id, "Drawing: a fox", ("Cancel",), 0)]


async def test_a_post_may_begin_with_a_preview(stage: SurfaceStage) -> None:
    """It is seen like any other."""
    working = Post("Drawing", Tone.WORKING, preview=png(), progress=0.5)
    message = await stage.surface.post(stage.place, working, key="k")
    assert await stage.seen() == [SeenMessage(message.id, "Drawing", (), 0)]


async def test_the_same_key_again_is_the_same_message(stage: SurfaceStage) -> None:
    """A second delivery shows nothing new."""
    first = await stage.surface.post(stage.place, WAITING, key="k")
    assert await stage.surface.post(stage.place, WAITING, key="k") == first
    assert len(await stage.seen()) == 1


async def test_what_the_same_key_found_stays_as_it_is_until_it_is_changed(stage: SurfaceStage) -> None:
    """Whoever posts second changes the one message, and makes no other."""
    await stage.surface.post(stage.place, WAITING, key="k")
    found = await stage.surface.post(stage.place, DONE, key="k")
    await stage.surface.update(found, DONE)
    assert await stage.seen() == [SeenMessage(found.id, "a fox", ("Again", "Delete"), 1)]


async def test_a_promise_that_nobody_kept_finds_nothing(stage: SurfaceStage) -> None:
    """Then `post` is asked with the key."""
    assert await stage.surface.find(promise(stage.place)) is None
    assert await stage.seen() == []


async def test_another_key_is_another_message(stage: SurfaceStage) -> None:
    """In the order in which they were said."""
    first = await stage.surface.post(stage.place, WAITING, key="k1")
    second = await stage.surface.post(stage.place, WAITING, key="k2")
    assert [seen.id for seen in await stage.seen()] == [first.id, second.id]


async def test_an_update_replaces_the_whole_message(stage: SurfaceStage) -> None:
    """Old buttons are gone."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.update(message, DONE)
    assert await stage.seen() == [SeenMessage(message.id, "a fox", ("Again", "Delete"), 1)]
    await stage.surface.update(message, Post("deleted"))
    assert await stage.seen() == [SeenMessage(message.id, "deleted", (), 0)]


async def test_the_same_post_again_changes_nothing(stage: SurfaceStage) -> None:
    """With a preview, too."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    working = Post("Drawing", Tone.WORKING, preview=png(), progress=0.5)
    stage.surface.show_progress(message, working)
    changes = await stage.changes()
    stage.surface.show_progress(message, working)
    assert await stage.changes() == changes
    await stage.surface.update(message, DONE)
    changes = await stage.changes()
    await stage.surface.update(message, DONE)
    assert await stage.changes() == changes


async def test_progress_is_shown_soon_and_never_after_the_end(stage: SurfaceStage) -> None:
    """Neither what waits for its turn nor what comes late."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    stage.surface.show_progress(message, Post("Drawing", Tone.WORKING, progress=0.5))
    await stage.changes()
    assert [seen.text for seen in await stage.seen()] == ["Drawing"]
    stage.surface.show_progress(message, Post("Nearly", Tone.WORKING, progress=0.9))
    await stage.surface.update(message, DONE)
    stage.surface.show_progress(message, Post("Late", Tone.WORKING, progress=0.9))
    await stage.changes()
    assert [seen.text for seen in await stage.seen()] == ["a fox"]


async def test_a_progress_that_is_not_taken_is_nothing(stage: SurfaceStage) -> None:
    """Whoever works hears nothing of it."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    stage.goes_down()
    stage.surface.show_progress(message, Post("Drawing", Tone.WORKING, progress=0.5))
    stage.surface.show_progress(replace(message, id=UNKNOWN), Post("Drawing", Tone.WORKING, progress=0.5))


async def test_a_message_outlives_the_surface_that_posted_it(stage: SurfaceStage) -> None:
    """Its reference is all that is needed, as after a restart."""
    posted = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.update(MessageRef(replace(posted.place), posted.id, posted.reply_token), DONE)
    assert [seen.text for seen in await stage.seen()] == ["a fox"]


async def test_a_deleted_message_is_gone(stage: SurfaceStage) -> None:
    """Nobody sees it, and deleting it twice is no error."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.delete(message)
    await stage.surface.delete(message)
    assert await stage.seen() == []


async def test_updating_what_is_gone_says_so(stage: SurfaceStage) -> None:
    """Deleted or never there."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.delete(message)
    for gone in (message, replace(message, id=UNKNOWN)):
        with pytest.raises(MessageGone):
            await stage.surface.update(gone, DONE)


async def test_deleting_what_never_was_is_no_error(stage: SurfaceStage) -> None:
    """There is nothing left to do."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.delete(replace(message, id=UNKNOWN))
    assert len(await stage.seen()) == 1


async def test_a_platform_that_is_down_is_a_surface_that_failed(stage: SurfaceStage) -> None:
    """And not a message that is gone: later it may work."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    stage.goes_down()
    for act in (
        stage.surface.post(stage.place, WAITING, key="k2"),
        stage.surface.update(message, DONE),
        stage.surface.delete(message),
    ):
        with pytest.raises(SurfaceFailed) as failure:
            await act
        assert not isinstance(failure.value, MessageGone)


TAKEN_DOWN = Post("This picture was taken down.", buttons=(Button("Why?", "why", "job1"),))
PICTURES = frozenset({PictureId("p")})


async def test_what_is_retracted_is_seen_no_more(stage: SurfaceStage) -> None:
    """Its words stand in the place of pictures, details and buttons; the same again changes nothing."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.update(message, DONE)
    for _ in range(2):
        await stage.surface.retract(message, TAKEN_DOWN, PICTURES)
        assert await stage.seen() == [SeenMessage(message.id, "This picture was taken down.", ("Why?",), 0)]


async def test_what_is_retracted_can_be_shown_again(stage: SurfaceStage) -> None:
    """Whoever decided may have been wrong; some may be shown and some not."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.update(message, DONE)
    await stage.surface.retract(message, TAKEN_DOWN, PICTURES)
    await stage.surface.retract(message, DONE, frozenset())
    assert await stage.seen() == [SeenMessage(message.id, "a fox", ("Again", "Delete"), 1)]


async def test_retracting_what_is_gone_says_so_and_says_nothing_new(stage: SurfaceStage) -> None:
    """There is nothing left to do."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    await stage.surface.delete(message)
    with pytest.raises(MessageGone) as failure:
        await stage.surface.retract(message, TAKEN_DOWN, PICTURES)
    assert not isinstance(failure.value, MessageOutOfReach)
    assert await stage.seen() == []


async def test_a_platform_that_is_down_retracts_nothing_now(stage: SurfaceStage) -> None:
    """It may later."""
    message = await stage.surface.post(stage.place, WAITING, key="k")
    stage.goes_down()
    with pytest.raises(SurfaceFailed) as failure:
        await stage.surface.retract(message, TAKEN_DOWN, PICTURES)
    assert not isinstance(failure.value, MessageGone)
