"""Asks whether pictures go when their community does not want to keep them any longer, and no others, and not too soon."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.jobs import Job
from bot.domain.people import HOUSE
from bot.domain.pictures import PictureState
from bot.domain.rules import EVERYBODY, Actor, AuditEntryId, Change, RuleKey, RuleKind
from bot.services.retention import Retention
from tests.fakes.bench import Bench

ADMIN = Actor(EVERYBODY, "Ada")
DAY = timedelta(days=1)
GRACE = timedelta(minutes=10)


@pytest.fixture
def bench() -> Bench:
    """Set up a house in which things can be undone for ten minutes."""
    return Bench()


async def keep_for(bench: Bench, days: str | None) -> AuditEntryId:
    """Set how long pictures are kept."""
    key = RuleKey(RuleKind.SETTING, "retention")
    entry = await bench.rulebook.change(Change(community=HOUSE, key=key, value=days, by=ADMIN))
    assert entry is not None
    return entry.id


async def states(bench: Bench, job: Job) -> set[PictureState]:
    """Return the states of a job's pictures."""
    return {picture.state for picture in await bench.pictures.of_job(job.id)}


async def sweep_for(bench: Bench, time: timedelta) -> None:
    """Sweep, and again after so long."""
    await bench.recovery.sweep()
    bench.clock.move(time)
    await bench.recovery.sweep()


async def test_old_pictures_go_and_young_ones_stay(bench: Bench) -> None:
    """Record, bytes, links and gallery."""
    old = await bench.draw("old", key="call-1", count=2)
    bench.clock.move(30 * DAY)
    young = await bench.draw("young", key="call-2")
    await keep_for(bench, "30")
    await sweep_for(bench, GRACE)
    assert (await states(bench, old), await states(bench, young)) == ({PictureState.REMOVED}, {PictureState.VISIBLE})
    assert [picture.job for picture in await bench.gallery.latest(old.account, 9)] == [young.id]
    assert len(bench.objects.objects) == 1


async def test_what_was_set_by_mistake_can_be_undone_in_time(bench: Bench) -> None:
    """Nothing is gone within the grace; setting it again begins it anew."""
    old = await bench.draw()
    bench.clock.move(2 * DAY)
    entry = await keep_for(bench, "1")
    await sweep_for(bench, GRACE - timedelta(seconds=1))
    await bench.rulebook.undo(entry, ADMIN)
    await sweep_for(bench, GRACE)
    await keep_for(bench, "1")
    await bench.recovery.sweep()
    assert await states(bench, old) == {PictureState.VISIBLE}
    await sweep_for(bench, GRACE)
    assert await states(bench, old) == {PictureState.REMOVED}


@pytest.mark.parametrize("days", ["0", None])
async def test_for_ever_is_for_ever(bench: Bench, days: str | None) -> None:
    """Said or not."""
    await keep_for(bench, "9")
    await keep_for(bench, days)
    job = await bench.draw()
    bench.clock.move(4000 * DAY)
    await sweep_for(bench, GRACE)
    assert await states(bench, job) == {PictureState.VISIBLE}


async def test_very_many_pictures_go_some_at_a_time(bench: Bench) -> None:
    """All of them in one sweep nevertheless."""
    jobs = [await bench.draw(key=f"call-{number}") for number in range(5)]
    bench.clock.move(2 * DAY)
    await keep_for(bench, "1")
    few = Retention(bench.rulebook, bench.pictures, bench.clock, grace=timedelta(), most_at_once=2)
    await few.sweep()
    assert [await states(bench, job) for job in jobs] == [{PictureState.HIDDEN}] * 5


async def test_where_nothing_is_too_old_nothing_is_said_of_it(bench: Bench) -> None:
    """A log that says it each minute hides what matters."""
    await bench.draw()
    await keep_for(bench, "30")
    with capture_logs() as logs:
        await sweep_for(bench, GRACE)
    assert "retention.hidden" not in [line["event"] for line in logs]
