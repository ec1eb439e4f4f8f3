"""Asks every provider that gives tickets what `bot.ports.images` promises, each as the settings build it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import pytest

from bot.app.ai_services import open_ai_services
from bot.config import Settings
from bot.domain.health import Health
from bot.domain.images import DrawingId, ImageRequest, Quality, Size
from bot.domain.tickets import Ticket
from bot.ports.images import TicketProvider
from bot.provider_errors import OutcomeUnknown, ProviderFailed
from tests.fakes import comfyui, queued_call
from tests.fakes.bfl import FakeBfl
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.comfyui import FakeComfyUi
from tests.fakes.fal import FakeFal
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind
from tests.fakes.progress import ProgressLog
from tests.fakes.queued import QueuedService
from tests.fakes.replicate import FakeReplicate
from tests.fakes.runpod import FakeRunPod

DRAWING = DrawingId("AAECAwQFBgcICQoLDA0ODw")
RUNPOD_INPUT = {name: f"{{{{{name}}}}}" for name in ("prompt", "width", "height", "seed", "count")}


@dataclass(frozen=True, slots=True)
class ConfiguredService:
    """A fake service, and the section of the settings that has easel draw there."""

    section: Mapping[str, object]
    calls: Callable[[], int]
    """How many calls it has accepted: each is paid for."""

    forget: Callable[[], None]
    lose_answer: Callable[[], None]


Opening = Callable[[], AbstractAsyncContextManager[ConfiguredService]]


@asynccontextmanager
async def comfyui_service() -> AsyncIterator[ConfiguredService]:
    """Draw at home."""
    async with FakeComfyUi() as fake:
        section = {"kind": "comfyui", "base_url": fake.url}
        yield ConfiguredService(
            section, lambda: len(fake.state.drawn), fake.state.restart, lambda: fake.fail(comfyui.Trouble.CUT_AFTER)
        )


@asynccontextmanager
async def openai_service() -> AsyncIterator[ConfiguredService]:
    """Draw at OpenAI, in the background."""
    async with FakeOpenAI() as fake:
        section = {"kind": "openai-background", "base_url": fake.url, "api_key": "sk-x"}
        yield ConfiguredService(
            section,
            lambda: len(fake.paid),
            fake.state.responses.clear,
            lambda: fake.fail(Endpoint.RESPONSES, Kind.CUT_AFTER_PAID),
        )


@asynccontextmanager
async def openai_batches() -> AsyncIterator[ConfiguredService]:
    """Draw at OpenAI, when it has time."""
    async with FakeOpenAI() as fake:
        section = {"kind": "openai-batch", "base_url": fake.url, "api_key": "sk-x"}
        yield ConfiguredService(
            section,
            lambda: len(fake.state.batches),
            fake.state.batches.clear,
            lambda: fake.fail(Endpoint.BATCHES, Kind.CUT_AFTER_PAID),
        )


def hosted_service(open_fake: Callable[[], QueuedService], **section: object) -> Opening:
    """Draw at a service that runs its models for us."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[ConfiguredService]:
        async with open_fake() as fake:
            yield ConfiguredService(
                {"base_url": fake.url, "api_key": "k", **section},
                lambda: len(fake.calls),
                fake.calls.clear,
                lambda: fake.fail(queued_call.Kind.CUT_AFTER_PAID),
            )

    return opening


SERVICES: Mapping[str, Opening] = {
    "bfl": hosted_service(FakeBfl, kind="bfl"),
    "fal": hosted_service(FakeFal, kind="fal"),
    "comfyui": comfyui_service,
    "openai-background": openai_service,
    "openai-batch": openai_batches,
    "replicate": hosted_service(FakeReplicate, kind="replicate"),
    "runpod": hosted_service(
        FakeRunPod, kind="runpod", endpoint="e1", model="flux2", input=json.dumps(RUNPOD_INPUT), output="images.*.data"
    ),
}


@pytest.fixture(params=list(SERVICES.values()), ids=list(SERVICES))
async def service(request: pytest.FixtureRequest) -> AsyncIterator[ConfiguredService]:
    """Yield each service in turn."""
    opening: Opening = request.param
    async with opening() as opened:
        yield opened


@asynccontextmanager
async def worker(service: ConfiguredService) -> AsyncIterator[TicketProvider]:
    """Yield the provider as one process has it."""
    settings = Settings.model_validate({"providers": {"there": service.section}})
    async with open_ai_services(settings, StoppedClock()) as services:
        provider = next(provider for provider in services.all_providers if provider.name == "there")
        yield cast("TicketProvider", provider)


