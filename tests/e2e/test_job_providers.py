"""Pictures from fakes of Replicate and RunPod: what is sent, what is charged, and what goes wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.health import Health
from bot.domain.images import Abilities, DrawingId, ImageRequest, Progress, Quality, Size
from bot.domain.money import Cost
from bot.domain.tickets import Ticket
from bot.errors import PromptRefused
from bot.ports.images import TicketProvider
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.replicate.images import ReplicateImages
from bot.providers.replicate.models import ReplicateModel, known_models
from bot.providers.runpod.images import RunPodImages
from bot.providers.runpod.job_template import parse_template
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel
from bot.providers.shared.picture_fetcher import PictureFetcher
from bot.providers.shared.rest_client import RestClient
from tests.fakes.clock import StoppedClock
from tests.fakes.progress import ProgressLog
from tests.fakes.queued import QueuedService
from tests.fakes.queued_call import Fault, Kind, Options, Trouble
from tests.fakes.replicate import FakeReplicate
from tests.fakes.runpod import FakeRunPod

PRO = "black-forest-labs/flux-2-pro"
INPUT = {
    "prompt": "{{prompt}}",
    "width": "{{width}}",
    "height": "{{height}}",
    "seed": "{{seed}}",
    "count": "{{count}}",
    "name": "{{job}}",
}
KINDS = ["replicate", "runpod"]


class TicketSetup:
    """A provider, the fake that it asks, and the clock."""

    def __init__(self, fake: QueuedService, provider: TicketProvider, clock: StoppedClock) -> None:
        self.fake = fake
        self.provider = provider
        self.clock = clock

    async def draw(self, **wanted: Any) -> tuple[Any, ProgressLog]:
        """Draw one wish from beginning to end."""
        news = ProgressLog()
        return await self.provider.collect(await self.provider.submit(request(**wanted)), news), news


def request(size: Size = Size(1024, 768), count: int = 1) -> ImageRequest:  # noqa: B008 - a constant
    """Ask for a fox."""
    return ImageRequest(
        drawing=DrawingId("AAECAwQFBgcICQoLDA0ODw"),
        prompt="a {{seed}} fox",
        size=size,
        quality=Quality.MEDIUM,
        count=count,
        author="0" * 32,
    )


@asynccontextmanager
async def replicate(
    model: str = PRO, *, key: str = "r8_x", second: int = 0, options: Options | None = None
) -> AsyncIterator[TicketSetup]:
    """Open the provider for one model."""
    async with FakeReplicate(options) as fake:
        client, clock = RestClient("rep", fake.url, headers={"Authorization": f"Bearer {key}"}), StoppedClock()
        fetcher = PictureFetcher(fake.url, section="providers.rep")
        known = known_models().get(model) or ReplicateModel(model, FLUX_2_ABILITIES)
        provider = ReplicateImages(client, known, name="rep", attribution="by AI", fetcher=fetcher, clock=clock, second=second)
        yield TicketSetup(fake, provider, clock)
        await client.close()


@asynccontextmanager
async def runpod(
    *, endpoint: str = "e1", key: str = "rpa_x", second: int = 0, options: Options | None = None
) -> AsyncIterator[TicketSetup]:
    """Open the provider for one endpoint."""
    async with FakeRunPod(options) as fake:
        client, clock = RestClient("pod", fake.url, headers={"Authorization": f"Bearer {key}"}), StoppedClock()
        provider = RunPodImages(
            client,
            HostedModel("my-flux", Abilities(free=FLUX_2_ABILITIES.free, qualities=(Quality.MEDIUM,), most=4)),
            parse_template(json.dumps(INPUT), "images.*.data", setting="[providers.pod] input"),
            endpoint=endpoint,
            name="pod",
            attribution="by AI",
            fetcher=PictureFetcher(fake.url, section="providers.pod"),
            clock=clock,
            timeouts=dict.fromkeys(Quality, timedelta(minutes=4)),
            second=second,
        )
        yield TicketSetup(fake, provider, clock)
        await client.close()


OPENINGS: dict[str, Any] = {"replicate": replicate, "runpod": runpod}


@pytest.fixture(params=KINDS)
async def setup(request: pytest.FixtureRequest) -> AsyncIterator[TicketSetup]:
    """Yield each kind in turn."""
    async with OPENINGS[request.param]() as opened:
        yield opened


async def test_replicate_gets_what_flux_2_takes_and_is_not_kept_waiting() -> None:
    """Pixels by a custom aspect; a deadline, and no `Prefer: wait`."""
    async with replicate() as setup:
        result, news = await setup.draw()
        [call], [posted] = setup.fake.paid, [seen for seen in setup.fake.seen if seen.method == "POST"]
    assert call.model == PRO
    assert call.body["input"] == {
        "prompt": "a {{seed}} fox",
        "aspect_ratio": "custom",
        "width": 1024,
        "height": 768,
        "output_format": "png",
    }
    assert "prefer" not in posted.headers
    assert posted.headers["cancel-after"] == "30m"
    assert [name for fetched in setup.fake.fetched for name in fetched if name == "authorization"] == []
    assert (len(result.pictures), result.model, result.cost) == (1, PRO, Cost(30_000, is_estimate=True))
    assert news.all[-1].cost == result.cost


@pytest.mark.parametrize("model", known_models())
async def test_every_known_model_takes_what_it_is_sent(model: str) -> None:
    """By the schema of its inputs; one picture or a list of them comes back."""
    async with replicate(model) as setup:
        able = setup.provider.abilities
        result, _ = await setup.draw(size=able.fit(Size(1536, 1024)), count=able.most)
    assert len(result.pictures) == able.most


async def test_runpod_gets_the_workers_input_and_a_time_to_live() -> None:
    """Placeholders keep their type, and one in somebody's words stays what it is."""
    async with runpod(second=1_000) as setup:
        result, _ = await setup.draw(count=2)
        [call] = setup.fake.paid
    sent = call.body["input"]
    assert {name: sent[name] for name in ("prompt", "width", "height", "count")} == {
        "prompt": "a {{seed}} fox",
        "width": 1024,
        "height": 768,
        "count": 2,
    }
    assert isinstance(sent["seed"], int)
    assert call.body["policy"] == {"executionTimeout": 240_000, "ttl": 1_800_000}
    assert (len(set(result.pictures)), result.cost) == (2, Cost(2_500, is_estimate=True))


