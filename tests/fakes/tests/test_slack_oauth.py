"""Does the fake Slack install, rotate, revoke and uninstall as the platform does?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.client import client_of
from tests.fakes.tests.test_slack_messages import refused

# slack-sdk's own call of oauth.v2.access uses what aiohttp has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


class States(AsyncOAuthStateStore):
    """Keeps states in memory."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """Make one."""
        self.known.add(state := f"state-{len(self.known)}")
        return state

    async def async_consume(self, state: str) -> bool:
        """Take one."""
        is_known = state in self.known
        self.known.discard(state)
        return is_known


class MemoryInstallationStore(AsyncInstallationStore):
    """Keeps installations in memory."""

    def __init__(self) -> None:
        self.saved: list[Installation] = []

    async def async_save(self, installation: Installation) -> None:
        """Keep one."""
        self.saved.append(installation)


@asynccontextmanager
async def an_installable_app(slack: FakeSlack) -> AsyncIterator[tuple[str, MemoryInstallationStore]]:
    """Run a real Bolt app with an install page; gives that page's address and what was installed."""
    kept = MemoryInstallationStore()
    settings = AsyncOAuthSettings(
        client_id=slack.client_id,
        client_secret=slack.client_secret,
        scopes=["commands", "chat:write"],
        authorization_url=slack.authorize_url,
        installation_store=kept,
        state_store=States(),
    )
    app = AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret, oauth_settings=settings)
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.app.redirect_urls = [f"http://{host}:{port}/slack/oauth_redirect"]
    try:
        yield f"http://{host}:{port}/slack/install", kept
    finally:
        await runner.cleanup()


async def test_a_workspace_installs_the_app() -> None:
    """Through Bolt's own install page, cookies and all."""
    async with FakeSlack() as slack, an_installable_app(slack) as (page, kept):
        team = slack.add_workspace("acme", is_installed=False)
        ann = team.add_member("ann")
        ended = await slack.install(page, ann)
        assert (ended.status, "Thank you" in ended.text) == (200, True)
        [installed] = kept.saved
        assert (installed.team_id, installed.bot_token, installed.user_id) == (team.id, team.bot_token, ann.id)
        assert installed.bot_scopes == ["chat:write", "commands"]
        assert (await client_of(slack, team).auth_test())["bot_id"] == installed.bot_id


async def test_an_organisation_installs_it_for_all_its_workspaces() -> None:
    """One token, no team of its own, and workspaces that are told by `team_id`."""
    async with FakeSlack() as slack, an_installable_app(slack) as (page, kept):
        slack.limits.acknowledge_within = timedelta(seconds=0.05)
        one = slack.add_workspace("one", is_installed=False, enterprise="E0BIG")
        two = slack.add_workspace("two", is_installed=False, enterprise="E0BIG")
        await slack.install(page, one.add_member("ann"), is_org=True)
        [installed] = kept.saved
        assert (installed.is_enterprise_install, installed.enterprise_id, installed.team_id) == (True, "E0BIG", None)
        assert one.bot_token == two.bot_token == installed.bot_token
        assert one.is_org_install
        channel, api = two.add_channel("general"), client_of(slack, two)
        await api.chat_postMessage(channel=channel.id, text="hello")
        assert [message.text for message in channel.messages] == ["hello"]
        assert (await refused(api.usergroups_list()))["error"] == "missing_scope"
        three = slack.add_workspace("three", enterprise="E0BIG")
        assert three.bot_token == one.bot_token
        await one.uninstall()
        assert (await refused(api.auth_test()))["error"] == "account_inactive"
        assert not three.is_installed


async def test_what_can_go_wrong_while_installing() -> None:
    """A refusal, another browser, a wrong client, a wrong way back."""
    async with FakeSlack() as slack, an_installable_app(slack) as (page, kept):
        team = slack.add_workspace("acme", is_installed=False)
        ann = team.add_member("ann")
        assert "access_denied" in (await slack.install(page, ann, refuses=True)).text
        assert (await slack.install(page, ann, loses_cookies=True)).status == 400
        assert kept.saved == []
        elsewhere = {"client_id": slack.client_id, "scope": "commands", "redirect_uri": "https://elsewhere.example/"}
        for query, wrong in ((elsewhere, "bad_redirect_uri"), ({**elsewhere, "client_id": "1"}, "invalid_client_id")):
            async with aiohttp.ClientSession() as session, session.get(slack.authorize_url, params=query) as response:
                assert (response.status, wrong in await response.text()) == (400, True)


