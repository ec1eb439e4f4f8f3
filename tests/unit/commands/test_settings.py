"""Asks whether every setting can be typed as people would, says what it was and is, holds at once, and can be undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.settings import SettingName
from bot.domain.chat import Place
from bot.domain.images import Quality, Shape
from bot.domain.limits import SETTINGS
from bot.domain.rules import RuleKind
from bot.domain.wishes import Rewriting
from bot.errors import NotAllowed
from bot.services.quotas import check_channel
from tests.fakes.surfaces import LOOM, SQUARE
from tests.unit.commands.admin_console import ALONE, ANN, BOB, ELSEWHERE, EVE, OWNER
from tests.unit.commands.budget_console import BudgetConsole

PORCH = Place(LOOM, "town", "C0FFEE9")


@pytest.fixture
def console() -> BudgetConsole:
    """Return what commands are typed into."""
    return BudgetConsole()


async def set_(console: BudgetConsole, name: str, value: str, place: Place = PORCH) -> str:
    """Set something, and give what was said."""
    return await console.say(f'/settings set --name {name} --value "{value}"', ANN, place)


def test_every_setting_can_be_named() -> None:
    """The menu has all that there are."""
    assert tuple(SettingName) == SETTINGS


async def test_everybody_sees_what_holds_and_what_is_the_houses_own(console: BudgetConsole) -> None:
    """A line each."""
    await set_(console, "quality", "high")
    assert await console.say("/settings show", BOB) == (
        "How pictures are drawn here:\n"
        "zone: UTC\n"
        "channels: all\n"
        "shape: square\n"
        "quality: high (default: medium)\n"
        "rewriting: on\n"
        "previews: on\n"
        "review_channel: none\n"
        "retention: for ever\n"
        "prompt_retention: for ever\n"
        "message_retention: for ever\n"
        "job_retention: for ever\n"
        "record_retention: for ever\n"
        "reports_to_hide: 3\n"
        "language: en\n"
        "relaxed_tiers: none\n"
        "relaxed_beyond: 0\n"
        "threshold_minors: 0.2\n"
        "threshold_sexual: flagged\n"
        "threshold_hate: flagged\n"
        "threshold_harassment: flagged\n"
        "threshold_violence: flagged\n"
        "threshold_gore: flagged\n"
        "threshold_self_harm: flagged\n"
        "threshold_illicit: flagged"
    )
    assert await console.say("/settings", BOB) == await console.say("/settings show", BOB)


async def test_only_admins_and_owners_change_it(console: BudgetConsole) -> None:
    """Nothing is written for others."""
    assert "for admins only" in await console.say("/settings set high --name quality", BOB)
    assert console.entries == []
    assert (await console.say("/settings set high --name quality", OWNER)).startswith("The setting “usual quality” is now high")


@pytest.mark.parametrize(
    ("name", "value", "before"),
    [
        ("shape", "wide", "square"),
        ("quality", "LOW", "medium"),
        ("rewriting", "off", "on"),
        ("previews", "off", "on"),
        ("zone", "UTC", "UTC"),
        ("retention", "30", "for ever"),
        ("prompt_retention", "30", "for ever"),
        ("message_retention", "30", "for ever"),
        ("job_retention", "90", "for ever"),
        ("record_retention", "90", "for ever"),
        ("reports_to_hide", "5", "3"),
        ("reports_to_hide", "never", "3"),
        ("relaxed_tiers", "guest,registered", "none"),
        ("relaxed_beyond", "5", "0"),
        ("review_channel", "here", "none"),
        ("channels", "here", "all"),
        ("threshold_violence", "0.5", "flagged"),
        ("threshold_sexual", "off", "flagged"),
        ("threshold_minors", "0.05", "0.2"),
    ],
)
async def test_a_change_is_confirmed_and_undone_and_given_back(
    console: BudgetConsole, name: str, value: str, before: str
) -> None:
    """The house's own is what comes back."""
    usual = await console.settings()
    [post] = await console.type(f"/settings set --name {name} --value {value} --why because", ANN, PORCH)
    assert f"; it was {before}, the default." in post.text
    assert console.entries[-1].why == "because"
    [button] = post.buttons
    [undone] = await console.press(button)
    assert undone.text.startswith("Undone: ")
    assert await console.settings() == usual
    await set_(console, name, value)
    await set_(console, name, "default")
    assert await console.settings() == usual


