"""Does the fake Slack's Socket Mode lose, repeat and recycle as the platform does?"""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.client import client_of, over_sockets
from tests.fakes.tests.test_slack import BUTTONS, MODAL, a_stage


async def test_an_unacknowledged_event_is_repeated() -> None:
    """With its number and reason, and the same event id."""
    seen: list[Any] = []
    async with a_stage() as stage:
        stage.slack.limits.acknowledge_within = timedelta(seconds=0.1)
        stage.slack.limits.retry_waits = (timedelta(0), timedelta(seconds=0.05))
        async with aiohttp.ClientSession() as session, session.ws_connect(await _open(stage)) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            await stage.slack.connected()
            mentioned = await stage.ann.mention(stage.channel, "@easel hi")
            seen.extend([await socket.receive_json(timeout=2) for _ in range(3)])
            assert [one["retry_attempt"] for one in seen] == [0, 1, 2]
            assert [one["retry_reason"] for one in seen] == ["", "timeout", "timeout"]
            assert len({one["payload"]["event_id"] for one in seen}) == 1
            assert len({one["envelope_id"] for one in seen}) == 3
            await socket.send_json({"envelope_id": seen[2]["envelope_id"]})
            await stage.slack.until(lambda: mentioned.is_acked)
            assert [one.error for one in mentioned.attempts] == ["http_timeout", "http_timeout", ""]


async def _open(stage: Any) -> str:
    opened = await client_of(stage.slack).apps_connections_open(app_token=stage.slack.app_token)
    return str(opened["url"])


async def test_a_command_that_nobody_acknowledges_has_failed() -> None:
    """The person sees `operation_timeout`, or `dispatch_failed` when no bot is there."""
    async with a_stage() as stage:
        stage.slack.limits.acknowledge_within = timedelta(seconds=0.1)
        stage.slack.limits.retry_waits = ()
        sent = await stage.ann.command(stage.channel, "/imagine")
        assert (sent.is_acked, sent.failed, sent.ack_ms) == (False, "dispatch_failed", None)
        async with aiohttp.ClientSession() as session, session.ws_connect(await _open(stage)) as socket:
            await stage.slack.connected()
            sent = await stage.ann.command(stage.channel, "/imagine")
            assert (sent.is_acked, sent.failed) == (False, "operation_timeout")
            await socket.receive_json()
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert await stage.slack.until(lambda: sent.late_ack_ms) > 100


async def test_connections_are_recycled_and_nothing_is_lost() -> None:
    """The SDK opens a new one when it is told to go, and when the line breaks."""
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt, is_quick=True):
        stage.bolt.command("/imagine")(_acknowledge)
        assert await stage.slack.sockets.recycle() == 1
        assert (await stage.ann.command(stage.channel, "/imagine")).is_acked
        await stage.slack.sockets.drop()
        assert (await stage.ann.command(stage.channel, "/imagine")).is_acked
        assert stage.slack.sockets.opened == 3


async def _acknowledge(ack: Any) -> None:
    await ack()


async def test_a_line_that_breaks_before_the_acknowledgement_repeats_the_payload() -> None:
    """To another connection."""
    async with a_stage() as stage, aiohttp.ClientSession() as session:
        one, two = await _open(stage), await _open(stage)
        async with session.ws_connect(one) as first, session.ws_connect(two) as second:
            await stage.slack.connected(2)
            typing = asyncio.create_task(stage.ann.command(stage.channel, "/imagine"))
            sockets = {asyncio.create_task(_command_on(socket)): socket for socket in (first, second)}
            [got], _ = await asyncio.wait(sockets, return_when=asyncio.FIRST_COMPLETED)
            await sockets.pop(got).close()
            [(waiting, other)] = sockets.items()
            envelope = await waiting
            await other.send_json({"envelope_id": envelope["envelope_id"]})
            sent = await typing
            await stage.slack.until(lambda: sent.is_acked)
            assert sent.attempts[0].error == "connection_lost"


