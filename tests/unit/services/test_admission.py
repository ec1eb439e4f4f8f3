"""Asks what people read who wish too often."""

from datetime import timedelta

import pytest

from bot.domain.people import AccountId
from bot.errors import Busy
from bot.services.admission import AdmissionLimiter, AdmissionLimits
from storage.limits.local import LocalLocks, LocalRateLimiter
from tests.fakes.clock import StoppedClock

ANN = AccountId("ann")
SECOND = timedelta(seconds=1)


async def refusal(wishes: int, within: timedelta, after: timedelta, open_jobs: int = 0) -> str:
    """Return the sentence for a wish that comes so long after as many as may be."""
    clock = StoppedClock()
    admission = AdmissionLimiter(AdmissionLimits(wishes, within, open_jobs=13), LocalRateLimiter(clock), LocalLocks())
    for _ in range(wishes):
        await admission.count_accepted(ANN)
    clock.move(after)
    with pytest.raises(Busy) as busy:
        await admission.check(ANN, open_jobs)
    return busy.value.user_text


@pytest.mark.parametrize(
    ("wishes", "within", "after", "says"),
    [
        (5, timedelta(minutes=1), 48 * SECOND, "One person can ask 5 times in a minute; ask again in 12 seconds."),
        (1, 30 * SECOND, 29.5 * SECOND, "One person can ask once in 30 seconds; ask again in a second."),
        (9, timedelta(hours=2), 30 * SECOND, "One person can ask 9 times in 2 hours; ask again in 120 minutes."),
        (9, timedelta(hours=1), timedelta(minutes=30), "One person can ask 9 times in an hour; ask again in 30 minutes."),
    ],
)
async def test_who_is_too_quick_reads_when_to_come_back(wishes: int, within: timedelta, after: timedelta, says: str) -> None:
    """Rounded up, so that coming back then is late enough."""
    assert await refusal(wishes, within, after) == f"{says} Nothing was counted."


async def test_who_has_too_much_under_way_reads_that() -> None:
    """First: it lasts longer."""
    sentence = await refusal(5, timedelta(minutes=1), SECOND, open_jobs=13)
    assert sentence == (
        "You have 13 requests under way already, which is the most for one person; "
        "ask again in about a minute, when some of them are done. Nothing was counted."
    )
