"""Can the benchmarks be run? What they say of speed is nobody's business here."""

import pytest

from benchmarks.drawing import measure
from tests.fakes.openai import FakeOpenAI


@pytest.mark.parametrize("kind", ["house", "floor"])
async def test_drawing_can_be_measured(kind: str) -> None:
    """With all of easel, and with nothing but the SDK: each picture is drawn once, and one beforehand to warm up."""
    async with FakeOpenAI() as fake:
        measured = await measure(kind, fake.url, at_once=2, rounds=1)
        assert sorted(measured) == ["added_mb_each", "p50_ms", "per_s", "stall_ms"]
        assert len(fake.paid) == 3
