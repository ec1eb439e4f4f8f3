"""Can the fake Slack be run as a program, and driven from another process or by hand?"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.tests.fake_program import FakeProgram, run_program
from tests.fakes.tests.test_slack import BUTTONS, MODAL


class SlackProgram(FakeProgram):
    """The fake Slack in a process of its own, whose greeting is its addresses and secrets."""

    @cached_property
    def parts(self) -> dict[str, str]:
        """The greeting's parts by name."""
        parts: dict[str, str] = json.loads(self.greeting)
        return parts

    @property
    def control_url(self) -> str:
        """Below which it is driven."""
        return self.parts["control_url"]


@asynccontextmanager
async def a_program(*arguments: str) -> AsyncIterator[SlackProgram]:
    """Run it."""
    async with run_program(SlackProgram, "tests.fakes.slack", *arguments) as program:
        yield program


@asynccontextmanager
async def a_bot(program: SlackProgram) -> AsyncIterator[None]:
    """Connect a bot of this process: it answers a command with a message and a button, and a press with a form."""
    client = AsyncWebClient(token=program.parts["bot_token"], base_url=program.parts["api_url"])
    app = AsyncApp(client=client, token=program.parts["bot_token"])

    @app.command("/imagine")
    async def imagine(ack: Any, say: Any, command: Any) -> None:
        await ack()
        await say(f"{command['text']} for {command['user_name']}", blocks=BUTTONS)

    @app.action("again")
    async def again(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("form")
    async def form(ack: Any, client: Any, view: Any, body: Any) -> None:
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=view["state"]["values"]["prompt"]["value"]["value"])

    @app.event("app_mention")
    async def mention(say: Any, event: Any) -> None:
        await say("you called", thread_ts=event["ts"])

    @app.event("reaction_added")
    async def reaction(event: Any) -> None:
        assert event["reaction"] == "eyes"

    handler = AsyncSocketModeHandler(app, program.parts["app_token"])
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
    try:
        await program.post("wait", connections=1)
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types
        await handler.client.aiohttp_client_session.close()


async def test_another_process_drives_it_over_http() -> None:
    """Commands, buttons, forms, time, trouble, many at once, and a look at all that was seen."""
    async with a_program("--quiet", "--no-rate-limits") as program, a_bot(program):
        sent = await program.post("command", user="grace", name="/imagine", text="a fox")
        assert (sent["is_acked"], sent["failed"]) == (True, "")
        [message] = (await program.post("wait", text="a *fox*"))["messages"]
        assert (message["text"], message["buttons"]) == ("a fox for grace", ["Again"])
        await program.post("press", user="grace", button="Again")
        view = await program.get("view?user=grace")
        assert view["inputs"][1]["options"] == ["wide", "tall"]
        assert (await program.post("submit", user="grace", values={"prompt": "blue"}))["is_acked"]
        await program.post("wait", text="blue")
        assert (await program.post("press", button="Nothing"))["status"] == 409
        many = await program.post("commands", name="/imagine", text="fox {number}", count=50)
        assert (len([one for one in many["ack_ms"] if one]), many["failed"]) == (50, [])
        await program.post("wait", text="a *fox*", count=51)
        await program.post("clock", forward_s=960)
        await program.post("fault", method="chat.*", error="internal_error")
        await program.post("limits", rates={"chat.update": [5, 60]}, file_delay=1)
        seen = await program.get("seen")
        assert len([one for one in seen["calls"] if one["method"] == "chat.postMessage"]) == 52
        assert (await program.get("world"))["workspaces"][0]["channels"].keys() >= {"general"}


async def test_somebody_plays_with_it_by_hand() -> None:
    """Typed lines in, the conversation out."""
    async with a_program() as program, a_bot(program):
        await program.line("help")
        await program.shows("a button of the open modal")
        await program.line("ann /imagine a red fox")
        assert await program.shows("[general] easel") == "[general] easel: a *fox* [Again]\n"
        await program.line("press Again")
        await program.shows("ann sees Draw")
        await program.line("submit prompt='a blue fox' shape=wide")
        await program.shows("[dm-ann] easel: a blue fox")
        await program.line("grace mention a cow")
        await program.shows("[general] (in a thread) easel: you called")
        await program.line("react eyes")
        await program.shows("acknowledged")
        await program.line("workspaces")
        await program.shows("installed): ann, grace; #general")
        await program.line("press Nothing")
        await program.shows("! no message 'last' with the button 'Nothing'")
        await program.line("quit")
        async with asyncio.timeout(10):
            assert await program.process.wait() == 0
