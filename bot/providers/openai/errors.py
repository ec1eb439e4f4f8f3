"""What the API's errors mean to us: one translation for pictures, rewriting and check-ups."""

import ssl

import httpx2
import openai

from bot.errors import OutcomeUnknown, PromptRefused, ProviderFailed, ProviderFault
from bot.providers.openai.complaints import Complaint, of_response
from bot.providers.openai.refusals import is_refusal, may_be_refusal, refused

ApiErrors = (openai.OpenAIError, httpx2.HTTPError, ssl.SSLError)
"""What calls end with; while a body is read, the SDK lets the errors of the HTTP library and of TLS through."""

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)

_MONEY = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
}
_MONEY_PHRASE = "billing hard limit"

_NOT_SURELY_UNDRAWN = {408, 409, 499}
"""Errors of ours by their number, but the call may be under way: somebody stopped waiting, or an earlier one still runs."""

_SERVER_ERRORS = {
    500: ({"server_error"}, {"", "server_error"}),
    503: ({"service_unavailable_error", "server_error"}, {"", "server_is_overloaded", "service_unavailable", "slow_down"}),
}
"""The types and codes of OpenAI's own errors that say: nothing was drawn. A gateway's number alone does not say so."""

_STREAM_ERROR = "server_error"

_BY_STATUS = {
    401: ProviderFault.BAD_KEY,
    402: ProviderFault.OUT_OF_MONEY,
    403: ProviderFault.NOT_PERMITTED,
    429: ProviderFault.RATE_LIMITED,
    **dict.fromkeys(_NOT_SURELY_UNDRAWN, ProviderFault.OVERLOADED),
}
_BY_CODE = {
    "invalid_api_key": ProviderFault.BAD_KEY,
    "rate_limit_exceeded": ProviderFault.RATE_LIMITED,
    "rate_limit_error": ProviderFault.RATE_LIMITED,
    "slow_down": ProviderFault.RATE_LIMITED,
    "model_not_found": ProviderFault.BAD_REQUEST,
    "invalid_request_error": ProviderFault.BAD_REQUEST,
}
_CALLER_ERROR, _SERVER_ERROR = 400, 500

_PLAIN_REASONS = {
    401: "the key is not accepted",
    403: "the account may not do this",
    404: "no such model, or no such address",
}
_UNVERIFIED = "must be verified"


def translate(
    error: Exception, provider: str, *, request_id: str | None = None, is_repeatable: bool = False
) -> PromptRefused | ProviderFailed:
    """Say in our words what went wrong with a call; `request_id` is for errors that do not know it themselves.

    A call whose end was not seen is an `OutcomeUnknown`, since it may have
    been paid for; one that is repeatable, because it costs next to nothing,
    is then only unreachable.
    """
    failure = _failure(error, provider, request_id)
    if is_repeatable and isinstance(failure, OutcomeUnknown):
        if isinstance(error, openai.APIStatusError):
            return _failed(of_response(error.body, error.status_code, error.response.headers), provider)
        return ProviderFailed(provider, _kind(error), fault=ProviderFault.UNREACHABLE, request_id=failure.request_id)
    return failure


def judge(complaint: Complaint, provider: str) -> PromptRefused | ProviderFailed:
    """Say what an error answer means. What does not surely say that nothing was drawn is an unknown outcome."""
    if is_refusal(complaint):
        return refused(complaint)
    if not _is_surely_undrawn(complaint):
        fault = ProviderFault.OVERLOADED
        return OutcomeUnknown(provider, _reason(complaint), fault=fault, request_id=complaint.request_id)
    return _failed(complaint, provider)


def _failed(complaint: Complaint, provider: str) -> ProviderFailed:
    fault = _fault(complaint)
    return ProviderFailed(
        provider,
        _reason(complaint),
        fault=fault,
        request_id=complaint.request_id,
        retry_after=complaint.retry_after,
        may_be_refusal=fault is ProviderFault.BAD_REQUEST and may_be_refusal(complaint),
    )


def _failure(error: Exception, provider: str, request_id: str | None) -> PromptRefused | ProviderFailed:
    if isinstance(error, openai.APIStatusError):
        return judge(of_response(error.body, error.status_code, error.response.headers), provider)
    return _broken_connection(error, provider, request_id)


def _broken_connection(error: Exception, provider: str, request_id: str | None) -> ProviderFailed:
    """Tell a call that never left from one that may have arrived; in doubt it may."""
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, _NEVER_SENT):
        return ProviderFailed(provider, _kind(error), fault=ProviderFault.UNREACHABLE)
    if isinstance(cause, httpx2.UnsupportedProtocol):
        return ProviderFailed(provider, _kind(error), fault=ProviderFault.BAD_REQUEST)
    fault = ProviderFault.TIMED_OUT if isinstance(cause, httpx2.TimeoutException) else ProviderFault.UNREACHABLE
    if isinstance(cause, httpx2.DecodingError):
        fault = ProviderFault.BAD_ANSWER
    return OutcomeUnknown(provider, _kind(error), fault=fault, request_id=request_id)


def _kind(error: Exception) -> str:
    """Name the error by its class: what it says in words may hold the prompt or the key."""
    cause = error.__cause__
    return f"{type(error).__name__} from {type(cause).__name__}" if cause else type(error).__name__


def _is_surely_undrawn(complaint: Complaint) -> bool:
    status = complaint.status
    if _is_about_money(complaint):
        return True
    if status is None or status < _CALLER_ERROR:
        # An error in a stream is OpenAI's own way to say so; one in an answer that calls itself 200 is a gateway's.
        is_own = status is None and _STREAM_ERROR in {complaint.code, complaint.type}
        return is_own or not _BY_CODE.keys().isdisjoint({complaint.code, complaint.type})
    if status < _SERVER_ERROR:
        return status not in _NOT_SURELY_UNDRAWN
    types, codes = _SERVER_ERRORS.get(status, (set(), set()))
    return complaint.type in types and complaint.code in codes


def _fault(complaint: Complaint) -> ProviderFault:
    if _is_about_money(complaint):
        return ProviderFault.OUT_OF_MONEY
    status = complaint.status
    if status is None or status < _CALLER_ERROR:
        by_code = (_BY_CODE.get(word) for word in (complaint.code, complaint.type))
        return next((fault for fault in by_code if fault), ProviderFault.OVERLOADED)
    if status >= _SERVER_ERROR:
        return ProviderFault.OVERLOADED
    return _BY_STATUS.get(status, ProviderFault.BAD_REQUEST)


def _is_about_money(complaint: Complaint) -> bool:
    return not _MONEY.isdisjoint({complaint.code, complaint.type}) or _MONEY_PHRASE in complaint.message.lower()


def _reason(complaint: Complaint) -> str:
    plain = _PLAIN_REASONS.get(complaint.status or 0)
    if _UNVERIFIED in complaint.message:
        plain = "the organisation has to be verified first"
    return f"{complaint} ({plain})" if plain else str(complaint)
