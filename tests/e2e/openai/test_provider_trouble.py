"""What becomes of a picture when OpenAI, a gateway or the network fails: each trouble told apart, none repeated here."""

from datetime import timedelta

import pytest

from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from tests.e2e.openai.calls import KEY, PROMPT, client_of, failure_of, images, request
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.progress import ProgressLog

LITELLM = {"error": {"message": "litellm.InternalServerError: no", "type": "internal_server_error", "param": None, "code": "500"}}
"""What LiteLLM's proxy makes of an upstream answer that was cut or that it could not read."""

NEVER_ACCEPTED = {Kind.CUT_BEFORE, Kind.GATEWAY_TIMEOUT, Kind.BAD_GATEWAY, Kind.ERROR_ANSWER}

STREAMED_AND_WHOLE = pytest.mark.parametrize("count", [1, 2], ids=["streamed", "whole"])


@STREAMED_AND_WHOLE
@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (Kind.BAD_KEY, ProviderFault.BAD_KEY),
        (Kind.UNVERIFIED, ProviderFault.NOT_PERMITTED),
        (Kind.ACCOUNT_BLOCKED, ProviderFault.NOT_PERMITTED),
        (Kind.RATE_LIMITED, ProviderFault.RATE_LIMITED),
        (Kind.SLOW_DOWN, ProviderFault.RATE_LIMITED),
        (Kind.OUT_OF_MONEY, ProviderFault.OUT_OF_MONEY),
        (Kind.BILLING_STOP, ProviderFault.OUT_OF_MONEY),
        (Kind.NO_MODEL, ProviderFault.BAD_REQUEST),
        (Kind.SERVER_ERROR, ProviderFault.OVERLOADED),
        (Kind.OVERLOADED, ProviderFault.OVERLOADED),
    ],
)
async def test_an_error_answer_is_asked_for_once_and_costs_nothing(
    client: OpenAiClient, fake: FakeOpenAI, kind: Kind, fault: ProviderFault, count: int
) -> None:
    """The SDK does not repeat it on its own; the service's id of it is in the log's text."""
    fake.fail(Endpoint.IMAGES, Fault(kind=kind, says=f"{KEY} {PROMPT}"))
    error = await failure_of(lambda: images(client).draw(request(count), ProgressLog()))
    assert type(error) is ProviderFailed
    assert (error.fault, error.request_id) == (fault, fake.seen[0].request_id)
    assert (len(fake.seen), fake.paid) == (1, [])
    assert fake.seen[0].request_id in str(error)
    assert error.is_temporary is (fault in {ProviderFault.RATE_LIMITED, ProviderFault.OVERLOADED})


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, timedelta(seconds=1.5)),
        ({"Retry-After": "600"}, timedelta(minutes=10)),
    ],
)
async def test_how_long_to_wait_is_passed_on(
    client: OpenAiClient, fake: FakeOpenAI, headers: dict[str, str], wait: timedelta | None
) -> None:
    """Whoever tries again keeps to it."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.RATE_LIMITED, headers=headers))
    error = await failure_of(lambda: images(client).draw(request(), ProgressLog()))
    assert isinstance(error, ProviderFailed)
    assert error.retry_after == wait


@STREAMED_AND_WHOLE
@pytest.mark.parametrize("stage", ["input", "output", ""])
async def test_a_refusal_names_the_category_and_nothing_of_the_prompt(
    client: OpenAiClient, fake: FakeOpenAI, stage: str, count: int
) -> None:
    """From the details, or from the message where there are none."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.MODERATION_BLOCKED, categories=("violence",), stage=stage, says=PROMPT))
    error = await failure_of(lambda: images(client).draw(request(count), ProgressLog()))
    assert isinstance(error, PromptRefused)
    assert error.user_text == (
        "The image service will not draw this because of violence; please try other words. "
        "Nothing was drawn and nothing was counted."
    )
    assert error.request_id == fake.seen[0].request_id
    assert fake.seen[0].request_id in str(error)
    assert PROMPT not in str(error)


@pytest.mark.parametrize("kind", [Kind.OLD_REFUSAL, Kind.AZURE_FILTER, Kind.LEGAL_REASONS])
async def test_older_and_foreign_refusals_are_refusals_too(client: OpenAiClient, fake: FakeOpenAI, kind: Kind) -> None:
    """Without a category."""
    fake.fail(Endpoint.IMAGES, kind)
    error = await failure_of(lambda: images(client).draw(request(), ProgressLog()))
    assert isinstance(error, PromptRefused)
    assert error.user_text.startswith("The image service will not draw this; please try other words.")


