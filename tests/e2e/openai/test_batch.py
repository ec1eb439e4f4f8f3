"""Pictures of the relaxed lane through the real SDK from a fake OpenAI: drawn, late, refused, forgotten, cancelled."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from openai.types import Batch

from bot.domain.health import Health
from bot.domain.images import DrawingId, ImageResult, Lane, Progress, Quality, Size
from bot.domain.money import FREE, Cost
from bot.domain.tickets import Ticket
from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault, StillDrawing
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.models import known_models
from bot.providers.openai_batch.images import OpenAiBatch
from tests.e2e.openai.calls import PROMPT, request
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind

PICTURE = Cost((52_680 + 80) // 2)
"""1756 tokens of a picture at $15 and 16 of words at $2.50 for a million."""


async def no_news(_: Progress) -> None:
    """Hear nothing."""


@pytest.fixture
def clock() -> StoppedClock:
    """Return the time."""
    return StoppedClock()


@pytest.fixture
def provider(client: OpenAiClient, clock: StoppedClock) -> OpenAiBatch:
    """Return the provider."""
    model = known_models()["gpt-image-2"]
    assert model.prices is not None
    halved = replace(model, prices=model.prices.halve())
    return OpenAiBatch(client, halved, name="relaxed", attribution="by AI", clock=clock)


async def collect(provider: OpenAiBatch, ticket: Ticket) -> ImageResult:
    """Look for the result."""
    return await provider.collect(ticket, no_news)


async def test_a_batch_of_one_line_is_drawn_for_half_the_price(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """The line is what the images endpoint takes, it bears the drawing's id, and both files go after three days."""
    ticket = await provider.submit(request())
    result = await collect(provider, ticket)
    [paid] = fake.paid
    assert (paid.endpoint, paid.prompt, paid.n) == (Endpoint.BATCHES, PROMPT, 1)
    assert (len(result.pictures), result.model, result.cost) == (1, "gpt-image-2", PICTURE)
    assert result.request_id is not None
    line = json.loads(next(iter(fake.state.uploads.values())))
    assert (line["custom_id"], line["method"], line["url"]) == (ticket.id, "POST", "/v1/images/generations")
    [made] = [seen.body for seen in fake.seen if seen.endpoint is Endpoint.BATCHES]
    assert made["metadata"] == {"drawing": ticket.id}
    assert made["output_expires_after"] == {"anchor": "created_at", "seconds": 3 * 24 * 3600}


async def test_what_the_fake_answers_is_what_the_sdk_expects(
    fake: FakeOpenAI, client: OpenAiClient, provider: OpenAiBatch
) -> None:
    """The SDK's own types read it strictly."""
    ticket = await provider.submit(request())
    sdk = await client.load()
    answer = await sdk.batches.with_raw_response.retrieve(ticket.details["batch"])
    Batch.model_validate(json.loads(answer.content), strict=True)


async def test_nobody_waits_for_a_batch_and_looks_grow_rarer(
    fake: FakeOpenAI, provider: OpenAiBatch, clock: StoppedClock
) -> None:
    """From seconds to minutes."""
    fake.state.may_draw.clear()
    ticket = await provider.submit(request())
    pauses = []
    for _ in range(3):
        with pytest.raises(StillDrawing) as raised:
            await collect(provider, ticket)
        pauses.append(raised.value.pause)
        clock.move(timedelta(minutes=30))
    assert timedelta(seconds=3) < pauses[0] < timedelta(seconds=10)
    assert timedelta(minutes=5) < pauses[1] <= pauses[2] < timedelta(minutes=15)
    fake.state.may_draw.set()
    assert len((await collect(provider, ticket)).pictures) == 1


