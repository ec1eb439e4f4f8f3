"""Asks whether an admin who has read only the help does everything, at each front end; a change counts from the next wish on."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from PIL import Image

from bot.adapters.slack.manifest import EASEL
from bot.adapters.web.visitors import visitor_name
from tests.e2e.program import NOON
from tests.e2e.quota_hands import Hand, OnDiscord, OnSlack
from tests.e2e.quota_setup import FrontEnd, QuotaSetup, a_setup

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[QuotaSetup]:
    """Yield a house where each server, the workspace and the page have limits and admins of their own."""
    async with a_setup(tmp_path_factory.mktemp("house"), {"EASEL_QUOTAS__PARTS_TENANTS": "true"}) as opened:
        yield opened


@dataclass
class Two:
    """An admin, and somebody whose limits they set."""

    admin: Hand
    ada: Hand


@pytest_asyncio.fixture(params=list(FrontEnd), loop_scope="module")
async def two(request: pytest.FixtureRequest, setup: QuotaSetup) -> Two:
    """Return them, at each front end."""
    match request.param:
        case FrontEnd.DISCORD:
            guild = setup.server()
            return Two(setup.on_discord(guild, is_admin=True), setup.on_discord(guild))
        case FrontEnd.SLACK:
            return Two(setup.on_slack(is_admin=True), setup.on_slack())
        case _:
            return Two(await setup.owner(), await setup.on_page())


async def test_a_persons_limit(two: Two) -> None:
    """It is set, undone by its button, set again and cleared."""
    answer = await two.admin.says("quota set", pictures="0", person=two.ada.mention, why="too many foxes")
    assert answer.is_private
    assert re.search(
        r"The limit of \S+( \w+)? is now 0 pictures a day; it was \d+ pictures a day, as their tier has\.", answer.text
    )
    refused = await two.ada.wishes()
    assert refused.is_private
    assert refused.text == "That needs 1 picture; your limit is 0 a day. An admin can raise it; nothing was counted."
    assert "Undone: the limit of" in (await answer.press("Undo")).text
    assert not (await two.ada.wishes()).is_private
    await two.admin.says("quota set", pictures="1", person=two.ada.mention)
    assert "no pictures left today" in (await two.ada.wishes()).text
    assert "is now 0 pictures; it was 1 picture." in (await two.admin.says("quota reset", person=two.ada.mention)).text
    assert "no pictures left today" in (await two.ada.wishes()).text
    shown = await two.admin.says("quota show", person=two.ada.mention)
    assert " has 0 of 1 picture left today.\nUsed: 1." in shown.text
    assert "it was 1 picture a day" in (await two.admin.says("quota set", pictures="clear", person=two.ada.mention)).text
    record = (await two.admin.says("audit", count=4)).text
    assert record.index("from 1 picture a day to not set") < record.index("from not set to 1 picture a day")


async def test_a_tiers_limit(two: Two) -> None:
    """It counts for everybody who has the tier, and a tier can be granted, listed and taken away."""
    answer = await two.admin.says("quota set", pictures="0", tier="guest")
    assert (await two.admin.says("tier grant", person=two.ada.mention, tier="guest", until="30d")).is_private
    shown = (await two.admin.says("tier list")).text
    granted = await two.admin.says("tier grant", person=two.ada.mention, tier="premium", until="2126-12-31", why="she paints")
    assert "is now premium until the end of 31 December 2126; it was guest until" in granted.text
    mine = (await two.ada.says("quota show")).text
    assert "of 200 pictures left today" in mine
    assert "Tier: premium, given until the end of 31 December 2126." in mine
    assert "is now none; it was premium until" in (await two.admin.says("tier revoke", person=two.ada.mention)).text
    assert "of 200 pictures" not in (await two.ada.says("quota show")).text
    assert "it was 0 pictures a day" in (await answer.press("Undo")).text
    assert "guest: 0 pictures a day." in shown


async def test_credits(two: Two) -> None:
    """They are granted, taken, given on, and spent when the day's limit is used up."""
    await two.admin.says("quota set", pictures="0", person=two.ada.mention)
    answer = await two.admin.says("credits grant", person=two.ada.mention, amount=3, why="for the poster")
    assert "is now 3 credits; it was 0 credits." in answer.text
    assert not (await two.ada.wishes()).is_private
    assert "is now 1 credit; it was 2 credits." in (await two.admin.says("credits take", person=two.ada.mention, amount=1)).text
    assert "there are 1; nothing was changed" in (await two.admin.says("credits take", person=two.ada.mention, amount=9)).text
    await two.admin.says("quota show")
    given = await two.ada.says("credits give", person=two.admin.mention, amount=1)
    assert "1 credit; you have 0 now and had 1 before." in given.text
    assert "your limit is 0 a day. An admin can raise it; nothing was counted" in (await two.ada.wishes()).text
    history = (await two.admin.says("credits history", person=two.ada.mention)).text
    assert [line.split(": ", 1)[1][:2] for line in history.splitlines()[1:]] == ["-1", "-1", "-1", "+3"]
    assert "for the poster" in history


