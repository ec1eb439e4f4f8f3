"""Asks how workspaces come to easel on Slack and leave it again: OAuth, Enterprise Grid, uninstalling, keys, the doctor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from bot.adapters.slack.manifest import EASEL, EVENTS, IMAGINE
from tests.e2e.program import Program
from tests.e2e.serving import Serving
from tests.e2e.slack_stage import is_done
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.ports import free_port
from tests.fakes.slack import FakeSlack, Member, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY, NEWER = "ab" * 32, "cd" * 32


class InstallingSetup:
    """A Slack whose workspaces may install the program, which listens over sockets."""

    def __init__(self, slack: FakeSlack, serving: Serving, openai: FakeOpenAI) -> None:
        self.slack = slack
        self.serving = serving
        self.openai = openai

    async def install(self, team: Workspace, **how: bool) -> str:
        """Have an admin install it, and give the words of the page they end up with."""
        admin = team.add_member("boss", is_admin=True)
        page = await self.slack.install(f"{self.serving.url}/slack/install", admin, **how)
        return page.text

    def installations(self, team: Workspace) -> list[dict[str, Any]]:
        """Return what easel has written down of a workspace."""
        return [row for row in self.serving.rows("SELECT * FROM installations") if row["workspace"] == team.id]

    async def draws_for(self, team: Workspace, name: str = "ada") -> Member:
        """Have somebody in the workspace ask for a picture, and wait for it."""
        member, channel = team.add_member(name), team.add_channel(f"room-of-{name}")
        await member.command(channel, IMAGINE, f"a fox for {name}")
        await channel.message_when(is_done, within=20)
        return member


@asynccontextmanager
async def a_setup(folder: Path, *, delay: float = 0.2, **settings: str) -> AsyncIterator[InstallingSetup]:
    """Set it up; `settings` are variables of the program's environment."""
    async with FakeOpenAI(Options(delay=delay)) as openai, FakeSlack() as slack:
        slack.limits.allow_late_answers()
        slack.app.commands, slack.app.events = [IMAGINE, EASEL], list(EVENTS)
        port = free_port()
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_CLIENT_ID": slack.client_id,
            "SLACK_CLIENT_SECRET": slack.client_secret,
            "EASEL_SLACK__TOKEN_KEYS": KEY,
            "EASEL_SLACK__API_URL": slack.api_url,
            "EASEL_SLACK__AUTHORIZE_URL": slack.authorize_url,
            "EASEL_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
            "EASEL_QUOTAS__FIRST_TIER__SLACK": "premium",
            **settings,
        }
        async with Serving(folder, environ, port) as serving:
            await slack.connected(within=20)
            yield InstallingSetup(slack, serving, openai)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[InstallingSetup]:
    """Yield one to all that only bring workspaces of their own."""
    async with a_setup(tmp_path_factory.mktemp("town")) as made:
        yield made


async def test_two_workspaces_install_it_and_are_served(setup: InstallingSetup) -> None:
    """Each with its own token, none of which can be read in the database."""
    before = len(setup.slack.calls("chat.postMessage"))
    teams = [setup.slack.add_workspace(name, is_installed=False) for name in ("acme", "globex")]
    for team in teams:
        assert f"easel is in {team.name} now" in await setup.install(team)
        await setup.draws_for(team)
    for file in (setup.serving.folder / "data").glob("easel.db*"):
        content = file.read_bytes()
        assert not any(team.bot_token.encode() in content for team in teams)
    assert {call.workspace for call in setup.slack.calls("chat.postMessage")[before:]} == {team.id for team in teams}


async def test_a_link_that_somebody_else_began_installs_nothing(setup: InstallingSetup) -> None:
    """The state is good only in the browser that it was made for."""
    team = setup.slack.add_workspace("acme", is_installed=False)
    assert "not opened from the one that began" in await setup.install(team, loses_cookies=True)
    assert setup.installations(team) == []


async def test_a_refusal_installs_nothing(setup: InstallingSetup) -> None:
    """And is said kindly."""
    team = setup.slack.add_workspace("acme", is_installed=False)
    assert "was not allowed" in await setup.install(team, refuses=True)
    assert setup.installations(team) == []


async def test_a_state_is_good_once(setup: InstallingSetup) -> None:
    """Whoever finds the address in a browser's history can do nothing with it."""
    team = setup.slack.add_workspace("acme", is_installed=False)
    page = await setup.slack.install(f"{setup.serving.url}/slack/install", team.add_member("boss", is_admin=True))
    state = page.url.partition("state=")[2].partition("&")[0]
    async with httpx2.AsyncClient(cookies={"slack-app-oauth-state": state}) as client:
        again = await client.get(page.url)
    assert (again.status_code, "used before" in again.text) == (401, True)


async def test_a_strangers_workspace_is_told_so(setup: InstallingSetup) -> None:
    """It has the app, by a way around our page, and we have no token for it."""
    drawn = len(setup.openai.paid)
    stranger = setup.slack.add_workspace("stranger")
    member, channel = stranger.add_member("eve"), stranger.add_channel("general")
    await member.command(channel, IMAGINE, "a fox")
    assert "not set up for this workspace" in await member.ephemeral()
    assert len(setup.openai.paid) == drawn


