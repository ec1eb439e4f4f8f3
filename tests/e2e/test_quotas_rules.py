"""Asks what nobody may do, what costs nothing, how quick one may be, and whether programs count like people."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from bot.adapters.slack.manifest import IMAGINE
from tests.e2e.quota_hands import Hand, OnDiscord, OnSlack
from tests.e2e.quota_setup import FrontEnd, QuotaSetup, a_setup
from tests.e2e.slack_stage import is_done
from tests.fakes.discord import NotSeen
from tests.fakes.openai import Endpoint, Kind, Options

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"EASEL_QUOTAS__PARTS_TENANTS": "true", "EASEL_QUOTAS__TIERS__GUEST": "20"}
NOT_FOR_YOU = "is for admins only; nothing was changed."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[QuotaSetup]:
    """Yield a house where each server, the workspace and the page have limits and admins of their own."""
    async with a_setup(tmp_path_factory.mktemp("house"), SETTINGS) as opened:
        yield opened


@pytest_asyncio.fixture(params=list(FrontEnd), loop_scope="module")
async def ada(request: pytest.FixtureRequest, setup: QuotaSetup) -> Hand:
    """Return somebody who is no admin, at each front end."""
    match request.param:
        case FrontEnd.DISCORD:
            return setup.on_discord(setup.server())
        case FrontEnd.SLACK:
            return setup.on_slack()
        case _:
            return await setup.on_page()


async def test_who_is_no_admin_is_refused_in_private(ada: Hand) -> None:
    """Whatever they try, and whatever it is missing; where the client offers it at all."""
    tries: dict[str, dict[str, object]] = {
        "quota set": {"pictures": "5", "tier": "guest"},
        "quota reset": {"person": ada.mention},
        "tier grant": {"person": ada.mention, "tier": "premium"},
        "tier revoke": {"person": ada.mention},
        "credits grant": {"person": ada.mention, "amount": 5},
        "settings set": {"name": "zone", "value": "UTC"},
        "budget set": {"period": "day", "amount": "5"},
        "audit": {},
    }
    for command, options in tries.items():
        try:
            answer = await ada.says(command, **options)
        except NotSeen as error:
            assert "permissions are missing" in str(error)  # noqa: PT017 - a client that hides it refuses as well
            continue
        assert answer.is_private
        assert answer.text.replace("/easel ", "/") == f"/{command} {NOT_FOR_YOU}"
    assert "pictures left today" in (await ada.says("quota show")).text


async def test_another_servers_admin_changes_nothing_here(setup: QuotaSetup) -> None:
    """Not by naming our people, roles or channels, and not by our buttons."""
    guild, elsewhere = setup.server(), setup.server()
    admin, ada = setup.on_discord(guild, is_admin=True), setup.on_discord(guild)
    stranger, strangers = setup.on_discord(elsewhere, is_admin=True), setup.on_slack(is_admin=True)
    ours = await admin.says("quota set", pictures="7", person=ada.mention)
    done = [await other.says("quota set", pictures="0", tier="guest") for other in (stranger, strangers)]
    done += [await other.says("budget set", period="day", amount="0.01") for other in (stranger, strangers)]
    for other in (stranger, strangers):
        for name in ("channels", "review_channel"):
            refused = await other.says("settings set", name=name, value=f"discord:{guild.id}:{ada.room.id}")
            assert refused.text == "That channel is another server's, and only its admins can change that; nothing was changed."
        assert "7 pictures" not in (await other.says("audit", count=50)).text
    await strangers.says("quota set", pictures="0", person=f"discord:{ada.person.id}")
    refused = await strangers.says("tier role", role=f"discord:{guild.id}:{guild.id}", tier="premium")
    assert refused.text == "That role is another server's, and only its admins can change that; nothing was changed."
    assert "that change is not on record" in (await pressed_elsewhere(admin, stranger)).lower()
    assert ours.is_private
    assert (await ada.says("quota show")).text.startswith("You have 7 of 7 pictures left today.")
    assert not (await ada.wishes()).is_private
    for one in done:
        assert "Undone" in (await one.press("Undo")).text


async def pressed_elsewhere(admin: OnDiscord, stranger: OnDiscord) -> str:
    """Have the stranger send the press of the admin's newest Undo button from a message of their own, and give the answer."""
    undo = next(button.custom_id for button in admin.person.whispers[-1].buttons if button.label == "Undo")
    await stranger.says("quota show")
    interaction = stranger.person.forge_press(stranger.person.whispers[-1], undo)
    return (await interaction.message_when(lambda one: one.text)).text


async def test_what_fails_or_is_refused_costs_nothing(setup: QuotaSetup, ada: Hand) -> None:
    """And says so where it was asked for."""
    before = _without_hours((await ada.says("quota show")).text)
    for fault, words in ((Kind.BAD_KEY, "does not accept this bot's key"), (Kind.MODERATION_BLOCKED, "Nothing was drawn")):
        setup.openai.fail(Endpoint.IMAGES, fault)
        reply = await ada.wishes()
        assert words in reply.text
        assert "othing was counted" in reply.text
    setup.openai.fail(Endpoint.MODERATIONS, Kind.BAD_KEY)
    assert "The service that checks words does not accept this bot's key" in (await ada.wishes()).text
    assert _without_hours((await ada.says("quota show")).text) == before


