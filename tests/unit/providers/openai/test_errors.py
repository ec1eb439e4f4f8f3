"""The table of errors: what each answer of the API, and each broken connection, means to us."""

import ssl
from datetime import timedelta

import httpx2
import openai
import pytest

from bot.errors import OutcomeUnknown, PromptRefused, ProviderFailed, ProviderFault
from bot.providers.openai.errors import translate

REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/images/generations")
SECRETS = ("sk-abcdef", "a naked prompt")


def status_error(status: int, error: object, headers: dict[str, str] | None = None) -> openai.APIStatusError:
    """Make an error as the SDK makes it of an answer; every message repeats secrets, as the real ones may."""
    response = httpx2.Response(status, headers={"x-request-id": "req_1"} | (headers or {}), request=REQUEST)
    return openai.APIStatusError(f"{status}: {SECRETS}", response=response, body=error)


def said(message: str = "", **fields: object) -> dict[str, object]:
    """Make the body of an error."""
    return {"message": f"{message} {' '.join(SECRETS)}", "type": "invalid_request_error", "code": None, "param": None} | fields


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, said(code="unknown_parameter", param="response_format"), ProviderFault.BAD_REQUEST),
        (400, said(code="invalid_value"), ProviderFault.BAD_REQUEST),
        (400, said(code="billing_hard_limit_reached"), ProviderFault.OUT_OF_MONEY),
        (400, said("Billing hard limit has been reached"), ProviderFault.OUT_OF_MONEY),
        (401, said(code="invalid_api_key"), ProviderFault.BAD_KEY),
        (402, {"detail": "Payment required"}, ProviderFault.OUT_OF_MONEY),
        (403, said("Your organization must be verified to use the model"), ProviderFault.NOT_PERMITTED),
        (403, said("temporarily blocked ... content policy", code="content_policy_violation"), ProviderFault.NOT_PERMITTED),
        (404, said(code="model_not_found"), ProviderFault.BAD_REQUEST),
        (405, "Method Not Allowed", ProviderFault.BAD_REQUEST),
        (409, said(), ProviderFault.OVERLOADED),
        (413, "too large", ProviderFault.BAD_REQUEST),
        (422, {"detail": [{"loc": ["body", "size"]}]}, ProviderFault.BAD_REQUEST),
        (429, said(code="rate_limit_exceeded"), ProviderFault.RATE_LIMITED),
        (429, said(type="rate_limit_error", code="slow_down"), ProviderFault.RATE_LIMITED),
        (429, "slow down", ProviderFault.RATE_LIMITED),
        (429, said(type="insufficient_quota", code="credit_balance_exhausted"), ProviderFault.OUT_OF_MONEY),
        (429, said(type="insufficient_quota", code="organization_spend_limit_exceeded"), ProviderFault.OUT_OF_MONEY),
        (429, said(type="x", code="project_spend_limit_exceeded"), ProviderFault.OUT_OF_MONEY),
        (429, said(type="x", code="organization_usage_limit_exceeded"), ProviderFault.OUT_OF_MONEY),
        (429, said(type="x", code="insufficient_quota"), ProviderFault.OUT_OF_MONEY),
        (500, said(type="server_error", code="server_error"), ProviderFault.OVERLOADED),
        (502, "<html>", ProviderFault.OVERLOADED),
        (503, said(type="service_unavailable_error", code="server_is_overloaded"), ProviderFault.OVERLOADED),
        (529, None, ProviderFault.OVERLOADED),
    ],
)
def test_an_error_answer_is_a_failure_that_cost_nothing(status: int, body: object, fault: ProviderFault) -> None:
    """By its code first, then by its status."""
    failure = translate(status_error(status, body), "openai")
    assert type(failure) is ProviderFailed
    assert (failure.fault, failure.request_id, failure.provider) == (fault, "req_1", "openai")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said(type="image_generation_user_error", code="moderation_blocked")),
        (400, said(code="content_policy_violation")),
        (400, said(code="contentFilter")),
        (400, said(code="content_filter")),
        (400, said(code="invalid_prompt")),
        (400, said("Your request was rejected as a result of our safety system.")),
        (400, said("litellm.ContentPolicyViolationError: moderation_blocked", code="400")),
        (422, said(code="image_content_policy_violation")),
        (451, "Unavailable"),
    ],
)
def test_every_spelling_of_a_refusal_is_one(status: int, body: object) -> None:
    """OpenAI's now and then, Azure's, and gateways'."""
    refusal = translate(status_error(status, body), "openai")
    assert isinstance(refusal, PromptRefused)
    assert refusal.request_id == "req_1"
    assert "please try other words" in refusal.user_text