@pytest.mark.parametrize(
    ("fault", "count", "knows_id"),
    [
        (Fault(kind=Kind.CUT_BEFORE), 1, False),
        (Fault(kind=Kind.CUT_BEFORE), 2, False),
        (Fault(kind=Kind.CUT_AFTER_PAID), 1, False),
        (Fault(kind=Kind.CUT_AFTER_PAID), 2, False),
        (Fault(kind=Kind.CUT_MID_BODY), 2, True),
        (Fault(kind=Kind.CUT_MID_STREAM, after=0), 1, True),
        (Fault(kind=Kind.CUT_MID_STREAM, after=1), 1, True),
        (Fault(kind=Kind.CUT_MID_STREAM, after=2), 1, True),
        (Fault(kind=Kind.NO_COMPLETED), 1, True),
        (Fault(kind=Kind.GARBAGE_EVENT), 1, True),
        (Fault(kind=Kind.GARBAGE), 1, True),
        (Fault(kind=Kind.GARBAGE), 2, True),
        (Fault(kind=Kind.GATEWAY_TIMEOUT), 1, True),
        (Fault(kind=Kind.BAD_GATEWAY), 1, True),
        (Fault(kind=Kind.BAD_GATEWAY), 2, True),
        (Fault(kind=Kind.ERROR_ANSWER, status=500, answer=LITELLM), 1, True),
        (Fault(kind=Kind.ERROR_ANSWER, status=500, answer=LITELLM), 2, True),
    ],
    ids=lambda value: f"{value.kind}-{value.after}" if isinstance(value, Fault) else str(value),
)
async def test_where_the_end_was_not_seen_the_outcome_is_unknown(
    client: OpenAiClient, fake: FakeOpenAI, fault: Fault, count: int, knows_id: bool
) -> None:
    """It may be paid for, so it is neither repeated here nor called a failure; its id is told where one had come."""
    fake.fail(Endpoint.IMAGES, fault)
    error = await failure_of(lambda: images(client).draw(request(count), ProgressLog()))
    assert isinstance(error, OutcomeUnknown)
    assert error.request_id == (fake.seen[0].request_id if knows_id else None)
    assert len(fake.seen) == 1
    assert len(fake.paid) == (0 if fault.kind in NEVER_ACCEPTED else 1)


@pytest.mark.parametrize("kind", [Kind.ERROR_EVENT, Kind.NESTED_ERROR_EVENT])
async def test_an_error_in_the_midst_of_a_stream_is_told_apart_by_its_code(
    client: OpenAiClient, fake: FakeOpenAI, kind: Kind
) -> None:
    """Flat or nested, it is the service's own word that nothing came of it."""
    codes = {
        "server_error": ProviderFault.OVERLOADED,
        "rate_limit_exceeded": ProviderFault.RATE_LIMITED,
        "billing_hard_limit_reached": ProviderFault.OUT_OF_MONEY,
    }
    for code, fault in codes.items():
        fake.fail(Endpoint.IMAGES, Fault(kind=kind, code=code, says=PROMPT, after=0))
        error = await failure_of(lambda: images(client).draw(request(), ProgressLog()))
        assert type(error) is ProviderFailed
        assert (error.fault, error.request_id) == (fault, fake.seen[-1].request_id)
        assert PROMPT not in str(error)


async def test_an_error_after_a_preview_is_an_unknown_outcome(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Drawing had begun by then, whatever the error says."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.ERROR_EVENT, code="server_error", after=1))
    error = await failure_of(lambda: images(client).draw(request(), ProgressLog()))
    assert isinstance(error, OutcomeUnknown)


async def test_a_picture_that_is_stopped_after_its_previews_is_refused(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """The check of the result comes last."""
    news = ProgressLog()
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.ERROR_EVENT, code="moderation_blocked", after=2, categories=("sexual",)))
    error = await failure_of(lambda: images(client).draw(request(), news))
    assert isinstance(error, PromptRefused)
    assert "because of sexual content" in error.user_text
    assert len(news.shown) == 2


@STREAMED_AND_WHOLE
async def test_an_error_that_calls_itself_200_is_an_error(client: OpenAiClient, fake: FakeOpenAI, count: int) -> None:
    """Gateways do that; where it does not say why, nobody knows what was drawn."""
    for code, kind in {"server_error": OutcomeUnknown, "rate_limit_exceeded": ProviderFailed}.items():
        fake.fail(Endpoint.IMAGES, Fault(kind=Kind.ERROR_IN_200, code=code))
        error = await failure_of(lambda: images(client).draw(request(count), ProgressLog()))
        assert type(error) is kind


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (Kind.NO_PICTURES, 2),
        (Kind.EMPTY_JSON_TO_STREAM, 1),
        (Kind.BAD_BASE64, 1),
        (Kind.BAD_BASE64, 2),
    ],
)
async def test_a_whole_answer_of_no_use_is_a_bad_answer(client: OpenAiClient, fake: FakeOpenAI, kind: Kind, count: int) -> None:
    """It came, so its outcome is known and booked; where it is empty, the words may have been refused."""
    fake.fail(Endpoint.IMAGES, kind)
    news = ProgressLog()
    error = await failure_of(lambda: images(client).draw(request(count), news))
    assert type(error) is ProviderFailed
    assert (error.fault, error.request_id) == (ProviderFault.BAD_ANSWER, fake.seen[0].request_id)
    assert not error.is_temporary
    assert error.may_be_refusal is (kind is not Kind.BAD_BASE64)
    assert ("gave no picture, perhaps because its own filter stopped it" in error.user_text) is error.may_be_refusal
    assert news.costs[-1].microusd > 1756 * 30 * count - 1


async def test_fewer_pictures_than_asked_for_are_better_than_none(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """They are paid for; what did not come is not counted."""
    fake.fail(Endpoint.IMAGES, Kind.FEWER_PICTURES)
    drawn = await images(client).draw(request(3), ProgressLog())
    assert len(drawn.pictures) == 2


async def test_a_service_that_is_not_there_is_unreachable(fake: FakeOpenAI) -> None:
    """Nothing was sent, so it may be tried again."""
    async with FakeOpenAI() as short_lived:
        pass
    async with client_of(short_lived) as client:
        error = await failure_of(lambda: images(client).draw(request(), ProgressLog()))
    assert type(error) is ProviderFailed
    assert error.fault is ProviderFault.UNREACHABLE
    assert error.is_temporary
