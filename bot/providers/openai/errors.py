"""What the API's errors mean to us: one translation for pictures, rewriting and check-ups."""

import ssl
from functools import cache
from typing import TYPE_CHECKING, TypeGuard

import httpx2

from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.error_response import ErrorResponse, parse_error_response
from bot.providers.openai.refusals import is_refusal, may_be_refusal, to_prompt_refused

if TYPE_CHECKING:
    import openai

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)

_MONEY_CODES = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
}
_MONEY_PHRASE = "billing hard limit"

_MAY_HAVE_DRAWN = {408, 409, 499}
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
    **dict.fromkeys(_MAY_HAVE_DRAWN, ProviderFault.OVERLOADED),
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


@cache
def api_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what calls end with, and `more`; it is asked for where one is caught, when the SDK has been imported.

    While a body is read, the SDK lets the errors of the HTTP library and of TLS through.
    """
    import openai

    return (openai.OpenAIError, httpx2.HTTPError, ssl.SSLError, *more)


def is_status_error(error: Exception) -> "TypeGuard[openai.APIStatusError]":
    """Whether it is an answer that says no."""
    import openai

    return isinstance(error, openai.APIStatusError)


def _is_connection_error(error: Exception) -> bool:
    import openai

    return isinstance(error, openai.APIConnectionError)


def translate_error(
    error: Exception, provider: str, *, request_id: str | None = None, is_repeatable: bool = False
) -> PromptRefused | ProviderFailed:
    """Return our error for a failed call; `request_id` is for errors that do not know it themselves.

    A call whose end was not seen is an `OutcomeUnknown`, since it may have
    been paid for; one that is repeatable, because it costs next to nothing,
    is then only unreachable.
    """
    failure = _translate_exception(error, provider, request_id)
    if is_repeatable and isinstance(failure, OutcomeUnknown):
        if is_status_error(error):
            return _provider_failed(parse_error_response(error.body, error.status_code, error.response.headers), provider)
        return ProviderFailed(provider, _error_class(error), fault=ProviderFault.UNREACHABLE, request_id=failure.request_id)
    return failure


def translate_error_response(response: ErrorResponse, provider: str) -> PromptRefused | ProviderFailed:
    """Return what an error answer means. One that does not surely say that nothing was drawn is an unknown outcome."""
    if is_refusal(response):
        return to_prompt_refused(response)
    if not _is_certainly_undrawn(response):
        fault = ProviderFault.OVERLOADED
        return OutcomeUnknown(provider, _reason(response), fault=fault, request_id=response.request_id)
    return _provider_failed(response, provider)


def _provider_failed(response: ErrorResponse, provider: str) -> ProviderFailed:
    fault = _fault_of(response)
    return ProviderFailed(
        provider,
        _reason(response),
        fault=fault,
        request_id=response.request_id,
        retry_after=response.retry_after,
        per_minute=response.per_minute,
        may_be_refusal=fault is ProviderFault.BAD_REQUEST and may_be_refusal(response),
    )


def _translate_exception(error: Exception, provider: str, request_id: str | None) -> PromptRefused | ProviderFailed:
    if is_status_error(error):
        return translate_error_response(parse_error_response(error.body, error.status_code, error.response.headers), provider)
    return _translate_connection_error(error, provider, request_id)


def _translate_connection_error(error: Exception, provider: str, request_id: str | None) -> ProviderFailed:
    """Return `ProviderFailed` for a call that never left, and `OutcomeUnknown` for one that may have arrived."""
    cause = error.__cause__ if _is_connection_error(error) else error
    if isinstance(cause, _NEVER_SENT):
        return ProviderFailed(provider, _error_class(error), fault=ProviderFault.UNREACHABLE)
    if isinstance(cause, httpx2.UnsupportedProtocol):
        return ProviderFailed(provider, _error_class(error), fault=ProviderFault.BAD_REQUEST)
    fault = ProviderFault.TIMED_OUT if isinstance(cause, httpx2.TimeoutException) else ProviderFault.UNREACHABLE
    if isinstance(cause, httpx2.DecodingError):
        fault = ProviderFault.BAD_ANSWER
    return OutcomeUnknown(provider, _error_class(error), fault=fault, request_id=request_id)


def _error_class(error: Exception) -> str:
    """Return the name of the error's class: its message may hold the prompt or the key."""
    cause = error.__cause__
    return f"{type(error).__name__} from {type(cause).__name__}" if cause else type(error).__name__


def _is_certainly_undrawn(response: ErrorResponse) -> bool:
    status = response.status
    if _is_about_money(response) or response.is_loading or response.is_out_of_memory:
        return True
    if status is None or status < _CALLER_ERROR:
        # An error in a stream is OpenAI's own way to say so; one in an answer that calls itself 200 is a gateway's.
        is_own = status is None and _STREAM_ERROR in {response.code, response.type}
        return is_own or not _BY_CODE.keys().isdisjoint({response.code, response.type})
    if status < _SERVER_ERROR:
        return status not in _MAY_HAVE_DRAWN
    types, codes = _SERVER_ERRORS.get(status, (set(), set()))
    return response.type in types and response.code in codes


def _fault_of(response: ErrorResponse) -> ProviderFault:
    if _is_about_money(response):
        return ProviderFault.OUT_OF_MONEY
    if response.is_loading:
        return ProviderFault.LOADING
    if response.is_out_of_memory:
        return ProviderFault.OUT_OF_MEMORY
    status = response.status
    if status is None or status < _CALLER_ERROR:
        by_code = (_BY_CODE.get(word) for word in (response.code, response.type))
        return next((fault for fault in by_code if fault), ProviderFault.OVERLOADED)
    if status >= _SERVER_ERROR:
        return ProviderFault.OVERLOADED
    return _BY_STATUS.get(status, ProviderFault.BAD_REQUEST)


def _is_about_money(response: ErrorResponse) -> bool:
    return not _MONEY_CODES.isdisjoint({response.code, response.type}) or _MONEY_PHRASE in response.message.lower()


def _reason(response: ErrorResponse) -> str:
    plain = _PLAIN_REASONS.get(response.status or 0)
    if _UNVERIFIED in response.message:
        plain = "the organisation has to be verified first"
    return f"{response} ({plain})" if plain else str(response)