async def test_what_passes_is_asked_again_later_and_nothing_is_paid_twice(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """A cut connection, an overloaded service, an answer that is none."""
    ticket = await provider.submit(request())
    fake.fail(Endpoint.BATCH_LOOKS, Kind.CUT_BEFORE, Kind.OVERLOADED, Kind.GARBAGE)
    fake.fail(Endpoint.FILES, Kind.CUT_BEFORE)
    for _ in range(4):
        with pytest.raises(StillDrawing):
            await collect(provider, ticket)
    assert len((await collect(provider, ticket)).pictures) == 1
    assert len(fake.paid) == 1


async def test_an_answer_that_got_lost_is_found_by_the_drawings_id(
    fake: FakeOpenAI, provider: OpenAiBatch, clock: StoppedClock
) -> None:
    """Among many others; what is not in the list after two minutes was never made."""
    for number in range(150):
        await provider.submit(replace(request(), drawing=DrawingId(f"other-{number}")))
    asked = replace(request(), drawing=DrawingId("mine"))
    fake.fail(Endpoint.BATCHES, Kind.CUT_AFTER_PAID)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(asked)
    known = provider.known_ticket(asked.drawing)
    for _ in range(2):
        await provider.submit(request())
    result = await collect(provider, known)
    assert (len(result.pictures), result.cost) == (1, PICTURE)
    never = provider.known_ticket(DrawingId("never"))
    with pytest.raises(StillDrawing):
        await collect(provider, never)
    clock.move(timedelta(minutes=3))
    with pytest.raises(OutcomeUnknown):
        await collect(provider, never)


async def test_an_upload_that_fails_has_cost_nothing(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """So it may be tried again."""
    fake.fail(Endpoint.FILES, Kind.CUT_AFTER_PAID)
    with pytest.raises(ProviderFailed) as raised:
        await provider.submit(request())
    assert raised.value.is_temporary


@pytest.mark.parametrize(
    ("kind", "error"), [(Kind.GARBAGE, OutcomeUnknown), (Kind.OUT_OF_MONEY, ProviderFailed), (Kind.BAD_KEY, ProviderFailed)]
)
async def test_a_batch_that_is_not_made_says_why(
    fake: FakeOpenAI, provider: OpenAiBatch, kind: Kind, error: type[ProviderFailed]
) -> None:
    """An answer that cannot be read leaves it open."""
    fake.fail(Endpoint.BATCHES, kind)
    with pytest.raises(error):
        await provider.submit(request())


async def test_a_line_that_moderation_blocks_is_a_refusal(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """It stands in the file of errors, and is not paid for."""
    fake.fail(Endpoint.BATCH_LINES, Fault(kind=Kind.MODERATION_BLOCKED, categories=("violence",)))
    ticket = await provider.submit(request())
    with pytest.raises(PromptRefused):
        await collect(provider, ticket)
    assert fake.paid == []


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        (Fault(kind=Kind.EXPIRED), ProviderFault.TIMED_OUT),
        (Fault(kind=Kind.BATCH_FAILED, code="token_limit_exceeded"), ProviderFault.RATE_LIMITED),
        (Fault(kind=Kind.BATCH_FAILED, code="model_not_found"), ProviderFault.BAD_REQUEST),
        (Fault(kind=Kind.BATCH_FAILED, code="billing_hard_limit_reached"), ProviderFault.OUT_OF_MONEY),
        (Fault(kind=Kind.OVERLOADED), ProviderFault.OVERLOADED),
        (Fault(kind=Kind.ERROR_ANSWER, status=500, answer={"error": {}}), ProviderFault.OVERLOADED),
        (Fault(kind=Kind.NO_PICTURES), ProviderFault.BAD_ANSWER),
        (Fault(kind=Kind.BAD_BASE64), ProviderFault.BAD_ANSWER),
    ],
)
async def test_a_batch_that_was_not_drawn_says_why(
    fake: FakeOpenAI, provider: OpenAiBatch, fault: Fault, means: ProviderFault
) -> None:
    """And never that nobody knows: only what was drawn is charged for."""
    fake.fail(Endpoint.BATCH_LINES, fault)
    ticket = await provider.submit(request())
    with pytest.raises(ProviderFailed) as raised:
        await collect(provider, ticket)
    assert not isinstance(raised.value, OutcomeUnknown)
    assert raised.value.fault is means


async def test_what_the_service_has_forgotten_nobody_knows(fake: FakeOpenAI, provider: OpenAiBatch, clock: StoppedClock) -> None:
    """The batch, its file, or both after three days."""
    ticket = await provider.submit(request())
    await collect(provider, ticket)
    fake.state.uploads.clear()
    with pytest.raises(OutcomeUnknown):
        await collect(provider, ticket)
    fake.state.may_draw.clear()
    other = await provider.submit(request())
    clock.move(timedelta(days=3))
    with pytest.raises(OutcomeUnknown):
        await collect(provider, other)
    fake.state.batches.clear()
    with pytest.raises(OutcomeUnknown):
        await collect(provider, ticket)


async def test_an_estimate_stands_for_what_the_answer_does_not_say(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """By the table, for what was asked for; of a ticket that got lost not even that is known."""
    fake.fail(Endpoint.BATCH_LINES, Fault(kind=Kind.NO_USAGE, times=2))
    asked = request()
    result = await collect(provider, await provider.submit(asked))
    assert result.cost == provider.estimate(Size(1024, 1024), Quality.MEDIUM, 1)
    assert result.cost.is_estimate
    lost = replace(asked, drawing=DrawingId("lost"))
    await provider.submit(lost)
    assert (await collect(provider, provider.known_ticket(lost.drawing))).cost == Cost(is_estimate=True)


async def test_a_cancel_is_free_before_it_is_drawn_and_costs_the_price_after(fake: FakeOpenAI, provider: OpenAiBatch) -> None:
    """It may be asked again."""
    fake.state.may_draw.clear()
    ticket = await provider.submit(request())
    assert [await provider.cancel(ticket) for _ in range(2)] == [FREE, FREE]
    with pytest.raises(ProviderFailed, match="cancelled"):
        await collect(provider, ticket)
    fake.state.may_draw.set()
    drawn = await provider.submit(request())
    await collect(provider, drawn)
    assert await provider.cancel(drawn) == PICTURE
    for batch in fake.state.batches.values():
        batch.files.clear()  # type: ignore[attr-defined]  # the state knows them as objects
    assert await provider.cancel(drawn) is None
    fake.state.batches.clear()
    assert await provider.cancel(drawn) is None


async def test_it_draws_in_the_relaxed_lane_and_its_check_looks_at_the_model(provider: OpenAiBatch) -> None:
    """Without previews."""
    assert (provider.abilities.lane, provider.abilities.previews) == (Lane.RELAXED, 0)
    assert {finding.health for finding in await provider.check()} == {Health.OK}