async def test_ids_in_a_reason_name_nobody(setup: QuotaSetup, two: Two) -> None:
    """Whom the house speaks of is shown by name; what somebody typed stays as it is, so that nobody has it name others."""
    match two.ada:
        case OnDiscord():
            forged, shown = f"for discord:{two.ada.person.id} with the role {two.ada.person.id}", f"<@{two.ada.person.id}>"
        case OnSlack():
            forged, shown = (
                f"for slack:{setup.acme.id}:{two.ada.member.id} with role {setup.painters.id}",
                f"@{two.ada.member.name}",
            )
        case _:
            forged = f"for {two.ada.mention}"
            shown = visitor_name(str(two.ada.mention).removeprefix("web:"))
    answer = await two.admin.says("credits grant", person=two.ada.mention, amount=1, why=forged)
    assert answer.text.startswith(f"The balance of {shown} is now ")
    record = (await two.admin.says("audit", count=1)).text
    assert f"the balance of {shown}, from " in record
    assert f"Why: {forged}" in record
    assert f"Why: {forged}" in (await two.admin.says("credits history", person=two.ada.mention)).text


async def test_the_budget(two: Two) -> None:
    """Nobody is blamed when it is used up; off means none."""
    answer = await two.admin.says("budget set", period="month", amount="0.01", why="we are poor")
    assert "The budget for a month is now $0.01; it was not set." in answer.text
    refused = await two.ada.wishes()
    assert refused.is_private
    assert "or ask an admin, or whoever runs this bot, to raise it." in refused.text
    assert "of the budget of $0.01" in (await two.admin.says("budget show")).text
    assert "is now not set; it was $0.01" in (await two.admin.says("budget set", period="month", amount="off")).text
    assert not (await two.ada.wishes()).is_private


async def test_how_pictures_are_drawn(setup: QuotaSetup, two: Two) -> None:
    """Shape, quality, previews and rewriting hold from the next wish on; default gives them back."""
    usual = {"shape": "square", "quality": "medium", "rewriting": "on", "previews": "on"}
    chosen = {"shape": "wide", "quality": "low", "rewriting": "off", "previews": "off"}
    for name, value in chosen.items():
        answer = (await two.admin.says("settings set", name=name, value=value)).text
        assert f"is now {value}; it was {usual[name]}, the default." in answer
    assert "1536x1024, low quality" in (await two.ada.wishes("exactly these words")).text
    assert (setup.openai.paid[-1].prompt, setup.openai.paid[-1].size) == ("exactly these words", "1536x1024")
    shown = (await two.ada.says("settings show")).text
    for name, value in chosen.items():
        assert f"{name}: {value} (default: {usual[name]})" in shown
        answer = (await two.admin.says("settings set", name=name, value="default")).text
        assert f"is now {usual[name]}, the default; it was {value}." in answer
    assert "1024x1024, medium quality" in (await two.ada.wishes("other words")).text
    assert setup.openai.paid[-1].prompt != "other words"


async def test_help_speaks_another_language_only_where_an_admin_chose_it(setup: QuotaSetup) -> None:
    """All other answers are English, so a German client alone changes nothing."""
    guild = setup.server()
    admin, ada = setup.on_discord(guild, is_admin=True), setup.on_discord(guild)
    ada.person.locale = "de"
    assert "Here is what you can ask for." in (await ada.says("help")).text
    assert "is now de; it was en, the default." in (await admin.says("settings set", name="language", value="de")).text
    assert "Das kannst du dir wünschen." in (await ada.says("help")).text


async def test_zone_and_retention(two: Two) -> None:
    """People read the time of their zone."""
    answer = await two.admin.says("settings set", name="zone", value="Asia/Kolkata")
    assert f"The setting “time zone” is now Asia/Kolkata; it was {NOON}, the default." in answer.text
    assert "IST, in " in (await two.ada.says("quota show")).text
    assert "Undone: the setting “time zone”" in (await answer.press("Undo")).text
    assert "IST" not in (await two.ada.says("quota show")).text
    kept = await two.admin.says("settings set", name="retention", value="30")
    assert "is now 30 days; it was for ever" in kept.text
    assert "is now for ever, the default" in (await kept.press("Undo")).text


async def test_usage_is_a_picture_and_a_table(two: Two) -> None:
    """The totals are said, too, and what the picture shows to who cannot see it."""
    await two.ada.wishes()
    usage = await two.admin.looks_at_usage()
    assert re.search(r"\d+ pictures? by (\d+ people|1 person), for \$\d+\.\d\d\.", usage.text)
    with Image.open(io.BytesIO(usage.picture)) as picture:
        assert picture.format == "PNG"
    assert "Models: gpt-image-2 " in usage.alt
    rows = list(csv.DictReader(io.StringIO(usage.table)))
    assert {row["model"] for row in rows} == {"gpt-image-2"}
    assert sum(float(row["dollars"]) for row in rows) > 0


