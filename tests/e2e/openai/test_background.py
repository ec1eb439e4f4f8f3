"""Pictures in the background through the real SDK from a fake OpenAI: collected, refused, forgotten, cancelled."""

from dataclasses import replace

import pytest
from openai.types.responses import Response

from bot.domain.health import Health
from bot.domain.images import Quality, Size
from bot.domain.money import Cost
from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.models import known_models, text_model
from bot.providers.openai_background.images import OpenAiBackground
from tests.e2e.openai.calls import PROMPT, request
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.progress import ProgressLog

PICTURE = Cost(52_680 + 80)
"""1756 tokens of a picture at $30 and 16 of words at $5 for a million."""

WORDS = Cost(200 * 100_000 // 1_000_000 + 40 * 500_000 // 1_000_000)


@pytest.fixture
def provider(client: OpenAiClient) -> OpenAiBackground:
    """Return the provider."""
    return OpenAiBackground(
        client,
        known_models()["gpt-image-2"],
        text_model("gpt-6-luna"),
        name="later",
        attribution="by AI",
        clock=StoppedClock(),
    )


async def test_a_picture_is_collected_by_its_response(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """It costs what the tool used and what the text model did."""
    news = ProgressLog()
    ticket = await provider.submit(request())
    result = await provider.collect(ticket, news)
    again = await provider.collect(ticket, ProgressLog())
    assert (result.pictures, len(result.pictures), len(fake.paid)) == (again.pictures, 1, 1)
    assert result.cost == PICTURE + WORDS == news.all[-1].cost
    assert result.request_id == ticket.id


async def test_what_is_sent_is_what_the_sdk_declares(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """The words as they are, one call of the tool, and the drawing's id where their support finds it."""
    await provider.submit(request(size=Size(1536, 1024), quality=Quality.HIGH))
    body = fake.seen[0].body
    tool = {"type": "image_generation", "model": "gpt-image-2", "action": "generate", "size": "1536x1024", "quality": "high"}
    assert (body["tools"], body["max_tool_calls"], body["input"]) == ([tool], 1, PROMPT)
    assert (body["background"], body["store"], body["reasoning"]) == (True, True, {"effort": "none"})
    assert body["metadata"] == {"drawing": "drawing-1"}


async def test_the_fake_answers_as_the_sdk_declares(provider: OpenAiBackground, client: OpenAiClient) -> None:
    """Strictly, which the SDK itself is not."""
    ticket = await provider.submit(request())
    sdk = await client.load()
    answer = await sdk.responses.with_raw_response.retrieve(ticket.id)
    Response.model_validate_json(answer.content, strict=True)


async def test_an_answer_that_got_lost_is_an_unknown_outcome(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """The service chooses the id, so that nobody can ask for it."""
    fake.fail(Endpoint.RESPONSES, Kind.CUT_AFTER_PAID)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(request())
    assert provider.known_ticket(request().drawing) is None


@pytest.mark.parametrize("kind", [Kind.GARBAGE, Kind.BAD_GATEWAY, Kind.CUT_BEFORE, Kind.CUT_MID_BODY])
async def test_an_answer_that_cannot_be_read_is_an_unknown_outcome(
    fake: FakeOpenAI, provider: OpenAiBackground, kind: Kind
) -> None:
    """It may have been accepted."""
    fake.fail(Endpoint.RESPONSES, kind)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(request())


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (Kind.BAD_KEY, ProviderFault.BAD_KEY),
        (Kind.OUT_OF_MONEY, ProviderFault.OUT_OF_MONEY),
        (Kind.RATE_LIMITED, ProviderFault.RATE_LIMITED),
        (Kind.OVERLOADED, ProviderFault.OVERLOADED),
        (Kind.NO_MODEL, ProviderFault.BAD_REQUEST),
    ],
)
async def test_what_was_not_accepted_was_not_paid_for(
    fake: FakeOpenAI, provider: OpenAiBackground, kind: Kind, fault: ProviderFault
) -> None:
    """Somebody else may draw it."""
    fake.fail(Endpoint.RESPONSES, kind)
    with pytest.raises(ProviderFailed) as raised:
        await provider.submit(request())
    assert (type(raised.value), raised.value.fault) == (ProviderFailed, fault)


@pytest.mark.parametrize("kind", [Kind.BAD_GATEWAY, Kind.RATE_LIMITED, Kind.GARBAGE, Kind.CUT_BEFORE])
async def test_trouble_while_asking_is_not_the_end(fake: FakeOpenAI, provider: OpenAiBackground, kind: Kind) -> None:
    """The picture is paid for, so it is asked for again."""
    ticket = await provider.submit(request())
    fake.fail(Endpoint.RETRIEVALS, kind)
    assert len((await provider.collect(ticket, ProgressLog())).pictures) == 1


@pytest.mark.parametrize("kind", [Kind.BAD_KEY, Kind.UNVERIFIED])
async def test_a_key_that_is_taken_no_more_leaves_the_outcome_unknown(
    fake: FakeOpenAI, provider: OpenAiBackground, kind: Kind
) -> None:
    """It was paid for, so that nobody else is asked."""
    ticket = await provider.submit(request())
    fake.fail(Endpoint.RETRIEVALS, kind)
    with pytest.raises(OutcomeUnknown):
        await provider.collect(ticket, ProgressLog())


async def test_a_response_that_is_forgotten_leaves_the_outcome_unknown(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """As after its time, or with a key of another project."""
    ticket = await provider.submit(request())
    fake.state.responses.clear()
    with pytest.raises(OutcomeUnknown):
        await provider.collect(ticket, ProgressLog())


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Fault(kind=Kind.CALL_BLOCKED, categories=("violence",)), "moderation_blocked:violence"),
        (Fault(kind=Kind.RESPONSE_FAILED, code="image_content_policy_violation"), "image_content_policy_violation"),
        (Fault(kind=Kind.RESPONSE_FAILED, code="bio_policy"), "bio_policy"),
        (Fault(kind=Kind.INCOMPLETE), "content_filter"),
        (Fault(kind=Kind.MODEL_REFUSAL), "invalid_prompt"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_words_that_are_refused_are_told_so(fake: FakeOpenAI, provider: OpenAiBackground, fault: Fault, rule: str) -> None:
    """In whichever of its shapes, and what it cost is told before."""
    news = ProgressLog()
    fake.fail(Endpoint.RESPONSES, fault)
    ticket = await provider.submit(request())
    with pytest.raises(PromptRefused) as raised:
        await provider.collect(ticket, news)
    assert raised.value.rule == rule
    assert news.all[-1].cost is not None


@pytest.mark.parametrize(
    ("fault", "expected", "may_be_refusal"),
    [
        (Fault(kind=Kind.RESPONSE_FAILED, code="server_error"), ProviderFault.OVERLOADED, False),
        (Fault(kind=Kind.RESPONSE_FAILED, code="rate_limit_exceeded"), ProviderFault.RATE_LIMITED, False),
        (Fault(kind=Kind.RESPONSE_FAILED, code="image_parse_error"), ProviderFault.BAD_ANSWER, True),
        (Fault(kind=Kind.NO_PICTURES), ProviderFault.BAD_ANSWER, True),
        (Fault(kind=Kind.BAD_BASE64), ProviderFault.BAD_ANSWER, False),
    ],
    ids=["broken", "too-many", "strange", "only-words", "no-base64"],
)
async def test_an_end_without_a_picture_says_why(
    fake: FakeOpenAI, provider: OpenAiBackground, fault: Fault, expected: ProviderFault, may_be_refusal: bool
) -> None:
    """Where it does not, it may have been the words, and nobody else is asked."""
    fake.fail(Endpoint.RESPONSES, fault)
    with pytest.raises(ProviderFailed) as raised:
        await provider.collect(await provider.submit(request()), ProgressLog())
    assert (type(raised.value), raised.value.fault) == (ProviderFailed, expected)
    assert raised.value.may_be_refusal is may_be_refusal


async def test_a_cost_that_is_not_told_is_an_estimate(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """By the table, for the size and quality that were asked for."""
    fake.fail(Endpoint.RESPONSES, Kind.NO_USAGE)
    result = await provider.collect(await provider.submit(request()), ProgressLog())
    assert result.cost.is_estimate
    assert PICTURE.microusd <= result.cost.microusd <= PICTURE.microusd + 2_000
    assert provider.estimate(Size(1024, 1024), Quality.MEDIUM, 4).microusd >= result.cost.microusd


async def test_a_cancelled_response_draws_nothing_and_costs_nobody_knows_what(
    fake: FakeOpenAI, provider: OpenAiBackground
) -> None:
    """It may be cancelled again."""
    fake.state.may_draw.clear()
    ticket = await provider.submit(request())
    assert [await provider.cancel(ticket) for _ in range(2)] == [None, None]
    with pytest.raises(ProviderFailed, match="cancelled") as raised:
        await provider.collect(ticket, ProgressLog())
    assert not raised.value.may_be_refusal


async def test_a_cancel_that_comes_too_late_says_what_it_cost(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """The books have it all the same; of one that is forgotten nobody knows."""
    ticket = await provider.submit(request())
    await provider.collect(ticket, ProgressLog())
    assert await provider.cancel(ticket) == PICTURE + WORDS
    fake.state.responses.clear()
    assert await provider.cancel(replace(ticket)) is None


async def test_the_check_looks_at_both_models(fake: FakeOpenAI, provider: OpenAiBackground) -> None:
    """The picture's and the text's."""
    assert {finding.health for finding in await provider.check()} == {Health.OK}
    assert len(await provider.check()) == 3