async def _command_on(socket: aiohttp.ClientWebSocketResponse) -> Any:
    while (frame := await socket.receive_json())["type"] != "slash_commands":
        pass
    return frame


async def test_there_are_ten_connections_and_tickets_work_once() -> None:
    """The eleventh is told so."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        slack.limits.connections = 1
        opened = await client_of(slack).apps_connections_open(app_token=slack.app_token)
        async with session.ws_connect(opened["url"]):
            await slack.connected()
            async with session.get(opened["url"]) as response:
                assert response.status == 403
            more = await client_of(slack).apps_connections_open(app_token=slack.app_token)
            async with session.ws_connect(more["url"]) as second:
                assert (await second.receive_json())["reason"] == "too_many_websockets"


async def test_the_same_payload_comes_again() -> None:
    """As platforms do; Bolt itself does not notice."""
    received: list[str] = []
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):

        @stage.bolt.event("app_mention")
        async def mention(body: Any) -> None:
            received.append(body["event_id"])

        sent = await stage.ann.mention(stage.channel, "@easel hi")
        again = await stage.slack.repeat(sent)
        assert again.is_acked
        await stage.slack.until(lambda: len(received) == 2)
        assert len(set(received)) == 1


async def test_triggers_work_once_and_for_three_seconds() -> None:
    """With the platform's codes for each."""
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):
        stage.bolt.command("/imagine")(_acknowledge)
        codes: list[str] = []
        for wait in (0.0, 0.0, 4.0):
            sent = await stage.ann.command(stage.channel, "/imagine")
            stage.slack.forward(seconds=wait)
            triggers = [sent.payload["trigger_id"]] * 2 if not codes else [sent.payload["trigger_id"]]
            for trigger in triggers:
                answer = await _ok_or_not(stage.api.views_open(trigger_id=trigger, view=MODAL))
                codes.append(answer)
        codes.append(await _ok_or_not(stage.api.views_open(trigger_id="1.2.made-up", view=MODAL)))
        assert codes == ["ok", "exchanged_trigger_id", "ok", "expired_trigger_id", "invalid_trigger_id"]


async def _ok_or_not(doing: Any) -> str:
    try:
        await doing
    except Exception as error:  # noqa: BLE001 - whatever it is, its code is compared
        return str(getattr(error, "response", {})["error"])
    return "ok"


async def test_modals_follow_the_rules() -> None:
    """Titles, submit buttons, sizes, hashes."""
    async with a_stage() as stage, over_sockets(stage.slack, stage.bolt):
        stage.bolt.command("/imagine")(_acknowledge)
        stage.bolt.action("again")(_acknowledge)
        sent = await stage.ann.command(stage.channel, "/imagine")
        trigger = sent.payload["trigger_id"]
        long = {"type": "plain_text", "text": "x" * 25}
        bad: list[dict[str, Any]] = [
            {**MODAL, "title": long},
            {**MODAL, "submit": long},
            {**MODAL, "close": long},
            {**MODAL, "private_metadata": "x" * 3001},
            {**MODAL, "blocks": [{"type": "divider"}] * 101},
            {**MODAL, "type": "home"},
            {key: value for key, value in MODAL.items() if key != "submit"},
        ]
        for one in bad:
            assert await _ok_or_not(stage.api.views_open(trigger_id=trigger, view=one)) == "invalid_arguments"
        opened = (await stage.api.views_open(trigger_id=trigger, view=MODAL))["view"]
        changed = {**MODAL, "blocks": [*BUTTONS, {"type": "divider"}]}
        await stage.api.views_update(view_id=opened["id"], view=changed, hash=opened["hash"])
        stale = stage.api.views_update(view_id=opened["id"], view=changed, hash=opened["hash"])
        assert await _ok_or_not(stale) == "hash_conflict"
        view = await stage.ann.view()
        pressed = await stage.ann.press(view, "Again")
        assert pressed.payload["container"] == {"type": "view", "view_id": view.id}
        await stage.ann.close(view)
        assert stage.ann.open_view is None