async def test_seconds_of_a_prediction_are_the_cost_where_they_have_a_price() -> None:
    """`metrics.predict_time`, which is what Replicate bills then."""
    async with replicate(second=1_000) as setup:
        result, _ = await setup.draw()
    assert result.cost == Cost(2_500)


async def test_a_cold_start_is_told(setup: TicketSetup) -> None:
    """On Replicate only after some seconds, since each prediction starts; on RunPod while no worker is up."""
    setup.fake.hold()
    ticket = await setup.provider.submit(request())
    setup.clock.move(timedelta(seconds=6))
    answer = asyncio.Event()

    async def on_progress(progress: Progress) -> None:
        if progress.is_warming_up:
            setup.fake.go_on()
            answer.set()

    await setup.provider.collect(ticket, on_progress)
    assert answer.is_set()


async def test_any_worker_collects_again_and_nothing_is_paid_for_twice(setup: TicketSetup) -> None:
    """By the ticket alone."""
    ticket = await setup.provider.submit(request())
    again = Ticket(id=ticket.id, expires_at=ticket.expires_at, cost=ticket.cost)
    first, second = await setup.provider.collect(ticket, ProgressLog()), await setup.provider.collect(again, ProgressLog())
    assert first.pictures == second.pictures
    assert len(setup.fake.paid) == 1


async def test_a_state_in_no_documentation_is_work_that_goes_on(setup: TicketSetup) -> None:
    """It is drawn after all."""
    setup.fake.fail(Fault(kind=Kind.STATE, where="reticulating"))
    result, _ = await setup.draw()
    assert len(result.pictures) == 1


@pytest.mark.parametrize("fault", [Kind.CUT_BEFORE, Kind.CUT_AFTER_PAID, Kind.REPLY, Kind.GARBAGE])
async def test_a_call_without_a_usable_answer_is_an_unknown_outcome(setup: TicketSetup, fault: Kind) -> None:
    """It is asked once."""
    setup.fake.fail(fault)
    with pytest.raises(OutcomeUnknown):
        await setup.provider.submit(request())
    assert len([seen for seen in setup.fake.seen if seen.method == "POST"]) == 1


@pytest.mark.parametrize(
    ("trouble", "fault", "wait"),
    [
        (Trouble.OUT_OF_MONEY, ProviderFault.OUT_OF_MONEY, None),
        (Trouble.RATE_LIMITED, ProviderFault.RATE_LIMITED, timedelta(seconds=7)),
        (Trouble.RATE_LIMITED_WITHOUT_HEADERS, ProviderFault.RATE_LIMITED, None),
    ],
)
async def test_a_call_that_is_turned_away_costs_nothing(
    setup: TicketSetup, trouble: Trouble, fault: ProviderFault, wait: timedelta | None
) -> None:
    """And says why, and for how long."""
    setup.fake.fail(trouble)
    with pytest.raises(ProviderFailed) as caught:
        await setup.provider.submit(request())
    assert (caught.value.fault, caught.value.retry_after) == (fault, wait)
    assert not isinstance(caught.value, OutcomeUnknown)