async def test_codes_work_once() -> None:
    """And only with the secret, the same way back, and in time."""
    async with FakeSlack() as slack:
        team = slack.add_workspace("acme", is_installed=False)
        team.add_member("ann", is_admin=True)
        api, back = client_of(slack), "http://127.0.0.1:9/back"
        who = {"client_id": slack.client_id, "client_secret": slack.client_secret, "redirect_uri": back}
        code = await _code(slack, back)
        wrong = {**who, "client_secret": "guessed"}
        assert (await refused(api.oauth_v2_access(code=code, **wrong)))["error"] == "bad_client_secret"
        assert (await refused(api.oauth_v2_access(code=code, **{**who, "redirect_uri": "http://x"})))[
            "error"
        ] == "bad_redirect_uri"
        assert (await api.oauth_v2_access(code=code, **who))["team"]["id"] == team.id
        assert (await refused(api.oauth_v2_access(code=code, **who)))["error"] == "code_already_used"
        assert (await refused(api.oauth_v2_access(code="made-up", **who)))["error"] == "invalid_code"
        code = await _code(slack, back)
        slack.forward(minutes=11)
        assert (await refused(api.oauth_v2_access(code=code, **who)))["error"] == "invalid_code"


async def _code(slack: FakeSlack, back: str) -> str:
    query = {"client_id": slack.client_id, "scope": "commands,chat:write", "redirect_uri": back, "state": "s 1"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(slack.authorize_url, params=query, allow_redirects=False) as response,
    ):
        target = response.headers["Location"]
    answer = parse_qs(urlsplit(target).query)
    assert answer["state"] == ["s 1"]
    return answer["code"][0]


async def test_rotated_tokens_expire_and_refresh_once() -> None:
    """Twelve hours, on a clock that can be moved."""
    async with FakeSlack() as slack:
        slack.app.rotates_tokens = True
        team = slack.add_workspace("acme", is_installed=False)
        team.add_member("ann", is_admin=True)
        api, back = client_of(slack), "http://127.0.0.1:9/back"
        who = {"client_id": slack.client_id, "client_secret": slack.client_secret}
        first = await api.oauth_v2_access(code=await _code(slack, back), redirect_uri=back, **who)
        assert (first["expires_in"], first["access_token"][:5]) == (43_200, "xoxe.")
        refresh = {**who, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = await api.oauth_v2_access(**refresh)
        assert second["access_token"] == team.bot_token != first["access_token"]
        assert (await refused(api.oauth_v2_access(**refresh)))["error"] == "invalid_refresh_token"
        await api.auth_test(token=first["access_token"])
        slack.forward(hours=13)
        assert (await refused(api.auth_test(token=second["access_token"])))["error"] == "token_expired"
        third = await api.oauth_v2_access(**{**refresh, "refresh_token": second["refresh_token"]})
        await api.auth_test(token=third["access_token"])


@pytest.mark.parametrize(("act", "code"), [("uninstall", "account_inactive"), ("revoke_tokens", "token_revoked")])
async def test_the_end_of_an_installation_is_told_and_its_token_is_dead(act: str, code: str) -> None:
    """By events that still come, and by the code of every later call."""
    async with FakeSlack() as slack:
        slack.limits.retry_waits = ()
        team = slack.add_workspace()
        api, ann = client_of(slack, team), team.add_member("ann")
        getattr(team, act)()
        assert (await refused(api.auth_test()))["error"] == code
        reply = {one.type for one in slack.seen.deliveries}
        assert reply == ({"app_uninstalled", "tokens_revoked"} if act == "uninstall" else {"tokens_revoked"})
        with pytest.raises(AssertionError, match="not installed"):
            await ann.global_shortcut("imagine")
        team.install()
        await client_of(slack, team).auth_test()
        revoked = await client_of(slack, team).auth_revoke()
        assert (revoked["revoked"], team.is_installed) == (True, False)
