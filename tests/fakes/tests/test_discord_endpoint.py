"""Does the fake send interactions over HTTP as the platform does: signed, checked beforehand, with a deadline?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tests.fakes.discord import EndpointRefused, FakeDiscord, Forgery
from tests.fakes.discord.client import pointed_at
from tests.fakes.tests.plain_bot import INTENTS, PlainBot, running


@dataclass
class EndpointApp:
    """An endpoint as an app would have it. `answer` is what it says to anything but a ping."""

    fake: FakeDiscord
    answer: dict[str, Any] | None = None
    checks_signatures: bool = True
    delay_s: float = 0.0
    hand_over: Callable[[Any], None] | None = None
    """Who gets the payload, when the answer is to come on its own."""
    got: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def serve(self, request: web.Request) -> web.Response:
        """Check and answer."""
        body = await request.read()
        if self.checks_signatures and not self._is_signed(request, body):
            return web.Response(status=401)
        payload = await request.json()
        if payload["type"] == 1:
            return web.json_response({"type": 1})
        self.got.append(payload)
        await asyncio.sleep(self.delay_s)
        if self.hand_over is not None:
            self.hand_over(payload)
        return web.json_response(self.answer) if self.answer else web.Response(status=202)

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        try:
            signature = bytes.fromhex(request.headers["X-Signature-Ed25519"])
            stamp = request.headers["X-Signature-Timestamp"].encode()
            VerifyKey(bytes.fromhex(self.fake.application.public_key)).verify(stamp + body, signature)
        except (KeyError, ValueError, BadSignatureError):
            return False
        return True


@asynccontextmanager
async def a_house(**settings: Any) -> AsyncIterator[EndpointApp]:
    """Open a platform with one command, and an endpoint."""
    async with FakeDiscord() as fake:
        house = EndpointApp(fake, **settings)
        app = web.Application()
        app.router.add_post("/interactions", house.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        house.url = f"http://127.0.0.1:{runner.addresses[0][1]}/interactions"
        fake.world.commands.add({"type": 1, "name": "do", "description": "x", "options": []}, None)
        try:
            yield house
        finally:
            await runner.cleanup()


async def test_an_interaction_is_answered_in_the_same_breath() -> None:
    """By HTTP alone: no gateway is connected."""
    async with a_house(answer={"type": 4, "data": {"content": "inline", "flags": 64}}) as house:
        await house.fake.endpoint.use(house.url)
        ada, channel = house.fake.add_user(), house.fake.add_guild().add_channel()
        interaction = await ada.type_command(channel, "do")
        message = await interaction.message_when()
        assert (message.text, message.is_ephemeral) == ("inline", True)
        assert house.got[0]["id"] == str(interaction.id)
        assert house.fake.seen.deliveries[0].status == 200


async def test_or_202_and_a_callback_of_its_own() -> None:
    """discord.py's machinery works without a gateway: the client only logs in, and is handed the payload."""
    async with a_house() as house:
        with pointed_at(house.fake):
            async with PlainBot(intents=INTENTS) as bot:
                await bot.login(house.fake.token)
                house.hand_over = bot._connection.parse_interaction_create
                await house.fake.endpoint.use(house.url)
                bot.act = lambda interaction: interaction.response.send_message("by callback")
                ada, channel = house.fake.add_user(), house.fake.add_guild().add_channel()
                interaction = await ada.type_command(channel, "do")
                assert (await interaction.message_when()).text == "by callback"
                assert house.fake.gateway.sessions == []


async def test_the_two_ways_exclude_each_other() -> None:
    """With an endpoint entered, the gateway hears of reactions, but not of commands."""
    async with a_house(answer={"type": 4, "data": {"content": "inline"}}) as house:
        await house.fake.endpoint.use(house.url)
        ada, channel = house.fake.add_user(), house.fake.add_guild().add_channel()
        bot = PlainBot()
        async with running(house.fake, bot):
            message = await (await ada.type_command(channel, "do")).message_when()
            await ada.react(message, "🚩")
            await house.fake.changes.until(lambda: bot.received, within=5, what="the reaction")
            names = [name for _, name in house.fake.seen.sent]
            assert ("INTERACTION_CREATE" in names, "MESSAGE_REACTION_ADD" in names) == (False, True)
            assert (await bot.application_info()).interactions_endpoint_url == house.url


async def test_an_endpoint_that_takes_bad_signatures_is_not_taken() -> None:
    """The portal tries it out; and one that does not answer a ping is not taken either."""
    async with a_house(checks_signatures=False) as house:
        with pytest.raises(EndpointRefused, match="not 401"):
            await house.fake.endpoint.use(house.url)
        with pytest.raises(EndpointRefused, match="a ping was answered with 404"):
            await house.fake.endpoint.use(f"{house.url}/elsewhere")
        with pytest.raises(EndpointRefused, match="a ping was answered with 0"):
            await house.fake.endpoint.use("http://127.0.0.1:9/")
        assert house.fake.application.interactions_url is None


@pytest.mark.parametrize("forgery", [one for one in Forgery if one not in (Forgery.NONE, Forgery.OLD)])
async def test_forgeries_are_what_they_say(forgery: Forgery) -> None:
    """An endpoint that checks signatures answers 401 to each of them."""
    async with a_house() as house:
        reply = await house.fake.endpoint.post({"type": 2}, url=house.url, forgery=forgery)
        assert (reply.status, house.got) == (401, [])


async def test_an_old_request_is_signed_well_and_ten_minutes_old() -> None:
    """Whoever wants to see through it has to look at the timestamp."""
    async with a_house() as house:
        reply = await house.fake.endpoint.post({"type": 2}, url=house.url, forgery=Forgery.OLD)
        assert (reply.status, len(house.got)) == (202, 1)


async def test_a_slow_endpoint_is_too_late() -> None:
    """The same three seconds hold, on the fake's clock."""
    async with a_house(answer={"type": 4, "data": {"content": "late"}}, delay_s=0.1) as house:
        await house.fake.endpoint.use(house.url)
        ada, channel = house.fake.add_user(), house.fake.add_guild().add_channel()
        interaction = await ada.type_command(channel, "do")
        house.fake.forward(seconds=5)
        await house.fake.changes.until(lambda: house.fake.seen.deliveries, within=5, what="the delivery")
        assert house.fake.seen.deliveries[0].status == 404
        assert (interaction.has_failed, channel.messages) == (True, [])


async def test_an_endpoint_may_get_the_same_interaction_twice() -> None:
    """The second answer is refused; to notice before working is the endpoint's business."""
    async with a_house(answer={"type": 4, "data": {"content": "inline"}}) as house:
        await house.fake.endpoint.use(house.url)
        ada, channel = house.fake.add_user(), house.fake.add_guild().add_channel()
        interaction = await ada.type_command(channel, "do")
        await interaction.message_when()
        house.fake.deliver(interaction)
        await house.fake.changes.until(lambda: len(house.fake.seen.deliveries) == 2, within=5, what="the second")
        assert [one.status for one in house.fake.seen.deliveries] == [200, 400]
        assert len(channel.messages) == 1
