"""Asks what follows from sanctions: whose jobs end, what comes back, what stays paid, and what the person is told."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.images import Quality, Size
from bot.domain.jobs import DrawingState, JobId, JobState
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity, Platform
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from bot.errors import MessageGone, Sanctioned, StorageFailed, SurfaceFailed
from bot.pipeline.private_notices import PrivateNotices
from bot.pipeline.sanction_enforcement import SanctionEnforcement
from tests.fakes.bench import Bench
from tests.fakes.sanctions import MemorySanctionBook
from tests.fakes.surfaces import LOOM, RecordingSurface, person
from tests.fakes.waiting import until

MOD = Actor(AccountId("mod"), "Mo")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FREE = QuotaStatus(20, held=0, spent=0)
SIZE = (Size(1024, 1024), Quality.MEDIUM)


async def account_of(bench: Bench, user: str = "ann") -> AccountId:
    """Return somebody's account."""
    return (await bench.studio.account(person(user))).id


def notices(bench: Bench) -> list[str]:
    """Return what was said to Ann alone."""
    return [post.text for place, post, _ in bench.surface.posted if place.channel == "ann alone"]


async def a_ban(bench: Bench) -> Sanction:
    """Return a ban of Ann that is not written down yet."""
    return Sanction(
        id=SanctionId("ban"),
        key="ban",
        account=await account_of(bench),
        community=HOUSE,
        kind=SanctionKind.BAN,
        imposed_at=bench.clock.now(),
        by=MOD,
    )


class BookReadBeforeWork(MemorySanctionBook):
    """Finds the jobs of who is banned, and lets all of them be drawn before it says so."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.jobs, bench.clock, bench.moderation_log)
        self._bench = bench
        self.found: list[JobId] = []

    async def banned_jobs(self, now: datetime, most: int) -> tuple[JobId, ...]:
        """Look, and let work go on."""
        found = await super().banned_jobs(now, most)
        self.found += found
        await self._bench.work()
        return found


def enforcement_over(
    bench: Bench, book: MemorySanctionBook, *, page: int = 100, surface: RecordingSurface | None = None
) -> SanctionEnforcement:
    """Return what enforces a book, as in another process."""
    return SanctionEnforcement(
        book=book,
        jobs=bench.jobs,
        cancellation=bench.cancellation,
        delivery=bench.delivery,
        notices=PrivateNotices(bench.accounts, {LOOM: surface or bench.surface}),
        clock=bench.clock,
        page=page,
    )


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
    warned, muted = notices(bench)
    assert warned == (
        "A moderator has given you a warning with this bot. Nothing else changes for you; it stays on record. "
        f"Why: be kind. {closing}"
    )
    assert muted == (
        "A moderator has muted you in loom:town until 2026-03-14 13:00 UTC: "
        f"until then you cannot ask for pictures there. {closing}"
    )


@pytest.mark.parametrize("failure", [StorageFailed("memory", "killed"), ValueError("a fault")])
async def test_a_sweep_does_what_a_crash_left_undone(bench: Bench, failure: Exception) -> None:
    """The ban was written down, and then the process died, or what follows broke."""
    job = await bench.imagine()
    bench.sanction_book.failures.fail_always("banned_jobs", failure)
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    assert bench.job(job).state is JobState.QUEUED
    bench.sanction_book.failures.clear()
    await bench.enforcement.sweep()
    await bench.enforcement.sweep()
    assert bench.job(job).state is JobState.CANCELLED
    assert await bench.quota_status() == FREE
    assert len(notices(bench)) == 1


async def test_what_one_process_has_told_no_other_tells_again(bench: Bench) -> None:
    """The book knows who was told, whatever a platform remembers."""
    warning = await bench.sanctions.warn(await account_of(bench), HOUSE, by=MOD)
    assert len(notices(bench)) == 1
    other = RecordingSurface()
    await enforcement_over(bench, bench.sanction_book, surface=other).follow_up(warning)
    assert other.posted == []


async def test_only_who_leads_sweeps_and_a_failure_is_made_up_for(bench: Bench) -> None:
    """Whatever breaks."""
    job = await bench.imagine()
    bench.sanction_book.failures.fail_next("banned_jobs", StorageFailed("memory", "killed"))
    await bench.sanctions.ban(await account_of(bench), HOUSE, by=MOD)
    bench.leader.leads = False
    running = asyncio.create_task(bench.enforcement.run(bench.leader, every=MINUTE))
    await asyncio.sleep(90)
    assert bench.job(job).state is JobState.QUEUED
    for error in (StorageFailed("memory", "away"), ValueError("a fault")):
        bench.sanction_book.failures.fail_next("banned_jobs", error)
    bench.leader.leads = True
    await asyncio.sleep(120)
    assert bench.job(job).state is JobState.QUEUED
    await asyncio.sleep(60)
    assert bench.job(job).state is JobState.CANCELLED
    assert len(notices(bench)) == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_more_jobs_than_fit_on_a_page_all_end(bench: Bench) -> None:
    """Page by page."""
    jobs = [await bench.imagine(key=f"call-{number}") for number in range(3)]
    await bench.sanction_book.impose(await a_ban(bench))
    await enforcement_over(bench, bench.sanction_book, page=2).end_banned_jobs()
    assert [bench.job(job).state for job in jobs] == [JobState.CANCELLED] * 3
    assert await bench.quota_status() == FREE


async def test_what_is_done_before_it_could_be_ended_stays(bench: Bench) -> None:
    """It was found as it was drawn, and had its pictures a moment later."""
    job = await bench.imagine()
    book = BookReadBeforeWork(bench)
    await book.impose(await a_ban(bench))
    await enforcement_over(bench, book).end_banned_jobs()
    assert book.found == [job.id]
    assert bench.job(job).state is JobState.DONE
    assert len(bench.message(job).pictures) == 1
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=1)


async def test_whoever_cannot_be_told_now_is_told_later_and_given_up_after_a_day(bench: Bench) -> None:
    """A platform that is down is tried again; somebody who takes no messages is not."""
    bench.surface.failures.fail_always("direct", SurfaceFailed("loom", "500"))
    first = await bench.sanctions.warn(await account_of(bench), HOUSE, by=MOD)
    assert bench.sanction_book.notified == set()
    bench.surface.failures.clear()
    bench.surface.failures.fail_always("direct", MessageGone("loom", "closed"))
    second = await bench.sanctions.warn(await account_of(bench, "bob"), HOUSE, by=MOD)
    assert bench.sanction_book.notified == {second.id}
    bench.surface.failures.clear()
    bench.surface.failures.fail_always("direct", SurfaceFailed("loom", "500"))
    bench.clock.move(DAY)
    await bench.enforcement.sweep()
    assert bench.sanction_book.notified == {first.id, second.id}


async def test_whoever_is_on_another_platform_is_left_to_who_serves_it(bench: Bench) -> None:
    """That process leads its own platforms."""
    kiln = await bench.accounts.get_or_create(Identity(Platform("kiln"), "", "cid"), GUEST)
    warning = await bench.sanctions.warn(kiln.id, HOUSE, by=MOD)
    assert await bench.sanction_book.list_unnotified(10) == (warning,)
    loom = await bench.accounts.get_or_create(Identity(LOOM, "", "ann"), GUEST)
    await bench.accounts.join(loom.id, kiln.id)
    await bench.sanctions.warn(loom.id, HOUSE, by=MOD)
    assert len(notices(bench)) == 1
