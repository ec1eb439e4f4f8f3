"""Does the fake count requests as the platform does, and make trouble when it is told to?"""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from tests.fakes.discord import Limits, Rate
from tests.fakes.tests.asking import raw, refused
from tests.fakes.tests.plain_bot import Interaction, PlainBot, a_stage, running


async def test_an_old_message_may_only_be_edited_now_and_then() -> None:
    """A 429 with code 30046: the client retries by itself, and gives up when that does not help."""
    limits = Limits(old_edits=Rate(2, 60.0))
    limits.switch_rates_off()
    async with a_stage(limits=limits) as stage:
        sent = await stage.place.send("x")
        for number in range(5):
            await sent.edit(content=str(number))
        stage.fake.forward(hours=2)
        await sent.edit(content="a")
        await sent.edit(content="b")
        path = f"/channels/{stage.channel.id}/messages/{sent.id}"
        status, body, headers = await raw(stage, "PATCH", path, {"content": "c"})
        assert (status, body["code"], body["global"]) == (429, 30046, False)
        assert 0 < body["retry_after"] <= 60
        assert (headers["Via"], headers["X-RateLimit-Scope"]) == ("1.1 fake", "user")
        limits.old_edits = Rate(2, 0.3)
        await sent.edit(content="at last")
        assert stage.channel.messages[0].text == "at last"


async def test_a_bucket_tells_how_full_it_is_and_then_refuses() -> None:
    """Each channel has its own; discord.py keeps to the headers, a second process without its memory runs into 429."""
    limits = Limits(routes={"POST /channels/{channel_id}/messages": Rate(2, 0.5)})
    async with a_stage(limits=limits) as stage:
        for number in range(4):
            await stage.place.send(str(number))
        assert stage.fake.seen.with_code(0)
        assert not [one for one in stage.fake.seen.requests if one.status == 429]
        path = f"/channels/{stage.channel.id}/messages"
        answers = [await raw(stage, "POST", path, {"content": "x"}) for _ in range(3)]
        status, body, headers = answers[-1]
        assert (status, body["global"], body["message"]) == (429, False, "You are being rate limited.")
        assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "0")
        assert float(headers["X-RateLimit-Reset-After"]) == pytest.approx(body["retry_after"], abs=0.05)
        assert headers["X-RateLimit-Bucket"] == answers[0][2]["X-RateLimit-Bucket"]
        assert headers["Content-Type"] == "application/json"
        other = stage.guild.add_channel("other")
        assert (await raw(stage, "POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200


async def test_the_global_limit_counts_all_but_interactions() -> None:
    """50 a second by the bot's token; answers to interactions are free."""
    async with a_stage(limits=Limits(global_rate=Rate(3, 30.0))) as stage:
        await asyncio.gather(*(raw(stage, "GET", "/users/@me") for _ in range(3)))
        status, body, headers = await raw(stage, "GET", "/users/@me")
        assert (status, body["global"]) == (429, True)
        assert (headers["X-RateLimit-Global"], headers["X-RateLimit-Scope"]) == ("true", "global")
        assert (await stage.answer(lambda i: i.response.send_message("free"))).text == "free"


async def test_the_real_client_waits_out_a_429_and_sends_again() -> None:
    """By route and globally; but without `Via` it takes it for a firewall, and gives up."""
    async with a_stage() as stage:
        for is_global in (False, True):
            fault = stage.fake.faults.rate_limit("POST", "/channels/*/messages", retry_after=0.05, is_global=is_global)
            await stage.place.send("patient")
            assert fault.met == 1
        stage.fake.faults.rate_limit("POST", "/channels/*", retry_after=0.05, has_via=False)
        assert (await refused(stage.place.send("firewall"))).status == 429

        async def act(interaction: Interaction) -> None:
            await interaction.response.defer()
            stage.fake.faults.rate_limit("PATCH", "/webhooks/*", retry_after=0.05)
            await interaction.edit_original_response(content="edited")

        assert (await stage.answer(act)).text == "edited"


async def test_other_trouble_can_be_ordered() -> None:
    """Errors, slowness, a cut line, and requests that are held back until the test lets go."""
    async with a_stage() as stage:
        stage.fake.faults.fail("POST", "/channels/*/messages", status=503)
        assert (await refused(stage.place.send("x"))).status == 503
        stage.fake.faults.cut("POST", "/channels/*/messages")
        with pytest.raises(aiohttp.ClientError):
            await stage.place.send("x")
        assert stage.channel.messages == []
        slow = stage.fake.faults.delay("POST", "/channels/*/messages", timedelta(seconds=0.05))
        await stage.place.send("slow")
        assert (slow.met, stage.fake.seen.requests[-1].took > 0.05) == (1, True)
        held = stage.fake.faults.hold("POST", "/channels/*/messages")
        sending = asyncio.create_task(stage.place.send("held"))
        await stage.until(lambda: held.met)
        assert [message.text for message in stage.channel.messages] == ["slow"]
        held.release()
        await sending
        assert [message.text for message in stage.channel.messages] == ["slow", "held"]


async def test_two_bots_with_one_token_can_both_be_served() -> None:
    """Nothing of one process is known to the other, as between real processes."""
    async with a_stage() as stage, running(stage.fake, PlainBot(), shards=2):
        assert len(stage.fake.gateway.sessions) == 2
