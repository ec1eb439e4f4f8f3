"""Measures what a kill -9 costs while a service with tickets draws: calls that are made again, and pictures paid for twice."""

import tempfile
from pathlib import Path

from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.bfl import FakeBfl, Options

_LONGER_THAN_A_RESTART_S = 15.0
_KEY = "made-up"
_UNDER_WAY = "SELECT count(*) FROM drawings WHERE ticket IS NOT NULL"
_NOTIFIED = "SELECT count(*) FROM jobs WHERE told_at IS NOT NULL"
_DONE = "SELECT count(*) AS jobs FROM jobs WHERE state = 'done'"


def _environ(address: str, jobs: int) -> dict[str, str]:
    """Return the settings of a house that draws all of them at once at one service, with leases that end soon after a kill."""
    provider = {"KIND": "bfl", "BASE_URL": address, "API_KEY": _KEY}
    many = ("WORKER__SLOTS__GUEST", "WORKER__SLOTS__REGISTERED", "BURSTS__WISHES", "BURSTS__RUNNING", "BURSTS__QUEUED")
    return {
        **{f"EASEL_PROVIDERS__THERE__{name}": value for name, value in provider.items()},
        **{f"EASEL_{name}": str(jobs) for name in many},
        "EASEL_WORKER__LEASE": "2s",
    }


async def measure_kill(jobs: int) -> dict[str, float]:
    """Return how many calls were made again after a kill, and how many were charged for each picture that was delivered."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            FakeBfl(Options(key=_KEY, delay=_LONGER_THAN_A_RESTART_S)) as fake,
            Serving(Path(folder), _environ(fake.url, jobs)) as house,
            ServedVisitor(house.url) as visitor,
        ):
            for number in range(jobs):
                await visitor.types(f"/imagine wish number {number} of many")
            await house.until(_UNDER_WAY, jobs)
            before = len(fake.paid)
            await house.kill()
            await house.start()
            await house.until(_NOTIFIED, jobs)
            [done] = house.rows(_DONE)
            charged = len(fake.paid)
    assert done["jobs"] == jobs, "every wish is delivered"
    return {"resubmitted_after_kill": charged - before, "charged_per_job": round(charged / done["jobs"], 3)}
