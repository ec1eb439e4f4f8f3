"""Killed while services with tickets draw, the house collects every picture when it is back, and pays for each once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.bfl import FakeBfl
from tests.fakes.comfyui import FakeComfyUi
from tests.fakes.fal import FakeFal
from tests.fakes.openai import FakeOpenAI
from tests.fakes.queued import QueuedService
from tests.fakes.replicate import FakeReplicate
from tests.fakes.runpod import FakeRunPod

WISHES = 20
WAITING = "SELECT count(*) FROM drawings WHERE ticket IS NOT NULL"
FINAL = "SELECT count(*) FROM jobs WHERE told_at IS NOT NULL"
RUNPOD_INPUT = '{"prompt": "{{prompt}}", "width": "{{width}}", "height": "{{height}}"}'


@dataclass(frozen=True, slots=True)
class HeldService:
    """A service that draws, with what easel has to be told of it. It draws nothing before it is told to go on."""

    environ: dict[str, str]
    go_on: Callable[[], Awaitable[None]]
    forget: Callable[[], Awaitable[None]]
    drawn: Callable[[], int]


@asynccontextmanager
async def comfyui() -> AsyncIterator[HeldService]:
    """Draw at home."""
    async with FakeComfyUi() as fake:
        await fake.hold()
        environ = {"KIND": "comfyui", "BASE_URL": fake.url, "CALLS_AT_ONCE": "0"}
        yield HeldService(environ, fake.go_on, fake.restart, lambda: len(fake.state.drawn))


@asynccontextmanager
async def openai_background() -> AsyncIterator[HeldService]:
    """Draw at OpenAI."""
    async with FakeOpenAI() as fake:
        fake.state.may_draw.clear()

        async def go_on() -> None:
            fake.state.may_draw.set()

        async def forget() -> None:
            fake.state.responses.clear()

        environ = {"KIND": "openai-background", "BASE_URL": fake.url, "API_KEY": "sk-test"}
        yield HeldService(environ, go_on, forget, lambda: len(fake.paid))


def hosted(kind: str, build: Callable[[], QueuedService], **more: str) -> "Opening":
    """Draw at a service that runs its models for us."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[HeldService]:
        async with build() as fake:
            fake.hold()

            async def go_on() -> None:
                fake.go_on()

            environ = {"KIND": kind, "BASE_URL": fake.url, "API_KEY": "made-up", **more}
            yield HeldService(environ, go_on, _nothing, lambda: len(fake.paid))

    return opening


async def _nothing() -> None:
    return


Opening = Callable[[], AbstractAsyncContextManager[HeldService]]
SERVICES: Mapping[str, Opening] = {
    "comfyui": comfyui,
    "bfl": hosted("bfl", FakeBfl),
    "openai-background": openai_background,
    "fal": hosted("fal", FakeFal),
    "replicate": hosted("replicate", FakeReplicate),
    "runpod": hosted("runpod", FakeRunPod, ENDPOINT="e1", INPUT=RUNPOD_INPUT),
}
QUICK = ("comfyui", "bfl")
EVERY_SERVICE = pytest.mark.parametrize(
    "opening", [pytest.param(SERVICES[kind], id=kind, marks=() if kind in QUICK else pytest.mark.long) for kind in SERVICES]
)


@asynccontextmanager
async def house_at(service: HeldService, folder: Path) -> AsyncIterator[Serving]:
    """Yield a house that draws there, with leases that end soon after a crash."""
    environ = {f"EASEL_PROVIDERS__THERE__{name}": value for name, value in service.environ.items()}
    slots = {f"EASEL_WORKER__SLOTS__{tier}": str(WISHES) for tier in ("GUEST", "REGISTERED")}
    bursts = {f"EASEL_BURSTS__{name}": str(WISHES) for name in ("WISHES", "RUNNING", "QUEUED")}
    async with Serving(folder, {**environ, **slots, **bursts, "EASEL_WORKER__LEASE": "2s"}) as house:
        yield house


async def ask_for(wishes: int, house: Serving, visitor: ServedVisitor) -> None:
    """Ask for so many pictures, and wait until all of them are under way."""
    for number in range(wishes):
        reply = await visitor.types(f"/imagine wish number {number} of many")
        assert reply["notes"] == []
    await house.until(WAITING, wishes)