async def test_one_workspaces_token_is_not_used_for_another(tmp_path: Path) -> None:
    """A fixed token serves the workspace it belongs to, and nobody else."""
    async with FakeSlack() as slack:
        slack.limits.allow_late_answers()
        home, other = slack.add_workspace("home"), slack.add_workspace("other")
        environ = {
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_BOT_TOKEN": home.bot_token,
            "EASEL_SLACK__API_URL": slack.api_url,
        }
        async with Serving(tmp_path, environ):
            await slack.connected(within=20)
            eve, theirs = other.add_member("eve"), other.add_channel("general")
            await eve.command(theirs, EASEL, "help")
            assert "not set up for this workspace" in await eve.ephemeral()
            ada, ours = home.add_member("ada"), home.add_channel("general")
            await ada.command(ours, EASEL, "help")
            assert "ask for" in await ada.ephemeral("ask for")


async def test_a_whole_organisation_installs_it_once(setup: InstallingSetup) -> None:
    """All its workspaces are served with the one token."""
    first = setup.slack.add_workspace("north", enterprise="E1", is_installed=False)
    assert "now" in await setup.install(first, is_org=True)
    second = setup.slack.add_workspace("south", enterprise="E1", is_installed=False)
    for team in (first, second):
        await setup.draws_for(team)


@pytest.mark.parametrize("way", ["uninstall", "revoke_tokens"])
async def test_a_workspace_that_leaves_is_forgotten_and_its_jobs_stop(tmp_path: Path, way: str) -> None:
    """Nothing counts that was not finished; the other workspace notices nothing."""
    async with a_setup(tmp_path, delay=3.0) as setup:
        teams = [setup.slack.add_workspace(name, is_installed=False) for name in ("acme", "globex")]
        for team in teams:
            await setup.install(team)
        ada, channel = teams[0].add_member("ada"), teams[0].add_channel("general")
        await ada.command(channel, IMAGINE, "a fox that nobody will see")
        await setup.openai.until(lambda state: len(state.paid) == 1)
        await getattr(teams[0], way)()
        await setup.serving.until("SELECT count(*) FROM jobs WHERE state = 'cancelled' AND told_at IS NOT NULL", 1)
        left = setup.serving.rows("SELECT workspace FROM installations")
        assert {row["workspace"] for row in left} == {teams[1].id}
        await setup.draws_for(teams[1])


async def test_late_news_of_an_old_end_does_no_harm(setup: InstallingSetup) -> None:
    """A workspace that installed it again in the meantime stays."""
    team = setup.slack.add_workspace("acme", is_installed=False)
    await setup.install(team)
    gone = await team.uninstall()
    await setup.slack.until(lambda: setup.installations(team) == [], within=60, what="that it is forgotten")
    await setup.install(team)
    gone.payload["event_id"] = "EvLATE"
    await setup.slack.repeat(gone)
    await setup.draws_for(team)


async def test_tokens_that_end_are_renewed(setup: InstallingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hours before their end, so an hour is too little; what is delivered uses the new one."""
    monkeypatch.setattr(setup.slack.app, "rotates_tokens", True)
    monkeypatch.setattr(setup.slack.limits, "token_lives", timedelta(hours=1))
    before = len(setup.slack.calls("oauth.v2.access"))
    team = setup.slack.add_workspace("acme", is_installed=False)
    await setup.install(team)
    first = team.bot_token
    await setup.draws_for(team)
    assert team.bot_token != first
    grants = [call.args.get("grant_type") for call in setup.slack.calls("oauth.v2.access")[before:]]
    assert "refresh_token" in grants


async def test_keys_are_changed_without_losing_anybody(tmp_path: Path) -> None:
    """The new one in front, everything sealed anew, the old one gone."""
    async with a_setup(tmp_path) as setup:
        team = setup.slack.add_workspace("acme", is_installed=False)
        await setup.install(team)
        await setup.serving.kill()
        environ = {**setup.serving.environ, "EASEL_SLACK__TOKEN_KEYS": f"{NEWER},{KEY}"}
        done = await Program(tmp_path, environ).run("slack", "reseal")
        assert (done.code, "2 records" in done.out) == (0, True)
        lost = await Program(tmp_path, {**environ, "EASEL_SLACK__TOKEN_KEYS": "ef" * 32}).run("slack", "reseal")
        assert (lost.code, "Traceback" in lost.err) == (1, False)
        async with Serving(tmp_path, {**environ, "EASEL_SLACK__TOKEN_KEYS": NEWER}, setup.serving.port):
            await setup.slack.connected(within=20)
            await setup.draws_for(team)


async def test_the_doctor_looks_at_tokens_scopes_and_the_way_in(tmp_path: Path) -> None:
    """What is well, and what is wrong with how to mend it."""
    async with FakeSlack() as slack:
        team = slack.add_workspace("acme", scopes=("commands", "chat:write"))
        environ = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": slack.app_token, "EASEL_SLACK__API_URL": slack.api_url}
        program = Program(tmp_path, environ)
        answer = await program.run("doctor", "--json")
        assert "it lacks app_mentions:read" in answer.out
        assert "Socket Mode works" in answer.out
        wrong = await Program(tmp_path, {**environ, "SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-wrong"}).run(
            "doctor"
        )
        assert "does not accept the bot token" in wrong.out
        assert "cannot be used with the app-level token" in " ".join(wrong.out.split())
        assert "xoxb-wrong" not in wrong.out + wrong.err
