"""A surface on a Slack of our own, with the real client between them, and somebody to look at what it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack import SLACK
from bot.adapters.slack.message_editor import SurfaceTimings
from bot.adapters.slack.picture_sources import PreviewLink
from bot.adapters.slack.rate_limits import SlackRateLimiter, SlackRateLimits
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.surface import SlackSurface
from bot.adapters.slack.web_api import SlackWebApi
from bot.app.system import RandomIds
from bot.domain.chat import Button, Details, MessageRef, Place, Post, PostPicture, Tone
from bot.domain.pictures import PictureId
from bot.ports.copy_signer import CopySigner
from bot.services.provenance import NO_COPY_SIGNER
from storage.limits.local import LocalRateLimiter
from tests.fakes.objects import MemoryObjects
from tests.fakes.slack import Channel, FakeSlack, Member, Message, Workspace
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack_pauses import BRIEF
from tests.fakes.studio import png

CANCEL = Button("Cancel", "cancel", "job1", is_dangerous=True)
WAITING = Post("Drawing: a fox", Tone.WAITING, progress=0.0, buttons=(CANCEL,))
WORKING = Post("Drawing: a fox", Tone.WORKING, progress=0.5, buttons=(CANCEL,))
LINK = "https://easel.example/p/p1.png"
PICTURE = PostPicture(PictureId("p1"), "k", "image/png", 64, 48, 99, "a red fox", LINK, original=LINK)
DONE = Post(
    "a fox",
    Tone.DONE,
    pictures=(PICTURE,),
    details=(Details("Drawn as", "a red fox"),),
    footer=("AI-generated",),
    buttons=(Button("Again", "again", "job1"),),
)
ENDED = Post("a fox – cancelled", Tone.REFUSED)
HOSTILE = "<!channel> <@U0FAKE00004> *b* _i_ https://evil.example <https://evil.example|x> @here"


class AllTokens:
    """Gives the token of whichever workspace of the fake is asked for, and remembers who asked."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack
        self.asked: list[tuple[str, str]] = []

    async def token(self, enterprise: str, team: str) -> str:
        """Return it."""
        self.asked.append((enterprise, team))
        return self._slack.world.workspaces[team].bot_token


@dataclass
class SlackSurfaceStage:
    """A workspace with a channel, somebody in it, and a surface that may be opened anew."""

    slack: FakeSlack
    team: Workspace
    channel: Channel
    ada: Member
    objects: MemoryObjects
    tokens: AllTokens
    web: SlackWebApi
    surface: SlackSurface

    @property
    def place(self) -> Place:
        """The channel."""
        return self.place_of(self.channel)

    def place_of(self, channel: Channel) -> Place:
        """Return any channel."""
        return Place(SLACK, self.team.id, channel.id)

    async def posted(self, post: Post = WAITING, key: str = "k") -> tuple[MessageRef, Message]:
        """Post something and give it with what is seen of it."""
        message = await self.surface.post(self.place, post, key=key)
        return message, self.seen(message)

    def seen(self, message: MessageRef) -> Message:
        """Return a message as it is seen."""
        found = self.channel.find(message.id)
        assert found is not None
        return found

    @asynccontextmanager
    async def other_process(self, timings: SurfaceTimings = BRIEF) -> AsyncIterator[SlackSurface]:
        """Yield a surface that remembers nothing of what this one did."""
        surface = SlackSurface(self.web, self.objects, self.slack.clock, RandomIds(), timings=timings)
        try:
            yield surface
        finally:
            await surface.close()

    def reply_token(self, channel: Channel) -> SlackReplyToken:
        """Have Ada do something that brings a response URL."""
        return SlackReplyToken(self.slack.clock.now(), "", self.slack.world.response_urls.new(self.ada, channel))

    @property
    def top(self) -> list[Message]:
        """What stands in the channel itself."""
        return [one for one in self.channel.messages if one.thread is None]

    async def silence(self) -> None:
        """Wait until nothing is on its way."""
        await self.slack.until(lambda: not self.surface.has_pending_updates, within=10, what="silence")


async def link_preview(_: bytes) -> str:
    """Give every preview the same address."""
    return "https://easel.example/preview/1"


@asynccontextmanager
async def a_stage(
    limits: SlackRateLimits | None = None,
    *,
    preview_link: PreviewLink | None = None,
    has_rates: bool = False,
    clock: SlackClock | None = None,
    copy_signer: CopySigner = NO_COPY_SIGNER,
) -> AsyncIterator[SlackSurfaceStage]:
    """Set everything up. The fake counts calls only with `has_rates`, and by `clock` if one is given."""
    objects = MemoryObjects()
    await objects.put("k", png(), "image/png")
    async with FakeSlack(clock=clock) as slack:
        if not has_rates:
            slack.limits.switch_rates_off()
            slack.limits.allow_late_answers()
        team = slack.add_workspace("acme")
        tokens = AllTokens(slack)
        web = SlackWebApi(
            tokens,
            base_url=slack.api_url,
            rate_limiter=SlackRateLimiter(LocalRateLimiter(slack.clock), limits or SlackRateLimits(progress_interval=0.02)),
        )
        surface = SlackSurface(
            web,
            objects,
            slack.clock,
            RandomIds(),
            preview_link=preview_link,
            shows_links=preview_link is not None,
            copy_signer=copy_signer,
            timings=BRIEF,
        )
        try:
            yield SlackSurfaceStage(
                slack, team, team.add_channel("general"), team.add_member("ada"), objects, tokens, web, surface
            )
        finally:
            await surface.close()
            await web.close()


def shows_own_files(team: Workspace, slack: FakeSlack) -> None:
    """Let the bot show files that are shared nowhere, as the platform does; the fake's own rule is stricter."""

    def rule(channel: Channel) -> Callable[[dict[str, Any]], bool]:
        return lambda wanted: slack.world.files[wanted["id"]].is_visible

    vars(team)["file_rule"] = rule


def file_of(stage: SlackSurfaceStage, message: Message) -> bytes | None:
    """Return the bytes of the one picture that a message shows."""
    [image] = message.images
    return stage.slack.world.files[image["slack_file"]["id"]].content
