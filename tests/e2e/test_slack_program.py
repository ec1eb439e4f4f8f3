"""Asks of `easel run` as a program on Slack: beside Discord and the page, over HTTP, `kill -9`, a clean end, forgeries."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.slack.manifest import EASEL, EVENTS, IMAGINE
from tests.e2e import discord_stage
from tests.e2e.serving import ServedVisitor, Serving
from tests.e2e.slack_stage import is_done
from tests.e2e.test_crashes import assert_books_add_up
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.slack import Channel, FakeSlack, Forgery, Member, Message, Workspace
from tests.fakes.slack.endpoint import Posted

pytestmark = pytest.mark.asyncio(loop_scope="module")
JOBS = 20
NUMBERS = count(1)


@dataclass
class ProgramOnSlack:
    """A Slack, a channel, somebody in it, and the program."""

    slack: FakeSlack
    team: Workspace
    channel: Channel
    ada: Member
    serving: Serving
    openai: FakeOpenAI

    async def picture(self, text: str) -> Message:
        """Have Ada ask for a picture, and wait for it."""
        await self.ada.command(self.channel, IMAGINE, text)
        return await self.channel.message_when(lambda one: is_done(one) and text in one, within=20)


@asynccontextmanager
async def a_setup(
    folder: Path, settings: dict[str, str] | None = None, *, delay: float = 0.2, by_http: bool = False
) -> AsyncIterator[ProgramOnSlack]:
    """Set it up; `settings` are variables of the program's environment."""
    async with FakeOpenAI(Options(delay=delay)) as openai, FakeSlack() as slack:
        slack.limits.allow_late_answers()
        slack.app.commands, slack.app.events = [IMAGINE, EASEL], list(EVENTS)
        team = slack.add_workspace("acme")
        channel, ada = team.add_channel("general"), team.add_member("ada")
        way = {"SLACK_SIGNING_SECRET": slack.signing_secret} if by_http else {"SLACK_APP_TOKEN": slack.app_token}
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "SLACK_BOT_TOKEN": team.bot_token,
            "EASEL_SLACK__API_URL": slack.api_url,
            "EASEL_QUOTAS__FIRST_TIER__SLACK": "premium",
            "EASEL_WORKER__LEASE": "5s",
            **way,
            **({"EASEL_WEB__PUBLIC_URL": "http://127.0.0.1:1"} if by_http else {}),
            **(settings or {}),
        }
        async with Serving(folder, environ) as serving:
            if by_http:
                slack.request_url = f"{serving.url}/slack/events"
            else:
                await slack.connected(within=20)
            yield ProgramOnSlack(slack, team, channel, ada, serving, openai)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_by_http(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ProgramOnSlack]:
    """Yield one that Slack sends everything to by HTTP."""
    async with a_setup(tmp_path_factory.mktemp("by-http"), by_http=True) as setup:
        yield setup


@pytest.fixture
def by_http(shared_by_http: ProgramOnSlack) -> ProgramOnSlack:
    """Return it with a channel and somebody who are new."""
    team, number = shared_by_http.team, next(NUMBERS)
    return replace(shared_by_http, channel=team.add_channel(f"room{number}"), ada=team.add_member(f"ada{number}"))


async def test_one_process_serves_discord_slack_and_the_page(tmp_path: Path) -> None:
    """From one configuration; each picture goes where it was asked for."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(FakeDiscord())
        discord.limits.allow_late_answers()
        there, bob = discord.add_guild("Painters").add_channel("general"), discord.add_user("bob")
        theirs = {
            "DISCORD_TOKEN": discord.token,
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
        }
        setup = await stack.enter_async_context(a_setup(tmp_path, theirs))
        await discord.gateway.ready(within=20)
        await discord.commands_synced("imagine")
        visitor = await stack.enter_async_context(ServedVisitor(setup.serving.url))
        asked = await bob.type_command(there, "imagine", prompt="a fox on Discord")
        await visitor.types("/imagine a fox on the page")
        assert "on Slack" in await setup.picture("a fox on Slack")
        await asked.message_when(discord_stage.is_done, within=20)
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", 3)
        assert len(setup.channel.messages) <= 2


async def test_people_are_served_by_http(by_http: ProgramOnSlack) -> None:
    """Slack's settings page takes the address; then commands, forms and buttons work as over a socket."""
    assert (await by_http.slack.endpoint.verify()).json() == {"challenge": "a-challenge"}
    message = await by_http.picture("a fox")
    await by_http.ada.press(message, "Again")
    await by_http.channel.message_when(lambda one: is_done(one) and one.ts != message.ts, within=20)
    await by_http.ada.command(by_http.channel, IMAGINE, "")
    view = await by_http.ada.view()
    refused = await by_http.ada.submit(view, {"prompt": "a hen", "size": "huge"})
    assert set(refused.errors) == {"size"}
    assert by_http.slack.sockets.opened == 0


