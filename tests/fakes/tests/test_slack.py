"""Does the fake Slack treat the real, unpatched slack-bolt and slack-sdk as the platform does, when all goes well?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Channel, FakeSlack, Member, Workspace
from tests.fakes.slack.client import client_of, over_http, over_sockets, plain_app

MODAL = {
    "type": "modal",
    "callback_id": "form",
    "private_metadata": "kept",
    "title": {"type": "plain_text", "text": "Draw"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "prompt",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "value", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "shape",
            "optional": True,
            "label": {"type": "plain_text", "text": "Shape"},
            "element": {
                "type": "static_select",
                "action_id": "shape",
                "options": [
                    {"text": {"type": "plain_text", "text": "Wide"}, "value": "wide"},
                    {"text": {"type": "plain_text", "text": "Tall"}, "value": "tall"},
                ],
            },
        },
    ],
}
BUTTONS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "a *fox*"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "again", "value": "7", "text": {"type": "plain_text", "text": "Again"}},
        ],
    },
]


@dataclass
class BoltStage:
    """A workspace with a channel, a person, and a bot that a test gives its behaviour."""

    slack: FakeSlack
    team: Workspace
    channel: Channel
    ann: Member
    bolt: AsyncApp
    api: AsyncWebClient


@asynccontextmanager
async def a_stage(**options: Any) -> AsyncIterator[BoltStage]:
    """Open the fake, without a running bot."""
    async with FakeSlack() as slack:
        team = slack.add_workspace("acme", **options)
        yield BoltStage(
            slack, team, team.add_channel("general"), team.add_member("ann"), plain_app(slack), client_of(slack, team)
        )


async def test_a_command_is_acknowledged_and_its_message_becomes_a_picture() -> None:
    """The way of every `/imagine` over Socket Mode: ack, a message, updates, an upload into its thread."""
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):

        @stage.bolt.command("/imagine")
        async def imagine(ack: Any, command: Any, client: Any) -> None:
            await ack()
            sent = await client.chat_postMessage(channel=command["channel_id"], text=f"drawing {command['text']}")
            await client.chat_update(channel=sent["channel"], ts=sent["ts"], text="done", blocks=BUTTONS)
            await client.files_upload_v2(
                channel=sent["channel"],
                thread_ts=sent["ts"],
                file_uploads=[{"file": b"png", "filename": "fox.png", "alt_txt": "a fox"}],
            )

        sent = await stage.ann.command(stage.channel, "/imagine", "a fox")
        assert sent.is_acked
        assert sent.ack_ms is not None
        assert 0 < sent.ack_ms < 3000
        picture = await stage.channel.message_when(lambda one: one.files)
        message = stage.channel.messages[0]
        assert [one.text for one in message.history] == ["drawing a fox", "done"]
        assert (message.shown, message.buttons) == ("a *fox*\nAgain", ["Again"])
        assert (picture.thread, picture.files[0].content, picture.alts) == (message.ts, b"png", ["a fox"])
        assert [one.encoding for one in stage.slack.calls("chat.*")] == ["json", "json"]
        assert stage.slack.calls("files.getUploadURLExternal")[0].workspace == stage.team.id


async def test_the_same_over_http() -> None:
    """Signed POSTs instead of a socket: commands as forms, events as JSON, presses as a form's payload."""
    received: list[str] = []
    async with a_stage() as stage, over_http(stage.slack, stage.bolt):

        @stage.bolt.command("/imagine")
        async def imagine(ack: Any) -> None:
            await ack(text="on it", blocks=BUTTONS, response_type="in_channel")

        @stage.bolt.action("again")
        async def again(ack: Any, respond: Any) -> None:
            await ack()
            await respond("for you")

        @stage.bolt.event("app_mention")
        async def mention(event: Any) -> None:
            received.append(event["text"])

        assert (await stage.ann.command(stage.channel, "/imagine")).is_acked
        [message] = stage.channel.messages
        pressed = await stage.ann.press(message, "Again")
        assert (pressed.attempts[0].way, pressed.attempts[0].status) == ("http", 200)
        assert (await stage.ann.ephemeral("for you")).text == "for you"
        assert (await stage.ann.mention(stage.channel, "@easel a <fox>")).is_acked
        await stage.slack.until(lambda: received)
        assert received == [f"<@{stage.team.bot_user.id}> a &lt;fox&gt;"]


async def test_a_modal_is_opened_filled_in_and_sent() -> None:
    """First with an error, then well."""
    entered: list[Any] = []
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):

        @stage.bolt.shortcut("imagine")
        async def shortcut(ack: Any, client: Any, body: Any) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

        @stage.bolt.view("form")
        async def form(ack: Any, view: Any) -> None:
            entered.append(view["state"]["values"])
            rude = view["state"]["values"]["prompt"]["value"]["value"] == "rude"
            await (ack(response_action="errors", errors={"prompt": "No."}) if rude else ack())

        await stage.ann.global_shortcut("imagine")
        view = await stage.ann.view()
        assert (view.title, view.callback_id, view.private_metadata) == ("Draw", "form", "kept")
        assert [(one.label, one.block_id) for one in view.inputs] == [("What", "prompt"), ("Shape", "shape")]
        refused = await stage.ann.submit(view, {"prompt": "rude"})
        assert (refused.response_action, refused.errors, view.errors) == ("errors", {"prompt": "No."}, {"prompt": "No."})
        assert view.is_open
        sent = await stage.ann.submit(view, prompt="a fox", Shape="Wide")
        assert (sent.response_action, view.is_open) == ("", False)
        assert entered[1]["shape"]["shape"]["selected_option"]["value"] == "wide"


async def test_home_mentions_and_reactions_reach_the_bot() -> None:
    """As events, where the bot is a member."""
    received: list[Any] = []
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):

        @stage.bolt.event("app_home_opened")
        async def home(event: Any, client: Any) -> None:
            block = {"type": "header", "text": {"type": "plain_text", "text": "3 left"}}
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [block]})

        @stage.bolt.event("app_mention")
        async def mention(event: Any, say: Any) -> None:
            await say("hello", thread_ts=event.get("thread_ts", event["ts"]))

        @stage.bolt.event("reaction_added")
        async def reacted(event: Any) -> None:
            received.append(event)

        view = await stage.ann.open_home()
        assert "3 left" in view
        await stage.ann.mention(stage.channel, "@easel a fox")
        message = await stage.channel.message_when(lambda one: one.text == "hello")
        assert message.thread == stage.channel.messages[0].ts
        await stage.ann.react(message, "envelope")
        await stage.slack.until(lambda: received)
        assert (received[0]["reaction"], received[0]["item"]["ts"]) == ("envelope", message.ts)
        assert received[0]["item_user"] == stage.team.bot_user.id
        stage.channel.kick_bot()
        assert (await stage.ann.react(message, "star")).failed == "not_in_channel"


async def test_many_people_are_answered_at_once() -> None:
    """Every one of them is acknowledged, by any of the connections; how quickly is the machine's business."""
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt, connections=2):
        stage.slack.limits.acknowledge_within = timedelta(minutes=2)
        stage.bolt.command("/imagine")(_acknowledge)
        people = [stage.team.add_member(f"user{number}") for number in range(40)]
        sent = await asyncio.gather(*(one.command(stage.channel, "/imagine") for one in people))
        assert all(one.is_acked for one in sent)
        assert len({one.attempts[0].connection for one in sent}) == 2


async def _acknowledge(ack: Any) -> None:
    await ack()
