"""The table of errors: what each answer of the API, and each broken connection, means to us."""

import ssl
from datetime import timedelta

import httpx2
import openai
import pytest

from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.errors import translate_error

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
        (503, said(type="service_unavailable_error", code="server_is_overloaded"), ProviderFault.OVERLOADED),
    ],
)
def test_an_error_answer_is_a_failure_that_cost_nothing(status: int, body: object, fault: ProviderFault) -> None:
    """By its code first, then by its status."""
    failure = translate_error(status_error(status, body), "openai")
    assert type(failure) is ProviderFailed
    assert (failure.fault, failure.request_id, failure.provider) == (fault, "req_1", "openai")


HTML = "<html><h1>Something went wrong</h1></html>"
OWN_500 = said(type="server_error", code="server_error")
OWN_503 = said(type="service_unavailable_error", code="server_is_overloaded")
LITELLM = said("litellm.InternalServerError: OpenAIException", type="internal_server_error", code="500")
AZURE = {"code": "InternalServerError", "message": "The service had a hiccup."}
SHAPES: list[object] = [HTML, OWN_500, OWN_503, LITELLM, AZURE, {"detail": "Image generation failed"}, None, [], {}]
SURELY_UNDRAWN: list[tuple[int, object]] = [
    (500, OWN_500),
    (500, said(type="server_error", code=None)),
    (503, OWN_503),
    (503, said(type="service_unavailable_error", code=None)),
    *((429, shape) for shape in SHAPES),
]


@pytest.mark.parametrize(("status", "body"), SURELY_UNDRAWN)
def test_what_was_surely_not_drawn_is_asked_for_again(status: int, body: object) -> None:
    """A limit, in any shape, and the service's own documented way to say that it could not."""
    failure = translate_error(status_error(status, body), "openai")
    assert type(failure) is ProviderFailed
    assert failure.is_temporary


@pytest.mark.parametrize("status", [408, 409, 499, 500, 501, 502, 503, 504, 507, 520, 522, 524, 529])
@pytest.mark.parametrize("body", SHAPES, ids=lambda shape: str(shape)[:30])
def test_everything_else_that_breaks_on_the_way_is_an_unknown_outcome(status: int, body: object) -> None:
    """The picture may be drawn and paid for all the same: never repeated, and nobody else is asked."""
    if (status, body) in SURELY_UNDRAWN:
        return
    failure = translate_error(status_error(status, body), "openai")
    assert isinstance(failure, OutcomeUnknown)
    assert not failure.is_temporary
    assert failure.request_id == "req_1"
    assert failure.user_text == (
        "The image service answered with an error that does not say whether it drew. Nothing was counted; you can draw it again."
    )


def test_a_cheap_call_is_asked_for_again_after_any_of_them() -> None:
    """Rewriting costs next to nothing."""
    failure = translate_error(status_error(502, HTML, {"retry-after": "7"}), "rewriter", is_repeatable=True)
    assert type(failure) is ProviderFailed
    assert (failure.fault, failure.retry_after) == (ProviderFault.OVERLOADED, timedelta(seconds=7))
    assert failure.is_temporary


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
    failure = translate_error(caused(openai.APIConnectionError(request=REQUEST), cause), "openai")
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
        (httpx2.DecodingError("zip"), ProviderFault.BAD_ANSWER),
        (ssl.SSLError("bad record"), ProviderFault.UNREACHABLE),
        (openai.OpenAIError("something new"), ProviderFault.UNREACHABLE),
    ],
)
def test_a_call_that_may_have_arrived_is_never_made_again(cause: Exception, fault: ProviderFault) -> None:
    """Raised by the SDK, or by the HTTP library while a body was read."""
    for error in (caused(openai.APIConnectionError(request=REQUEST), cause), cause):
        failure = translate_error(error, "openai", request_id="req_2")
        assert isinstance(failure, OutcomeUnknown)
        assert not failure.is_temporary
        assert (failure.fault, failure.request_id) == (fault, "req_2")


def test_a_lost_answer_to_a_cheap_call_is_only_a_lost_answer() -> None:
    """Rewriting may be asked for again."""
    failure = translate_error(
        caused(openai.APIConnectionError(request=REQUEST), httpx2.ReadError("reset")), "x", is_repeatable=True
    )
    assert type(failure) is ProviderFailed
    assert failure.is_temporary


def test_an_address_of_another_protocol_is_a_mistake_in_the_settings() -> None:
    """It helps nobody to try again."""
    failure = translate_error(caused(openai.APIConnectionError(request=REQUEST), httpx2.UnsupportedProtocol("ftp")), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.fault is ProviderFault.BAD_REQUEST


@pytest.mark.parametrize(("status", "body"), [(429, said()), (503, OWN_503)], ids=["429", "503"])
def test_how_long_to_wait_is_passed_on(status: int, body: object) -> None:
    """For every answer that says so."""
    failure = translate_error(status_error(status, body, {"retry-after": "7"}), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.retry_after == timedelta(seconds=7)


def test_azures_own_request_id_is_found() -> None:
    """It has another header."""
    response = httpx2.Response(500, headers={"apim-request-id": "azure-7"}, request=REQUEST)
    failure = translate_error(openai.APIStatusError("x", response=response, body=None), "openai")
    assert isinstance(failure, ProviderFailed)
    assert failure.request_id == "azure-7"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 451, 500, 504])
@pytest.mark.parametrize("body", [said(), said(code="sk-abcdef a naked prompt"), " ".join(SECRETS), [*SECRETS]])
def test_nothing_of_the_prompt_or_the_key_gets_into_error_or_sentence(status: int, body: object) -> None:
    """Messages of the service repeat both; so may a gateway's codes."""
    failure = translate_error(status_error(status, body), "openai")
    for secret in SECRETS:
        assert secret not in f"{failure} {failure.user_text} {failure!r}"


def caused(error: Exception, cause: Exception) -> Exception:
    """Chain them as `raise error from cause` does."""
    error.__cause__ = cause
    return error
