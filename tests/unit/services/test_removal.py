"""What a decision about a picture means: how long its bytes stay, and who is woken to see to the rest."""

from datetime import timedelta

import pytest

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalReason
from bot.services.removal import UNDO, Removals
from tests.contract.examples import LEASE, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.jobs import MemoryJobs
from tests.fakes.removals import MemoryBlockedPictures, MemoryPictureRemovals

ANN = AccountId("ann")
FOX = JobId("fox")
[PICTURE] = some_pictures(FOX)


class RemovalSetup:
    """One kept picture, and what may be decided about it."""

    def __init__(self) -> None:
        self.jobs = MemoryJobs(StoppedClock())
        self.records = MemoryPictureRemovals(self.jobs, MemoryBlockedPictures())
        self.removals = Removals(self.records, self.jobs.clock)

    def fate(self) -> tuple[PictureState, timedelta | None]:
        """Return how the picture stands, and in how long its bytes go."""
        kept = self.jobs.kept[PICTURE.id]
        return kept.picture.state, None if kept.remove_at is None else kept.remove_at - NOON


@pytest.fixture
async def world() -> RemovalSetup:
    """Keep a picture."""
    world = RemovalSetup()
    await world.jobs.accept(a_job(FOX, ANN), a_hold(ANN))
    await world.jobs.claim(FOX, LEASE)
    await world.jobs.keep(FOX, 1, (PICTURE,))
    return world


async def test_what_no_case_is_about_goes_at_once(world: RemovalSetup) -> None:
    """Nobody is there who could undo it."""
    assert await world.removals.remove(PICTURE.id, RemovalReason.RULES, "operator")
    assert world.fate() == (PictureState.REMOVING, timedelta(0))


async def test_the_decision_of_a_case_can_be_undone_for_a_while(world: RemovalSetup) -> None:
    """So its bytes stay that long, though nobody sees them."""
    assert await world.removals.remove(PICTURE.id, RemovalReason.RULES, "mod", "case 1")
    assert world.fate() == (PictureState.HIDDEN, UNDO)
    assert await world.removals.restore(PICTURE.id, "mod", "case 1")
    assert world.fate() == (PictureState.VISIBLE, None)


async def test_the_law_does_not_wait(world: RemovalSetup) -> None:
    """Case or no case."""
    assert await world.removals.remove(PICTURE.id, RemovalReason.LEGAL, "operator", "case 1")
    assert world.fate() == (PictureState.REMOVING, timedelta(0))


async def test_only_a_change_wakes_whoever_sees_to_the_rest(world: RemovalSetup) -> None:
    """The same decision again is none."""
    assert not await world.removals.restore(PICTURE.id, "mod")
    assert not world.removals.changed.is_set()
    assert await world.removals.hide(PICTURE.id, RemovalReason.REPORTS, "reports")
    assert world.removals.changed.is_set()
    world.removals.changed.clear()
    assert not await world.removals.hide(PICTURE.id, RemovalReason.REPORTS, "reports")
    assert not world.removals.changed.is_set()


@pytest.mark.parametrize(
    ("reason", "is_notified"), [(RemovalReason.RULES, True), (RemovalReason.LEGAL, True), (RemovalReason.FORGOTTEN, False)]
)
async def test_whose_own_wish_it_is_is_not_told(world: RemovalSetup, reason: RemovalReason, is_notified: bool) -> None:
    """Everybody else is."""
    await world.removals.remove(PICTURE.id, reason, "somebody")
    removal = await world.records.get(PICTURE.id)
    assert removal is not None
    assert removal.order.tells_author is is_notified