@pytest.fixture(params=[FrontEnd.DISCORD, FrontEnd.SLACK])
def chatting(request: pytest.FixtureRequest, setup: QuotaSetup) -> "Chat":
    """Return a place with channels and roles, which the page has none of."""
    if request.param is FrontEnd.DISCORD:
        guild = setup.server()
        admin, ada = setup.on_discord(guild, is_admin=True), setup.on_discord(guild)
        return Chat(Two(admin, ada), guild.members[ada.person.id].roles[0])
    [painter] = setup.painters.members
    return Chat(Two(setup.on_slack(is_admin=True), setup.somebody(painter)), f"<!subteam^{setup.painters.id}|@painters>")


@dataclass
class Chat:
    """An admin and somebody with a role."""

    two: Two
    role: object


async def test_a_roles_limit_and_tier(chatting: Chat) -> None:
    """Both are said of whoever has the role."""
    two = chatting.two
    answer = await two.admin.says("tier role", role=chatting.role, tier="premium")
    assert "is now premium; it was none." in answer.text
    assert "of 200 pictures left today" in (await two.ada.says("quota show")).text
    limited = await two.admin.says("quota set", pictures="0", role=chatting.role)
    assert "your limit is 0 a day" in (await two.ada.wishes()).text
    assert "it was 0 pictures a day" in (await limited.press("Undo")).text
    assert "is now none; it was premium." in (await answer.press("Undo")).text
    assert "of 3 pictures left today" in (await two.ada.says("quota show")).text


async def test_the_limit_of_all_together(chatting: Chat) -> None:
    """Whatever each of them has left."""
    two = chatting.two
    answer = await two.admin.says("quota set", pictures="0", server="yes")
    refused = await two.ada.wishes()
    assert refused.is_private
    assert "Everybody here together has 0 pictures left today and that needs 1." in refused.text
    assert "is now not set" in (await answer.press("Undo")).text
    assert not (await two.ada.wishes()).is_private


async def test_channels_for_pictures(chatting: Chat) -> None:
    """Elsewhere nothing is drawn; the review channel is chosen like them."""
    two = chatting.two
    answer = await two.admin.says("settings set", name="channels", value="C0ELSEWHERE1")
    refused = await two.ada.wishes()
    assert refused.is_private
    assert "Pictures are not drawn in this channel" in refused.text
    assert "is now all, the default" in (await answer.press("Undo")).text
    reviewed = await two.admin.says("settings set", name="review_channel", value="here")
    assert "The setting “review channel” is now " in reviewed.text
    assert "is now none, the default" in (await reviewed.press("Undo")).text
    assert not (await two.ada.wishes()).is_private


async def test_a_form_asks_for_what_is_missing(setup: QuotaSetup) -> None:
    """What cannot be taken is said below its field; who is no admin gets no form."""
    admin, ada = setup.on_slack(is_admin=True), setup.on_slack()
    await admin.member.command(admin.channel, EASEL, "quota set")
    view = await admin.member.view()
    wrong = await admin.member.submit(view, {"pictures": "-5", "person": ada.member.id})
    assert wrong.errors == {"pictures": "pictures is a whole number from 0 to 1,000,000, or clear, not “-5”."}
    answer = await admin.whispered(lambda: admin.member.submit(view, {"pictures": "0", "person": ada.member.id}))
    assert "is now 0 pictures a day" in answer.text
    assert "your limit is 0 a day" in (await ada.wishes()).text
    granted = await admin.fills_in("tier grant", person=ada.member.id, tier="premium", until="30d")
    assert "is now premium until" in granted.text
    budget = await admin.fills_in("budget set", period="month", amount="50")
    assert "is now not set; it was $50.00." in (await budget.press("Undo")).text
    assert "is for admins only" in (await ada.says("tier grant")).text
    assert ada.member.open_view is None


async def test_the_help_names_commands_as_they_are_typed(two: Two) -> None:
    """For admins too; each explains itself, and none of its examples is misunderstood."""
    lines = re.findall(
        r"^/(?:easel )?([a-z -]+) – [^;\n]*(?:; also ([a-z, ]+))?", (await two.admin.says("help")).text, re.MULTILINE
    )
    listed = [first for first, _ in lines]
    listed += [f"{first.split()[0]} {one}" for first, also in lines if also for one in also.split(", ")]
    assert {"quota set", "tier grant", "credits grant", "budget set", "settings set", "audit", "link"} <= set(listed)
    for name in listed:
        explained = await two.admin.says("help", command=name)
        assert re.match(rf"/(easel )?{name} – ", explained.text)