@EVERY_SERVICE
async def test_kill_9_while_others_draw_loses_nothing_and_draws_nothing_twice(opening: Opening, tmp_path: Path) -> None:
    """Twenty wishes, twenty pictures, twenty drawings."""
    async with opening() as service, house_at(service, tmp_path) as house, ServedVisitor(house.url) as visitor:
        await ask_for(WISHES, house, visitor)
        await house.kill()
        await service.go_on()
        await house.start()
        await house.until(FINAL, WISHES)
        assert house.rows("SELECT state, count(*) AS n FROM jobs GROUP BY state") == [{"state": "done", "n": WISHES}]
        assert house.rows("SELECT state, count(*) AS n FROM drawings GROUP BY state") == [{"state": "drawn", "n": WISHES}]
        assert service.drawn() == WISHES


@pytest.mark.long
async def test_what_the_service_has_forgotten_is_told_and_given_back(tmp_path: Path) -> None:
    """Nobody knows how it ended, so nobody is counted for it."""
    async with openai_background() as service, house_at(service, tmp_path) as house, ServedVisitor(house.url) as visitor:
        await ask_for(2, house, visitor)
        await service.forget()
        await house.until(FINAL, 2)
        assert {message["post"]["tone"] for message in await visitor.messages()} == {"failed"}
        assert house.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage") == [{"held": 0, "spent": 0}]


async def test_what_a_free_service_has_forgotten_is_drawn_again(tmp_path: Path) -> None:
    """As after a restart of ComfyUI: it costs nobody anything, so nobody has to ask again."""
    async with comfyui() as service, house_at(service, tmp_path) as house, ServedVisitor(house.url) as visitor:
        await ask_for(2, house, visitor)
        await service.forget()
        await house.until("SELECT count(*) FROM drawings", 4)
        await service.go_on()
        await house.until(FINAL, 2)
        assert {message["post"]["tone"] for message in await visitor.messages()} == {"done"}
        assert house.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage") == [{"held": 0, "spent": 2}]


async def test_a_wish_of_three_at_a_service_of_one_a_call_is_whole_after_kill_9(tmp_path: Path) -> None:
    """Three calls, three pictures in one message, three counted."""
    async with SERVICES["replicate"]() as service, house_at(service, tmp_path) as house, ServedVisitor(house.url) as visitor:
        await visitor.types("/imagine three foxes --count 3")
        await house.until(WAITING, 3)
        await house.kill()
        await service.go_on()
        await house.start()
        await house.until(FINAL, 1)
        assert [len(message["post"]["pictures"]) for message in await visitor.messages()] == [3]
        assert house.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage") == [{"held": 0, "spent": 3}]
        assert service.drawn() == 3


async def test_kill_9_in_the_relaxed_lane_loses_nothing_and_counts_half(tmp_path: Path) -> None:
    """Four wishes, four pictures, four paid lines of batches, and two of the day are gone; meanwhile nobody has a lease."""
    async with FakeOpenAI() as fake:
        fake.state.may_draw.clear()
        service = HeldService(
            {"KIND": "openai-batch", "BASE_URL": fake.url, "API_KEY": "sk-test"}, _nothing, _nothing, lambda: len(fake.paid)
        )
        async with house_at(service, tmp_path) as house, ServedVisitor(house.url) as visitor:
            for number in range(4):
                reply = await visitor.types(f"/imagine wish number {number} of many --lane relaxed")
                assert reply["notes"] == []
            await house.until("SELECT count(*) FROM jobs WHERE not_before IS NOT NULL AND lease_until IS NULL", 4)
            await house.kill()
            fake.state.may_draw.set()
            await house.start()
            await house.until(FINAL, 4)
            assert house.rows("SELECT state, count(*) AS n FROM drawings GROUP BY state") == [{"state": "drawn", "n": 4}]
            assert house.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage") == [{"held": 0, "spent": 2}]
            assert {message["post"]["tone"] for message in await visitor.messages()} == {"done"}
            assert (len(fake.paid), len(fake.state.batches)) == (4, 4)