def _without_hours(text: str) -> str:
    """Return the text without how long the day still lasts, which goes on by itself."""
    return re.sub(r"in \d+ (hours?|minutes?)", "later", text)


async def test_what_is_cancelled_counts_as_its_message_says(setup: QuotaSetup) -> None:
    """On either platform, by the button below it: free before the paid call is out, and counted after."""
    here, there = setup.on_discord(setup.server()), setup.on_slack()
    usual, setup.openai.state.options = setup.openai.state.options, Options(delay=30.0)
    try:
        message = await (await here.person.type_command(here.room, "imagine", prompt="a fox")).message_when()
        await here.person.press(message, "Cancel")
        await setup.discord.changes.until(lambda: "ancelled" in message.text, within=10, what="an end")
        await there.member.command(there.channel, IMAGINE, "a fox")
        shown = await there.channel.message_when(lambda one: "Cancel" in one.buttons, within=10)
        await there.member.press(shown, "Cancel")
        await shown.when(lambda one: "ancelled" in one, within=10)
    finally:
        setup.openai.state.options = usual
    for hand, reply in ((here, message.text), (there, shown.shown)):
        used = 0 if "nothing was counted" in reply else 1
        assert used == 0 or "1 picture was counted" in reply
        expected = f"You have {20 - used} of 20 pictures left today.\nUsed: {used}.\n"
        assert (await hand.says("quota show")).text.startswith(expected)


async def test_the_sixth_wish_in_a_minute_is_told_when_to_try_again(ada: Hand) -> None:
    """In private, and it counts for nothing."""
    refused = await refused_of(6, ada)
    assert re.fullmatch(
        r"One person can ask 5 times in a minute; ask again in (a minute|\d+ seconds)\. Nothing was counted\.", refused
    )
    assert "You have 15 of 20 pictures left today." in (await ada.says("quota show")).text


async def refused_of(wishes: int, hand: Hand) -> str:
    """Ask for so many pictures at once, and give the one whisper that comes."""
    if isinstance(hand, OnSlack):
        await asyncio.gather(*(hand.member.command(hand.channel, IMAGINE, f"fox {number}") for number in range(wishes)))
        await hand.slack.until(lambda: sum(map(is_done, hand.channel.messages)) == wishes - 1, within=20, what="the others")
        return (await hand.member.ephemeral()).shown
    answer = await asyncio.gather(*(hand.wishes(f"fox {number}") for number in range(wishes)))
    [refused] = [one.text for one in answer if one.is_private]
    return refused


async def test_a_key_draws_in_its_owners_name_until_it_is_revoked(setup: QuotaSetup) -> None:
    """It is shown once, in private; what it orders counts as theirs, and no order is taken twice.

    What a picture cost in dollars only an owner's key tells.
    """
    owner, ada = await setup.owner(), await setup.on_page()
    reply = await ada.says("apikey make my weather station")
    [secret], [id_] = re.findall(r"easel_\S+", reply.text), re.findall(r"revoke (\S+)", reply.text)
    assert reply.is_private
    assert secret not in (await ada.says("apikey list")).text
    await owner.says("quota set", pictures="1", person=ada.mention)
    async with httpx2.AsyncClient(base_url=f"{setup.serving.url}/api/v1/", headers={"Authorization": f"Bearer {secret}"}) as api:
        order = {"prompt": "a fox in the snow", "wait": 20}
        done = await api.post("images", json=order, headers={"Idempotency-Key": "first"}, timeout=30)
        assert (done.status_code, done.json()["state"], done.json()["cost_microusd"]) == (200, "done", None)
        assert (await ada.visitor.get(done.json()["pictures"][0]["url"])).status_code == 200
        again = await api.post("images", json=order, headers={"Idempotency-Key": "first"})
        assert again.json()["id"] == done.json()["id"]
        left = (await api.get("quota")).json()
        assert (left["limit"], left["spent"], left["left"]) == (1, 1, 0)
        assert (await ada.says("quota show")).text.startswith("You have 0 of 1 picture left today.\nUsed: 1.")
        refused = await api.post("images", json=order)
        assert (refused.status_code, refused.json()["kind"]) == (429, "quota_exceeded")
        assert refused.headers["content-type"].startswith("application/problem+json")
        await ada.says(f"apikey revoke {id_}")
        assert {(await api.get("quota")).status_code, (await api.post("images", json=order)).status_code} == {401}
        [owners] = re.findall(r"easel_\S+", (await owner.says("apikey make mine")).text)
        reply = (await api.post("images", json=order, headers={"Authorization": f"Bearer {owners}"}, timeout=30)).json()
        assert (reply["state"], reply["cost_microusd"] > 0) == ("done", True)