async def test_wishes_are_filled_with_what_was_set(console: BudgetConsole) -> None:
    """From the next one on; what somebody says themselves goes first."""
    for name, value in (("shape", "tall"), ("quality", "high"), ("rewriting", "off"), ("previews", "off")):
        await set_(console, name, value)
    settings = await console.settings()
    assert (settings.shape, settings.quality, settings.rewriting, settings.previews) == (
        Shape.TALL,
        Quality.HIGH,
        Rewriting.OFF,
        False,
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("shape", "round", "shape can be square, wide or tall, not “round”."),
        ("quality", "hihg", "Did you mean high?"),
        ("rewriting", "maybe", "rewriting can be on or off, not “maybe”."),
        ("previews", "2", "previews can be on or off, not “2”."),
        ("zone", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("zone", "Europe", "zone is a time zone such as UTC or Europe/Berlin, not “Europe”."),
        ("zone", "../../etc/passwd", "zone is a time zone"),
        ("zone", "/etc/localtime", "zone is a time zone"),
        ("zone", " ", "zone is a time zone"),
        ("zone", "UTC\x00", "zone is a time zone"),
        ("retention", "-1", "retention is a number of days from 1 to 3650, such as 30, or 0 or never to keep for ever"),
        ("job_retention", "89", "job_retention is a number of days from 90 to 3650, such as 90"),
        ("record_retention", "1", "record_retention is a number of days from 90"),
        ("retention", "3651", "retention is a number of days"),
        ("retention", "1.5", "retention is a number of days"),
        ("retention", "30h", "retention is a number of days"),
        ("reports_to_hide", "0", "reports_to_hide is a number of reports from 1 to 100, or never"),
        ("reports_to_hide", "101", "reports_to_hide is a number of reports"),
        ("reports_to_hide", "many", "reports_to_hide is a number of reports"),
        ("relaxed_tiers", "gold", "relaxed_tiers takes none, or of these tiers: guest"),
        ("relaxed_beyond", "many", "relaxed_beyond is a number of pictures from 0 to 1000"),
        ("relaxed_beyond", "1001", "relaxed_beyond is a number of pictures from 0 to 1000"),
        ("channels", "#general", "“#general” is not a channel: type # and choose it from the list"),
        ("channels", "general", "“general” is not a channel"),
        ("channels", " ", "channels takes channels, “here” or “all”"),
        ("channels", "<@123>", "is not a channel"),
        ("review_channel", "nowhere", "“nowhere” is not a channel"),
        ("channels", " ".join(str(number) for number in range(100, 151)), "50 channels are the most"),
        ("colour", "red", "name can be zone, channels,"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(console: BudgetConsole, name: str, value: str, says: str) -> None:
    """And the sentence says what would."""
    assert says in await set_(console, name, value)
    assert console.entries == []


class TestZone:
    """Nobody gains a day by it."""

    async def test_where_both_zones_write_the_same_day_it_is_simply_so(self, console: BudgetConsole) -> None:
        """From now on."""
        assert await set_(console, "zone", "Europe/Berlin") == (
            "The setting “time zone” is now Europe/Berlin; it was UTC, the default.\n"
            "Days end at midnight in Europe/Berlin from now on."
        )

    async def test_the_day_that_has_begun_goes_on_where_it_would_end_early(self, console: BudgetConsole) -> None:
        """Until the new zone has left its own day too."""
        await console.bench.draw(key="call-1", count=4)
        before = await console.bench.quota_status()
        said = await set_(console, "zone", "Pacific/Kiritimati")
        assert "The day that has begun (14 March) goes on until 16 March 2026, 00:00 there; no limit starts over before." in said
        effective_limits = await console.quotas.effective_limits(BOB, SQUARE)
        assert (effective_limits.allowance.day.day, effective_limits.allowance.refills_at.isoformat()) == (
            14,
            "2026-03-16T00:00:00+14:00",
        )
        assert (await console.bench.quota_status()).spent == before.spent == 4

    async def test_there_and_back_again_gains_nothing_either(self, console: BudgetConsole) -> None:
        """The house's zone is kept as a rule where giving it up would end the day early."""
        console.bench.clock.move(timedelta(hours=-11))
        await set_(console, "zone", "Pacific/Pago_Pago")
        assert (await console.quotas.effective_limits(BOB, SQUARE)).allowance.day.day == 14
        console.bench.clock.move(timedelta(hours=32))
        assert (await console.quotas.effective_limits(BOB, SQUARE)).allowance.day.day == 14
        said = await set_(console, "zone", "default")
        assert "The day that has begun (14 March) goes on until 16 March 2026, 00:00 there" in said
        effective_limits = await console.quotas.effective_limits(BOB, SQUARE)
        assert (effective_limits.allowance.day.day, effective_limits.of_community.settings.zone.key) == (14, "UTC")


class TestChannels:
    """Where pictures may be asked for."""

    async def allowed(self, console: BudgetConsole, place: Place) -> bool:
        """Say whether pictures are drawn there."""
        effective_limits = await console.quotas.effective_limits(BOB, place)
        try:
            check_channel(effective_limits, place)
        except NotAllowed:
            return False
        return True

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("<#123>", ["123"]),
            ("<#C1|the-porch>", ["C1"]),
            ("<#123> <#456>", ["123", "456"]),
            ("<#123>,<#456>, 789", ["123", "456", "789"]),
            ("<#123> <#123>", ["123"]),
            ("here", ["C0FFEE9"]),
            ("HERE <#123>", ["C0FFEE9", "123"]),
            ("loom:town:123", ["123"]),
        ],
    )
    async def test_they_can_be_said_in_many_ways(self, console: BudgetConsole, typed: str, stored: list[str]) -> None:
        """Mentioned, by id, or here."""
        await set_(console, "channels", typed)
        assert (await console.settings()).channels == tuple(f"loom:town:{id_}" for id_ in stored)

    async def test_elsewhere_nothing_is_drawn(self, console: BudgetConsole) -> None:
        """Of this server; others and direct messages are as they were."""
        await set_(console, "channels", "here")
        assert await self.allowed(console, PORCH)
        assert not await self.allowed(console, SQUARE)
        assert await self.allowed(console, ELSEWHERE)
        assert await self.allowed(console, ALONE)
        assert "Pictures are drawn in all channels." in await set_(console, "channels", "all")
        assert await self.allowed(console, SQUARE)

    async def test_two_servers_of_one_community_do_not_take_each_others_channels(self, console: BudgetConsole) -> None:
        """Each says its own."""
        await set_(console, "channels", "here")
        await set_(console, "channels", "<#77>", ELSEWHERE)
        assert (await console.settings()).channels == ("loom:town:C0FFEE9", "loom:village:77")
        await set_(console, "channels", "all")
        assert (await console.settings()).channels == ("loom:village:77",)

    @pytest.mark.parametrize("name", ["channels", "review_channel"])
    async def test_where_there_are_no_channels_the_whole_id_is_needed(self, console: BudgetConsole, name: str) -> None:
        """As on a page."""
        for typed in ("here", "<#123>", "123"):
            assert "give the whole id" in await set_(console, name, typed, ALONE)
        assert "is now loom:town:123" in await set_(console, name, "loom:town:123", ALONE)

    async def test_a_channel_whose_id_no_rule_can_hold_is_refused(self, console: BudgetConsole) -> None:
        """What was set before stays."""
        said = await set_(console, "channels", "here", replace(SQUARE, channel="no id"))
        assert said == "This channel cannot be named in a setting; nothing was changed."
        assert (await console.settings()).channels == ()

    @pytest.mark.parametrize("name", ["channels", "review_channel"])
    async def test_another_communitys_channels_are_not_ones_own(self, name: str) -> None:
        """An admin of another server has nothing to say there."""
        console = BudgetConsole(parts_tenants=True)
        said = await console.say(f"/settings set loom:town:123 --name {name}", EVE, ELSEWHERE)
        assert "only its admins can change that" in said
        assert console.entries == []


async def test_the_review_channel_can_be_none(console: BudgetConsole) -> None:
    """As it was at first."""
    await set_(console, "review_channel", "<#123>")
    assert (await console.settings()).review_channel == "loom:town:123"
    await set_(console, "review_channel", "none")
    assert (await console.settings()).review_channel == ""


@pytest.mark.parametrize("name", ["prompt_retention", "message_retention", "job_retention", "record_retention"])
async def test_how_long_other_things_are_kept(console: BudgetConsole, name: str) -> None:
    """By the same words; what goes is said before it goes, and nothing is said where nothing does."""
    said = await set_(console, name, "120 days")
    assert (await console.settings()).kept_days[name] == 120
    assert "go for good at the next daily sweep" in said
    assert "sweep" not in await set_(console, name, "never")
    assert (await console.settings()).kept_days[name] == 0


@pytest.mark.parametrize(("typed", "days"), [("30", 30), ("30d", 30), ("30 days", 30), ("1 day", 1), ("0", 0), ("3650", 3650)])
async def test_how_long_pictures_are_kept(console: BudgetConsole, typed: str, days: int) -> None:
    """In days; what it does is said before it does it."""
    said = await set_(console, "retention", typed)
    assert (await console.settings()).retention_days == days
    assert ("In 10 minutes older pictures begin to go for good" in said) == (days > 0)


async def test_what_was_set_is_a_setting_on_record(console: BudgetConsole) -> None:
    """With who and when."""
    await set_(console, "quality", "low")
    [entry] = console.entries
    assert (entry.key.kind, entry.key.subject, entry.before, entry.after) == (RuleKind.SETTING, "quality", None, "low")
    assert (entry.by.name, entry.at) == ("Ann", console.bench.clock.now())


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("threshold_minors", "off", "never drawn"),
        ("threshold_minors", "flagged", "never drawn"),
        ("threshold_minors", "0.3", "never drawn"),
        ("threshold_violence", "0", "from 0.01"),
        ("threshold_violence", "1.5", "from 0.01"),
        ("threshold_violence", "nan", "from 0.01"),
        ("threshold_violence", "strict", "from 0.01"),
    ],
)
async def test_a_threshold_is_a_score_and_never_a_way_to_what_is_never_drawn(
    console: BudgetConsole, name: str, value: str, answer: str
) -> None:
    """Nothing is written."""
    text = await console.say(f"/settings set {value} --name {name}", ANN)
    assert answer in text
    assert "Nothing was changed." in text
    assert console.entries == []