@pytest.fixture
async def provider(service: ConfiguredService) -> AsyncIterator[TicketProvider]:
    """Yield the provider."""
    async with worker(service) as opened:
        yield opened


def wish(provider: TicketProvider, count: int = 1) -> ImageRequest:
    """Ask for something within what the provider can do, as the pipeline does."""
    able = provider.abilities
    return ImageRequest(
        drawing=DRAWING,
        prompt="a fox in the snow",
        size=able.fit(Size(1024, 768)),
        quality=able.fit_quality(Quality.MEDIUM),
        count=min(count, able.most),
        author="0" * 32,
    )


async def test_a_ticket_becomes_as_many_pictures_as_were_asked_for(provider: TicketProvider) -> None:
    """Their model and cost are told, the cost as soon as it is known."""
    asked, news = wish(provider, 2), ProgressLog()
    ticket = await provider.submit(asked)
    result = await provider.collect(ticket, news)
    assert ticket.expires_at > NOON
    assert (len(result.pictures), len(set(result.pictures))) == (asked.count, asked.count)
    assert (result.model, result.cost) == (provider.model, next(each.cost for each in news.all[::-1] if each.cost is not None))
    assert result.cost.microusd >= 0


async def test_any_worker_collects_by_what_the_ticket_says(service: ConfiguredService, provider: TicketProvider) -> None:
    """Read from a row by another process, as often as it likes, and nothing is paid for twice."""
    ticket = await provider.submit(wish(provider))
    details = json.loads(json.dumps(dict(ticket.details)))
    read = Ticket(id=str(ticket.id), expires_at=ticket.expires_at, details=details, cost=ticket.cost)
    async with worker(service) as other:
        results = await asyncio.gather(*(each.collect(read, ProgressLog()) for each in (other, other, provider)))
    assert len({result.pictures for result in results}) == 1
    assert service.calls() == 1


async def test_a_ticket_that_is_known_beforehand_is_the_one_that_comes(provider: TicketProvider) -> None:
    """Where the service lets us choose its id; elsewhere none is known."""
    known = provider.known_ticket(DRAWING)
    ticket = await provider.submit(wish(provider))
    assert known is None or known.id == ticket.id


async def test_an_answer_that_got_lost_is_an_unknown_outcome(service: ConfiguredService, provider: TicketProvider) -> None:
    """It is paid for, so it is not repeated; where the ticket is known, the pictures are there."""
    service.lose_answer()
    with pytest.raises(OutcomeUnknown):
        await provider.submit(wish(provider))
    known = provider.known_ticket(DRAWING)
    assert known is None or (await provider.collect(known, ProgressLog())).pictures
    assert service.calls() == 1


async def test_a_call_that_the_service_has_forgotten_has_an_unknown_outcome(
    service: ConfiguredService, provider: TicketProvider
) -> None:
    """It was accepted, and nobody can say what became of it."""
    ticket = await provider.submit(wish(provider))
    service.forget()
    with pytest.raises(OutcomeUnknown):
        await provider.collect(ticket, ProgressLog())


@pytest.mark.parametrize("is_forgotten", [False, True], ids=["known", "forgotten"])
async def test_a_cancel_never_raises(service: ConfiguredService, provider: TicketProvider, is_forgotten: bool) -> None:
    """However often, and whatever became of the call; it says what that costs, or that nobody knows."""
    ticket = await provider.submit(wish(provider))
    if is_forgotten:
        service.forget()
    for _ in range(2):
        cost = await provider.cancel(ticket)
        assert cost is None or cost.microusd >= 0


async def test_a_ticket_that_has_run_out_is_waited_for_no_more(service: ConfiguredService, provider: TicketProvider) -> None:
    """Collecting keeps to `expires_at`: it ends, with the pictures or without."""
    ticket = await provider.submit(wish(provider))
    service.forget()
    with pytest.raises(ProviderFailed):
        async with asyncio.timeout(30):
            await provider.collect(replace(ticket, expires_at=NOON), ProgressLog())


async def test_it_says_who_it_is_and_finds_nothing_wrong(provider: TicketProvider) -> None:
    """A name from the settings, a model, a line for under the picture, and a check that may be asked again."""
    assert provider.name == "there"
    assert provider.model
    assert provider.attribution
    assert bool(provider.abilities.sizes) != bool(provider.abilities.free)
    assert provider.estimate(Size(1024, 1024), Quality.HIGH, 1).microusd >= 0
    first, second = await provider.check(), await provider.check()
    assert first == second
    assert all(finding.health is not Health.WRONG and finding.subject and finding.text for finding in first)
