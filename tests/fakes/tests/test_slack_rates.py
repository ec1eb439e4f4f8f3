"""Does the fake Slack limit rates per method and workspace, and fail when it is told to?"""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from tests.fakes.slack import FakeSlack, Rate
from tests.fakes.slack.client import client_of
from tests.fakes.tests.test_slack_messages import refused


async def test_updates_are_limited_over_all_channels_of_a_workspace() -> None:
    """Fifty in any minute; another workspace has its own fifty; the clock can be moved on."""
    async with FakeSlack() as slack:
        acme, other = slack.add_workspace("acme"), slack.add_workspace("other")
        places = [acme.add_channel("a"), acme.add_channel("b"), other.add_channel("c")]
        api, theirs = client_of(slack, acme), client_of(slack, other)
        sent = [await api.chat_postMessage(channel=one.id, text="x") for one in places[:2]]
        for number in range(50):
            one = sent[number % 2]
            await api.chat_update(channel=one["channel"], ts=one["ts"], text=str(number))
        answer = await refused(api.chat_update(channel=sent[0]["channel"], ts=sent[0]["ts"], text="x"))
        assert (answer["error"], answer.status_code, slack.overruns("chat.update")) == ("ratelimited", 429, 1)
        assert 50 <= int(answer.headers["Retry-After"]) <= 60
        assert len(places[0].messages[0].history) == 26
        more = await theirs.chat_postMessage(channel=places[2].id, text="x")
        await theirs.chat_update(channel=places[2].id, ts=more["ts"], text="y")
        slack.forward(minutes=1)
        await api.chat_update(channel=sent[0]["channel"], ts=sent[0]["ts"], text="x")


async def test_posts_are_paced_in_each_channel() -> None:
    """One a second, with a few ahead."""
    async with FakeSlack() as slack:
        team = slack.add_workspace()
        first, second, api = team.add_channel("a"), team.add_channel("b"), client_of(slack, team)
        for _ in range(5):
            await api.chat_postMessage(channel=first.id, text="x")
        assert (await refused(api.chat_postMessage(channel=first.id, text="x"))).headers["Retry-After"] == "1"
        await api.chat_postMessage(channel=second.id, text="x")
        slack.forward(seconds=1)
        await api.chat_postMessage(channel=first.id, text="x")
        assert slack.overruns("chat.postMessage") == 1


async def test_rates_can_be_set_and_the_sdk_waits_as_it_is_told() -> None:
    """On real time."""
    async with FakeSlack() as slack:
        slack.limits.rates["users.info"] = Rate(1, 0.5)
        team = slack.add_workspace()
        ann, api = team.add_member("ann"), client_of(slack, team)
        api.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        await api.users_info(user=ann.id)
        await api.users_info(user=ann.id)
        assert ([one.status for one in slack.calls("users.info")], slack.overruns("users.info")) == ([200, 429, 200], 1)


async def test_trouble_comes_as_ordered() -> None:
    """Errors, bare HTTP errors, 429s, cut lines before and after the deed, slowness, held calls."""
    async with FakeSlack() as slack:
        team = slack.add_workspace()
        channel, api = team.add_channel("a"), client_of(slack, team)
        api.retry_handlers.clear()
        post: dict[str, Any] = {"channel": channel.id, "text": "x"}
        slack.faults.fail("chat.*", "internal_error", times=2)
        for _ in range(2):
            assert (await refused(api.chat_postMessage(**post)))["error"] == "internal_error"
        slack.faults.fail("chat.postMessage", status=503)
        with pytest.raises(SlackApiError) as caught:
            await api.chat_postMessage(**post)
        assert caught.value.response.status_code == 503
        slack.faults.rate_limit("chat.postMessage", retry_after=7)
        assert (await refused(api.chat_postMessage(**post))).headers["Retry-After"] == "7"
        slack.faults.cut("chat.postMessage")
        with pytest.raises(aiohttp.ClientError):
            await api.chat_postMessage(**post)
        assert channel.messages == []
        slack.faults.cut("chat.postMessage", is_carried_out=True)
        with pytest.raises(aiohttp.ClientError):
            await api.chat_postMessage(**post)
        slack.faults.fail("chat.postMessage", "fatal_error", is_carried_out=True)
        assert (await refused(api.chat_postMessage(**post)))["error"] == "fatal_error"
        assert len(channel.messages) == 2
        slack.faults.delay("chat.postMessage", 0.05)
        await api.chat_postMessage(**post)
        assert slack.calls("chat.postMessage")[-1].took >= 0.05
        held = slack.faults.hold("chat.postMessage")
        waiting = asyncio.create_task(api.chat_postMessage(**post))
        await slack.until(lambda: held.met == 1)
        assert len(channel.messages) == 3
        held.release()
        await waiting
        assert len(channel.messages) == 4


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_dead_token_is_refused(code: str) -> None:
    """With the reason why."""
    async with FakeSlack() as slack:
        team = slack.add_workspace()
        api = client_of(slack, team)
        await api.auth_test()
        team.deactivate(code)
        assert (await refused(api.auth_test()))["error"] == code
        api.token = "xoxb-made-up"
        assert (await refused(api.auth_test()))["error"] == "invalid_auth"
        api.token = None
        assert (await refused(api.auth_test()))["error"] == "not_authed"
        api.token = slack.app_token
        assert (await refused(api.auth_test()))["error"] == "not_allowed_token_type"
