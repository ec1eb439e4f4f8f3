"""Killed while services with tickets draw, the house collects every picture when it is back, and pays for each once."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.paid_jobs import Options, PaidJobsFake
from tests.fakes.replicate import FakeReplicate
from tests.fakes.runpod import FakeRunPod

WISHES = 20
INPUT = '{"prompt": "{{prompt}}", "width": "{{width}}", "height": "{{height}}"}'
KINDS: Mapping[str, tuple[Callable[[Options], PaidJobsFake], Mapping[str, str]]] = {
    "replicate": (FakeReplicate, {"KIND": "replicate", "API_KEY": "r8_x"}),
    "runpod": (FakeRunPod, {"KIND": "runpod", "API_KEY": "rpa_x", "ENDPOINT": "e1", "INPUT": INPUT}),
}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.long) if kind == "runpod" else kind for kind in KINDS])
async def test_kill_9_while_20_are_drawn_delivers_20_and_pays_for_20(kind: str, tmp_path: Path) -> None:
    """Some calls have been accepted and none has ended when it is killed; the others wait for their turn."""
    build, section = KINDS[kind]
    async with build(Options()) as fake:
        fake.state.is_held = True
        environ = {f"EASEL_PROVIDERS__THERE__{name}": value for name, value in {**section, "BASE_URL": fake.url}.items()}
        environ |= {"EASEL_WORKER__LEASE": "2s", "EASEL_WORKER__SLOTS__REGISTERED": str(WISHES), "EASEL_BURSTS__WISHES": "1000"}
        async with Serving(tmp_path, environ) as house, ServedVisitor(house.url) as ann, ServedVisitor(house.url) as bo:
            for number in range(WISHES):
                reply = await (ann, bo)[number % 2].types(f"/imagine wish number {number} of many")
                assert reply["notes"] == []
            await house.until("SELECT count(*) FROM drawings WHERE ticket IS NOT NULL", 4)
            await house.kill()
            fake.state.is_held = False
            await house.start()
            await house.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", WISHES)
            posts = [message["post"] for message in await ann.messages()]
            assert [len(post["pictures"]) for post in posts] == [1] * WISHES
            assert house.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage") == [{"held": 0, "spent": WISHES}]
        assert (len(fake.state.jobs), fake.state.charged) == (WISHES, WISHES)