async def test_forged_and_stale_requests_are_turned_away(by_http: ProgramOnSlack) -> None:
    """With 401, and nothing happens."""
    sent = await by_http.ada.command(by_http.channel, EASEL, "help")
    await by_http.ada.ephemeral("ask for")
    forgeries = [one for one in Forgery if one is not Forgery.NONE]
    assert {one: (await by_http.slack.forge(sent, one)).status for one in forgeries} == dict.fromkeys(forgeries, 401)
    assert len(by_http.ada.ephemerals()) == 1


async def test_a_retried_event_is_one_job(by_http: ProgramOnSlack) -> None:
    """Whether Slack thinks that it did not arrive, or somebody sends it again."""
    [before] = by_http.serving.rows("SELECT count(*) AS n FROM jobs")
    sent = await by_http.ada.mention(by_http.channel, "@easel a fox")
    await by_http.channel.message_when(is_done, within=20)
    for _ in range(3):
        assert (await by_http.slack.repeat(sent)).is_acked
    [jobs] = by_http.serving.rows("SELECT count(*) AS n FROM jobs")
    assert jobs["n"] == before["n"] + 1


async def test_signed_nonsense_breaks_nothing(by_http: ProgramOnSlack) -> None:
    """Whatever it is, the next one is taken."""
    endpoint = by_http.slack.endpoint
    for body in (b"[]", b"null", b"{", b"\xff", b"payload=%5B%5D", b"{" * 100_000):
        kind = "application/x-www-form-urlencoded" if body.startswith(b"payload") else "application/json"
        reply = await endpoint.replay(Posted(body, {"Content-Type": kind, **endpoint._signature(body, Forgery.NONE)}))
        assert reply.status in ({413} if len(body) > 65_536 else {400, 401}), body[:20]
    assert "fox" in await by_http.picture("a fox")


@pytest.mark.long
async def test_kill_9_with_twenty_pictures_running(tmp_path: Path) -> None:
    """All twenty are delivered or told of in their messages, and none is paid for twice."""
    async with a_setup(tmp_path, {"EASEL_WORKER__SLOTS__PREMIUM": "20", "EASEL_WORKER__LEASE": "3s"}, delay=1.5) as setup:
        setup.slack.limits.switch_rates_off()  # a new process does not know what the old one used of them
        people = [setup.team.add_member(f"user{number}") for number in range(JOBS)]
        channels = [setup.team.add_channel(f"room{number}") for number in range(JOBS)]
        for one, room in zip(people, channels, strict=True):
            await one.command(room, IMAGINE, f"fox of {one.name}")
        messages = [await room.message_when(lambda one: "fox" in one, within=20) for room in channels]
        await setup.openai.until(lambda state: len(state.paid) >= JOBS // 2)
        await setup.serving.kill()
        await setup.serving.start()
        await setup.slack.until(lambda: all(map(is_notified, messages)), within=90, what="twenty ends")
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", JOBS)
        paid = Counter(call.prompt for call in setup.openai.paid)
        assert set(paid.values()) == {1}
        assert_books_add_up(setup.serving)


def is_notified(message: Message) -> bool:
    """Whether a message shows its picture, or says how it ended and offers to draw again."""
    return is_done(message) or "Draw again" in message.buttons


async def test_a_clean_end(tmp_path: Path) -> None:
    """What is being drawn is delivered first; the log holds no secret and no prompt."""
    async with a_setup(tmp_path, delay=1.0) as setup:
        await setup.ada.command(setup.channel, IMAGINE, "a very secret fox")
        message = await setup.channel.message_when(lambda one: "fox" in one)
        await setup.openai.until(lambda state: len(state.paid) == 1)
        async with asyncio.timeout(25):
            done = await setup.serving.running.stopped(signal.SIGTERM)
        assert done.code == 0
        assert is_done(message)
        assert "Traceback" not in done.err
        for secret in (setup.team.bot_token, setup.slack.app_token, "/commands/", "secret fox"):
            assert secret not in done.err + done.out


async def test_without_a_token_slack_is_not_even_imported(tmp_path: Path) -> None:
    """A start without it is as quick as ever."""
    async with Serving(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"}, is_new=True) as serving:
        done = await serving.running.stopped(signal.SIGTERM)
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines() if line.startswith("import time:")}
    assert "uvicorn" in imported
    assert not {"slack_bolt", "slack_sdk", "aiohttp"} & imported