async def test_a_flagged_picture_is_a_refusal(setup: TicketSetup) -> None:
    """By the model's own words; nobody else is asked then."""
    setup.fake.fail(Trouble.FLAGGED)
    with pytest.raises(PromptRefused) as caught:
        await setup.draw()
    assert caught.value.request_id in setup.fake.calls


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        (Trouble.NO_MEMORY, ProviderFault.OUT_OF_MEMORY),
        (Trouble.BROKEN, ProviderFault.BAD_ANSWER),
        (Trouble.LATE, ProviderFault.TIMED_OUT),
        (Trouble.NO_PICTURE, ProviderFault.BAD_ANSWER),
        (Trouble.OTHER_CALL, ProviderFault.BAD_ANSWER),
        (Fault(kind=Kind.PICTURE, where="https://10.1.2.3/a.png"), ProviderFault.BAD_ANSWER),
    ],
)
async def test_a_job_that_ends_without_a_picture_fails_with_its_id(
    setup: TicketSetup, trouble: Trouble | Fault, fault: ProviderFault
) -> None:
    """And none of the prompt is in what the log gets."""
    setup.fake.fail(trouble)
    with pytest.raises(ProviderFailed) as caught:
        await setup.draw()
    assert caught.value.fault is fault
    assert caught.value.request_id in setup.fake.calls
    assert "fox" not in str(caught.value)


async def test_a_job_that_the_service_has_forgotten_is_an_unknown_outcome(setup: TicketSetup) -> None:
    """So is the ticket of somebody else, which it does not show."""
    setup.fake.fail(Kind.FORGET)
    ticket = await setup.provider.submit(request())
    for each in (ticket, Ticket(id="../account", expires_at=ticket.expires_at)):
        with pytest.raises(OutcomeUnknown):
            await setup.provider.collect(each, ProgressLog())


async def test_collecting_ends_with_the_ticket(setup: TicketSetup) -> None:
    """After an hour on Replicate, after half an hour on RunPod."""
    setup.fake.hold()
    ticket = await setup.provider.submit(request())
    setup.clock.move(timedelta(hours=1))
    with pytest.raises(OutcomeUnknown):
        await setup.provider.collect(ticket, ProgressLog())


async def test_cancelling_costs_nothing_before_it_has_begun(setup: TicketSetup) -> None:
    """And the job is stopped there."""
    setup.fake.hold()
    ticket = await setup.provider.submit(request())
    assert await setup.provider.cancel(ticket) == Cost()
    assert setup.fake.calls[ticket.id].is_cancelled


async def test_cancelling_what_is_done_costs_the_picture() -> None:
    """It cannot be stopped any more."""
    async with replicate() as setup:
        ticket = await setup.provider.submit(request())
        assert await setup.provider.cancel(ticket) == ticket.cost
    async with runpod(second=1_000) as setup:
        ticket = await setup.provider.submit(request())
        assert await setup.provider.cancel(ticket) == Cost(2_500, is_estimate=True)


async def test_cancelling_what_runs_is_charged_by_its_seconds() -> None:
    """RunPod does not say them."""
    async with replicate(second=1_000, options=Options(delay=1_000)) as setup:
        ticket = await setup.provider.submit(request())
        assert await setup.provider.cancel(ticket) == Cost(2_500)
    async with runpod(second=1_000, options=Options(delay=1_000)) as setup:
        ticket = await setup.provider.submit(request())
        assert await setup.provider.cancel(ticket) is None


async def test_cancelling_at_a_service_that_does_not_answer_costs_nobody_knows_what(setup: TicketSetup) -> None:
    """It never raises."""
    ticket = await setup.provider.submit(request())
    await setup.fake.__aexit__()
    assert await setup.provider.cancel(ticket) is None


async def test_what_the_model_cannot_do_is_not_sent(setup: TicketSetup) -> None:
    """Nothing is asked, so that nothing is paid."""
    with pytest.raises(ProviderFailed):
        await setup.provider.submit(request(size=Size(9_000, 9_000)))
    assert not setup.fake.seen


async def test_the_check_tells_a_wrong_key_from_a_wrong_name() -> None:
    """And costs nothing."""
    openings = [
        (replicate(), Health.OK, "accepts"),
        (replicate("me/nothing"), Health.WRONG, "no such model"),
        (replicate(key="old", options=Options(key="new")), Health.WRONG, "does not accept"),
        (runpod(), Health.OK, "accepts"),
        (runpod(endpoint="e2"), Health.WRONG, "no such endpoint"),
        (runpod(key="old", options=Options(key="new")), Health.WRONG, "does not accept"),
    ]
    for opening, health, words in openings:
        async with opening as setup:
            [finding] = await setup.provider.check()
            assert finding.health is health
            assert words in finding.text
            assert not setup.fake.calls
