"""Asks what follows from sanctions: whose jobs end, what comes back, what stays paid, and what the person is told."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.images import Quality, Size
from bot.domain.jobs import DrawingState, JobState
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity, Platform
from bot.domain.rules import Actor
from bot.errors import MessageGone, Sanctioned, StorageFailed, SurfaceFailed
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, person
from tests.fakes.waiting import until

MOD = Actor(AccountId("mod"), "Mo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FREE = QuotaStatus(20, held=0, spent=0)
SIZE = (Size(1024, 1024), Quality.MEDIUM)


async def account_of(bench: Bench, user: str = "ann") -> AccountId:
    """Return somebody's account."""
    return (await bench.studio.account(person(user))).id


def told(bench: Bench) -> list[str]:
    """Return what was said to Ann alone."""
    return [post.text for place, post, _ in bench.surface.posted if place.channel == "ann alone"]


async def test_what_waits_for_a_banned_person_ends_and_comes_back(bench: Bench) -> None:
    """Everybody else's goes on."""
    job, other = await bench.imagine(count=2), await bench.imagine(key="call-2", user="bob")
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    assert bench.job(job).state is JobState.CANCELLED
    assert bench.message(job).text == "a fox – ended by a moderator; nothing was counted."
    assert await bench.quota_status() == FREE
    await bench.work()
    assert bench.job(other).state is JobState.DONE
    assert len(bench.painter.requests) == 1


async def test_what_is_drawn_for_a_banned_person_ends_and_its_cost_stays_on_the_books(bench: Bench) -> None:
    """The pictures come back whole, though the paid call is out; what is late for it is not shown."""
    bench.painter.will_hold(bench.painter.drawn(3))
    job = await bench.imagine(count=3)
    task = bench.engine.start(bench.worker.work)
    await until(lambda: bench.painter.requests != [])
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    bench.painter.release()
    await asyncio.wait({task})
    assert bench.job(job).state is JobState.CANCELLED
    assert await bench.quota_status() == FREE
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, bench.painter.estimate(*SIZE, 3))
    assert bench.message(job).text == "a fox – ended by a moderator; nothing was counted."


async def test_a_mute_lets_what_was_asked_for_be_drawn(bench: Bench) -> None:
    """It is about what comes after it."""
    job = await bench.imagine()
    await bench.sanctions.mute(await account_of(bench), HOUSE, by=MOD, until=bench.clock.now() + HOUR)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    with pytest.raises(Sanctioned):
        await bench.imagine(key="call-2")
    bench.clock.move(HOUR)
    await bench.imagine(key="call-3")


async def test_a_banned_person_is_refused_before_anything_is_looked_at_or_counted(bench: Bench) -> None:
    """Not even the words are judged."""
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    with pytest.raises(Sanctioned):
        await bench.imagine("a fox")
    assert bench.jobs.rows == {}
    assert bench.blocklist.judged == []
    assert await bench.quota_status() == FREE


async def test_a_ban_of_another_community_ends_nothing_here(bench: Bench) -> None:
    """Its own admins decide."""
    job = await bench.imagine()
    await bench.sanctions.ban(await account_of(bench), CommunityId("loom:elsewhere"), by=MOD)
    await bench.work()
    assert bench.job(job).state is JobState.DONE


async def test_the_person_is_told_once_what_it_is_and_why(bench: Bench) -> None:
    """In private, however often it is looked at again."""
    account = await account_of(bench)
    await bench.sanctions.warn(account, HOUSE, by=MOD, reason="be kind.")
    await bench.enforcement.sweep()
    await bench.sanctions.mute(account, CommunityId("loom:town"), by=MOD, until=bench.clock.now() + HOUR)
    closing = "/standing shows how you stand, and /appeal asks a moderator to look at it again."
    warned, muted = told(bench)
    assert warned == (
        "A moderator has given you a warning with this bot. Nothing else changes for you; it stays on record. "
        f"Why: be kind. {closing}"
    )
    assert muted == (
        "A moderator has muted you in loom:town until 2026-03-14 13:00 UTC: "
        f"until then you cannot ask for pictures there. {closing}"
    )


async def test_a_sweep_does_what_a_crash_left_undone(bench: Bench) -> None:
    """The ban was written down, and then the process died."""
    job = await bench.imagine()
    bench.sanction_book.failures.fail_always("banned_jobs", StorageFailed("memory", "killed"))
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    assert bench.job(job).state is JobState.QUEUED
    bench.sanction_book.failures.clear()
    await bench.enforcement.sweep()
    await bench.enforcement.sweep()
    assert bench.job(job).state is JobState.CANCELLED
    assert await bench.quota_status() == FREE
    assert len(told(bench)) == 1


async def test_whoever_cannot_be_told_now_is_told_later_and_given_up_after_a_day(bench: Bench) -> None:
    """A platform that is down is tried again; somebody who takes no messages is not."""
    bench.surface.failures.fail_always("direct", SurfaceFailed("loom", "500"))
    first = await bench.sanctions.warn(await account_of(bench), HOUSE, by=MOD)
    assert bench.sanction_book.told == set()
    bench.surface.failures.clear()
    bench.surface.failures.fail_always("direct", MessageGone("loom", "closed"))
    second = await bench.sanctions.warn(await account_of(bench, "bob"), HOUSE, by=MOD)
    assert bench.sanction_book.told == {second.id}
    bench.surface.failures.clear()
    bench.surface.failures.fail_always("direct", SurfaceFailed("loom", "500"))
    bench.clock.move(DAY)
    await bench.enforcement.sweep()
    assert bench.sanction_book.told == {first.id, second.id}


async def test_whoever_is_on_another_platform_is_left_to_who_serves_it(bench: Bench) -> None:
    """That process leads its own platforms."""
    kiln = await bench.accounts.get_or_create(Identity(Platform("kiln"), "", "cid"), GUEST)
    warning = await bench.sanctions.warn(kiln.id, HOUSE, by=MOD)
    assert await bench.sanction_book.untold(10) == (warning,)
    loom = await bench.accounts.get_or_create(Identity(LOOM, "", "ann"), GUEST)
    await bench.accounts.join(loom.id, kiln.id)
    await bench.sanctions.warn(loom.id, HOUSE, by=MOD)
    assert len(told(bench)) == 1