@pytest.mark.parametrize(
    "body",
    [
        said(code="moderation_blocked", moderation_details={"moderation_stage": "input", "categories": ["violence", "x"]}),
        said("rejected by the safety system. safety_violations=[violence, x].", code="moderation_blocked"),
    ],
)
def test_a_refusal_names_the_category_where_the_answer_does(body: object) -> None:
    """In its details, or in the older message; what we do not know is not repeated."""
    refusal = translate(status_error(400, body), "openai")
    assert isinstance(refusal, PromptRefused)
    assert refusal.user_text.startswith("The image service will not draw this because of violence;")
    assert refusal.rule == "moderation_blocked:violence"


@pytest.mark.parametrize("status", [408, 499, 504, 520, 524])
def test_where_somebody_on_the_way_gave_up_the_outcome_is_unknown(status: int) -> None:
    """The picture may be drawn and paid for all the same."""
    failure = translate(status_error(status, "<html>gateway time-out</html>"), "openai")
    assert isinstance(failure, OutcomeUnknown)
    assert failure.request_id == "req_1"


@pytest.mark.parametrize(
    "cause",
    [
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("late"),
        httpx2.PoolTimeout("busy"),
        httpx2.ProxyError("no"),
    ],
)
def test_a_call_that_never_left_may_be_made_again(cause: Exception) -> None:
    """Nobody can have charged for it."""
    failure = translate(caused(openai.APIConnectionError(request=REQUEST), cause), "openai")
    assert type(failure) is ProviderFailed
    assert failure.fault is ProviderFault.UNREACHABLE
    assert failure.is_temporary


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (httpx2.ReadError("reset"), ProviderFault.UNREACHABLE),
        (httpx2.RemoteProtocolError("half"), ProviderFault.UNREACHABLE),
        (httpx2.WriteError("reset"), ProviderFault.UNREACHABLE),
        (httpx2.ReadTimeout("late"), ProviderFault.TIMED_OUT),
        (httpx2.DecodingError("zip"), ProviderFault.UNREACHABLE),
        (ssl.SSLError("bad record"), ProviderFault.UNREACHABLE),
        (openai.OpenAIError("something new"), ProviderFault.UNREACHABLE),
    ],
)
def test_a_call_that_may_have_arrived_is_never_made_again(cause: Exception, fault: ProviderFault) -> None:
    """Raised by the SDK, or by the HTTP library while a body was read."""
    for error in (caused(openai.APIConnectionError(request=REQUEST), cause), cause):
        failure = translate(error, "openai", request_id="req_2")
        assert isinstance(failure, OutcomeUnknown)
        assert not failure.is_temporary
        assert (failure.fault, failure.request_id) == (fault, "req_2")


def test_a_lost_answer_to_a_cheap_call_is_only_a_lost_answer() -> None:
    """Rewriting may be asked for again."""
    failure = translate(caused(openai.APIConnectionError(request=REQUEST), httpx2.ReadError("reset")), "x", is_repeatable=True)
    assert type(failure) is ProviderFailed
    assert failure.is_temporary


def test_an_address_of_another_protocol_is_a_mistake_in_the_settings() -> None:
    """It helps nobody to try again."""
    failure = translate(caused(openai.APIConnectionError(request=REQUEST), httpx2.UnsupportedProtocol("ftp")), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.fault is ProviderFault.BAD_REQUEST


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_is_passed_on(status: int) -> None:
    """For every answer that says so."""
    failure = translate(status_error(status, said(), {"retry-after": "7"}), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.retry_after == timedelta(seconds=7)


def test_azures_own_request_id_is_found() -> None:
    """It has another header."""
    response = httpx2.Response(500, headers={"apim-request-id": "azure-7"}, request=REQUEST)
    failure = translate(openai.APIStatusError("x", response=response, body=None), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.request_id == "azure-7"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 451, 500, 504])
@pytest.mark.parametrize("body", [said(), said(code="sk-abcdef a naked prompt"), " ".join(SECRETS), [*SECRETS]])
def test_nothing_of_the_prompt_or_the_key_gets_into_error_or_sentence(status: int, body: object) -> None:
    """Messages of the service repeat both; so may a gateway's codes."""
    failure = translate(status_error(status, body), "openai")
    for secret in SECRETS:
        assert secret not in f"{failure} {failure.user_text} {failure!r}"


def caused(error: Exception, cause: Exception) -> Exception:
    """Chain them as `raise error from cause` does."""
    error.__cause__ = cause
    return error
