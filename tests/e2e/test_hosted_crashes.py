"""Kill -9 while services that give tickets draw, and start again: each job is delivered, and each is charged once."""

from pathlib import Path

import pytest

from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.bfl import FakeBfl
from tests.fakes.fal import FakeFal
from tests.fakes.queued import Options, QueuedService

WISHES = 20


@pytest.mark.parametrize(("kind", "build"), [("bfl", FakeBfl), pytest.param("fal", FakeFal, marks=pytest.mark.long)])
async def test_what_was_drawn_while_easel_was_dead_is_collected(tmp_path: Path, kind: str, build: type[QueuedService]) -> None:
    """By whoever comes next; nobody pays again, and nobody is told that it is lost."""
    async with build(Options(key="made-up", delay=15.0)) as fake:
        environ = {
            "EASEL_PROVIDERS__X__KIND": kind,
            "EASEL_PROVIDERS__X__API_KEY": "made-up",
            "EASEL_PROVIDERS__X__BASE_URL": fake.url,
            "EASEL_WORKER__LEASE": "2s",
            "EASEL_BURSTS__RUNNING": "100",
            "EASEL_BURSTS__WISHES": "1000",
            "EASEL_WORKER__SLOTS__REGISTERED": "20",
        }
        async with Serving(tmp_path, environ) as house, ServedVisitor(house.url) as visitor:
            for number in range(WISHES):
                assert (await visitor.types(f"/imagine wish number {number}"))["notes"] == []
            await house.until("SELECT count(*) FROM drawings WHERE ticket IS NOT NULL", WISHES)
            await house.kill()
            await house.start()
            await house.until("SELECT count(*) FROM jobs WHERE state = 'done'", WISHES)
        assert len(fake.paid) == WISHES
        assert {call.body["prompt"] for call in fake.paid} == {f"wish number {number}" for number in range(WISHES)}
