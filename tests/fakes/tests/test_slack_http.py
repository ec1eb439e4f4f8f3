"""Does the fake Slack post to a request URL as the platform does, and can it do so badly?"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import Forgery
from tests.fakes.slack.client import over_http
from tests.fakes.tests.test_slack import BUTTONS, a_stage


async def _acknowledge(ack: Any) -> None:
    await ack()


@pytest.mark.parametrize("forgery", [one for one in Forgery if one is not Forgery.NONE])
async def test_bolt_refuses_what_is_badly_signed(forgery: Forgery) -> None:
    """And takes the same thing well signed."""
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        stage.bolt.command("/imagine")(_acknowledge)
        sent = await stage.ann.command(stage.channel, "/imagine")
        assert sent.is_acked
        assert (await stage.slack.forge(sent, forgery)).status >= 400
        assert (await stage.slack.endpoint.replay(stage.slack.endpoint.posted[0])).status == 200


async def test_the_url_is_verified() -> None:
    """With a challenge, as the settings page does it."""
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        reply = await stage.slack.endpoint.verify()
        assert (reply.status, "a-challenge" in reply.text) == (200, True)


async def test_events_are_tried_again_and_commands_are_not() -> None:
    """No 2xx: three more times, with number and reason; a person whose command fails is told so."""
    tries: list[Any] = []
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        stage.slack.limits.retry_waits = (timedelta(0),) * 3

        @stage.bolt.middleware
        async def look(req: Any) -> BoltResponse:
            tries.append((req.headers.get("x-slack-retry-num"), req.headers.get("x-slack-retry-reason")))
            return BoltResponse(status=500 if len(tries) < 3 else 200)

        sent = await stage.ann.mention(stage.channel, "@easel hi")
        await stage.slack.until(lambda: sent.is_acked)
        assert tries == [(None, None), (["1"], ["http_error"]), (["2"], ["http_error"])]
        tries.clear()
        sent = await stage.ann.command(stage.channel, "/imagine")
        assert (sent.failed, sent.attempts[0].status, len(sent.attempts), len(tries)) == ("dispatch_failed", 500, 1, 1)


async def test_slowness_and_absence_are_failures() -> None:
    """A bot that takes too long, and one that is not there."""
    async with a_stage() as stage:
        stage.slack.limits.acknowledge_within = timedelta(seconds=0.1)
        stage.slack.limits.retry_waits = ()
        async with over_http(stage.slack, stage.bolt):
            held = asyncio.Event()

            @stage.bolt.command("/imagine")
            async def imagine(ack: Any) -> None:
                await held.wait()
                await ack()

            sent = await stage.ann.command(stage.channel, "/imagine")
            held.set()
            assert (sent.failed, sent.attempts[0].error) == ("operation_timeout", "http_timeout")
            gone = stage.slack.request_url
        stage.slack.request_url = gone
        sent = await stage.ann.command(stage.channel, "/imagine")
        assert (sent.failed, sent.attempts[0].error) == ("dispatch_failed", "connection_failed")


async def test_a_response_url_works_five_times_even_where_the_bot_is_not() -> None:
    """And says `used_url` the sixth time, `expired_url` after half an hour."""
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        stage.bolt.command("/imagine")(_acknowledge)
        secret = stage.team.add_channel("secret", has_bot=False, is_private=True)
        sent = await stage.ann.command(secret, "/imagine")
        hook = AsyncWebhookClient(sent.payload["response_url"])
        await hook.send(text="for you")
        await hook.send(text="for all", response_type="in_channel")
        assert [one.text for one in stage.ann.ephemerals(secret)] == ["for you"]
        assert [one.text for one in secret.messages] == ["for all"]
        bad = await hook.send(text="x", blocks=[{"type": "nonsense"}])
        assert (bad.status_code, "invalid_blocks" in bad.body) == (400, True)
        for _ in range(3):
            assert (await hook.send(text="more")).status_code == 200
        used = await hook.send(text="too much")
        assert (used.status_code, "used_url" in used.body) == (404, True)
        sent = await stage.ann.command(secret, "/imagine")
        stage.slack.forward(minutes=31)
        old = await AsyncWebhookClient(sent.payload["response_url"]).send(text="late")
        assert (old.status_code, "expired_url" in old.body) == (404, True)
        assert len(stage.slack.calls("response_url")) == 8


async def test_a_press_may_replace_or_delete_what_it_was_on() -> None:
    """Whispers too, which nothing else can change."""
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        stage.bolt.action("again")(_acknowledge)
        stage.channel.add(stage.ann)
        where: dict[str, Any] = {"channel": stage.channel.id, "text": "x", "blocks": BUTTONS}
        await stage.api.chat_postEphemeral(user=stage.ann.id, **where)
        await stage.api.chat_postMessage(**where)
        [whisper], [message] = stage.ann.ephemerals(), stage.channel.messages
        pressed = await stage.ann.press(whisper, "Again")
        assert "message" not in pressed.payload
        assert pressed.payload["container"]["is_ephemeral"]
        hook = AsyncWebhookClient(pressed.payload["response_url"])
        await hook.send(text="changed", replace_original=True)
        assert (whisper.shown, len(whisper.history)) == ("changed", 2)
        await hook.send(delete_original=True)
        assert stage.ann.ephemerals() == []
        pressed = await stage.ann.press(message, "again")
        assert pressed.payload["message"]["ts"] == message.ts
        assert pressed.payload["actions"][0]["value"] == "7"
        await AsyncWebhookClient(pressed.payload["response_url"]).send(text="changed", replace_original=True)
        assert message.buttons == []


async def test_shortcuts_on_messages_bring_the_message() -> None:
    """But not those of other people's whispers; and there are no commands in threads."""
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):
        stage.bolt.shortcut("report")(_acknowledge)
        sent = await stage.api.chat_postMessage(channel=stage.channel.id, text="a fox")
        [message] = stage.channel.messages
        used = await stage.ann.message_shortcut("report", message)
        assert (used.is_acked, used.payload["message"]["ts"], used.type) == (True, sent["ts"], "message_action")
        with pytest.raises(AssertionError, match="threads"):
            await stage.ann.command(stage.channel, "/imagine", thread=message)
        stage.slack.app.commands, stage.slack.app.shortcuts = ["/imagine"], ["report"]
        with pytest.raises(AssertionError, match="not a valid command"):
            await stage.ann.command(stage.channel, "/nonsense")
        with pytest.raises(AssertionError, match="no shortcut"):
            await stage.ann.global_shortcut("nonsense")


async def test_a_manifest_says_what_people_are_offered() -> None:
    """Commands, shortcuts and events that are not in it do not exist."""
    async with a_stage() as stage:
        scopes = stage.slack.app.follow(
            {
                "display_information": {"name": "easel"},
                "features": {
                    "slash_commands": [{"command": "/imagine", "description": "Draw a picture"}],
                    "shortcuts": [{"name": "Make", "type": "global", "callback_id": "make", "description": "Make a picture"}],
                },
                "oauth_config": {"scopes": {"bot": ["commands"]}, "redirect_urls": ["https://easel.example/"]},
                "settings": {"event_subscriptions": {"bot_events": ["app_mention"], "request_url": "http://127.0.0.1:9/"}},
            }
        )
        assert (scopes, stage.slack.request_url) == (("commands",), "http://127.0.0.1:9/")
        message = stage.ann.say(stage.channel, "hello")
        assert (await stage.ann.react(message, "star")).failed == "not_subscribed"
        stage.team.install(scopes)
        assert (await stage.ann.mention(stage.channel, "@easel hi")).failed == "missing_scope"
        with pytest.raises(AssertionError, match="no shortcut"):
            await stage.ann.global_shortcut("nonsense")
