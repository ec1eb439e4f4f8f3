"""Error answers, word for word as the real service and its imitators give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.openai.faults import Fault, Kind


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error answer; `body` is JSON, or text when it is a string."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Ends a request with an error answer."""

    def __init__(self, error_reply: ErrorReply) -> None:
        super().__init__(error_reply.status)
        self.complaint = error_reply


def error_reply(
    status: int,
    message: str,
    *,
    code: str | None,
    type_: str = "invalid_request_error",
    param: str | None = None,
    details: object = None,
) -> ErrorReply:
    """Make an error in OpenAI's shape; `details` say what moderation found."""
    error = {"message": message, "type": type_, "param": param, "code": code}
    return ErrorReply(status, {"error": error | ({"moderation_details": details} if details else {})})


def error_reply_for(fault: Fault) -> ErrorReply | None:
    """Return the error answer that a fault stands for; None when it is another kind of trouble."""
    make = _ERROR_REPLIES.get(fault.kind)
    if make is None:
        return None
    made = make(fault)
    return ErrorReply(made.status, made.body, {**made.headers, **fault.headers})


def _blocked(fault: Fault) -> ErrorReply:
    listed = ", ".join(fault.categories)
    message = f"Your request was rejected by the safety system. safety_violations=[{listed}].{fault.says}"
    details = {"moderation_stage": fault.stage, "categories": list(fault.categories)} if fault.stage else None
    return error_reply(400, message, type_="image_generation_user_error", code="moderation_blocked", details=details)


def _old_refusal(fault: Fault) -> ErrorReply:
    message = "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed."
    return error_reply(400, message, code="content_policy_violation")


def _azure_filter(fault: Fault) -> ErrorReply:
    return error_reply(400, "The response was filtered.", type_="", code="contentFilter")


def _legal_reasons(fault: Fault) -> ErrorReply:
    return error_reply(451, "blocked", type_="gateway_error", code="blocked")


def _bad_key(fault: Fault) -> ErrorReply:
    message = f"Incorrect API key provided: {fault.says or 'sk-ab********yz'}. You can find your API key at the account page."
    return error_reply(401, message, code="invalid_api_key")


def _unverified(fault: Fault) -> ErrorReply:
    message = "Your organization must be verified to use the model `gpt-image-2`. Please go to the organization settings."
    return error_reply(403, message, code=None)


def _account_blocked(fault: Fault) -> ErrorReply:
    message = "Your resource has been temporarily blocked because we detected behavior that may violate our content policy."
    return error_reply(403, message, type_="", code="Forbidden")


def _rate_limited(fault: Fault) -> ErrorReply:
    message = "Rate limit reached for gpt-image-2 on input-images per min. Limit: 5/1min."
    return error_reply(429, message, type_="input-images", code="rate_limit_exceeded")


def _slow_down(fault: Fault) -> ErrorReply:
    return error_reply(429, "Please reduce your request rate.", type_="rate_limit_error", code="slow_down")


def _out_of_money(fault: Fault) -> ErrorReply:
    code = fault.code if fault.code != "server_error" else "credit_balance_exhausted"
    return error_reply(429, "You exceeded your current quota.", type_="insufficient_quota", code=code)


def _billing_stop(fault: Fault) -> ErrorReply:
    return error_reply(400, "Billing hard limit has been reached", code="billing_hard_limit_reached")


def _no_model(fault: Fault) -> ErrorReply:
    return error_reply(404, "The model does not exist or you do not have access to it.", code="model_not_found")


def _bad_param(fault: Fault) -> ErrorReply:
    return error_reply(400, f"Invalid value: '{fault.says}'.", code="invalid_value", param="size")


def _server_error(fault: Fault) -> ErrorReply:
    return error_reply(500, "The server had an error while processing your request.", type_="server_error", code="server_error")


def _overloaded(fault: Fault) -> ErrorReply:
    return error_reply(503, "The engine is overloaded.", type_="service_unavailable_error", code="server_is_overloaded")


def _bad_gateway(fault: Fault) -> ErrorReply:
    return ErrorReply(502, "<html><h1>502 Bad Gateway</h1></html>")


def _gateway_timeout(fault: Fault) -> ErrorReply:
    return ErrorReply(504, "<html><h1>504 Gateway Time-out</h1></html>")


def _error_answer(fault: Fault) -> ErrorReply:
    return ErrorReply(fault.status, fault.answer)


_ERROR_REPLIES = {
    Kind.MODERATION_BLOCKED: _blocked,
    Kind.OLD_REFUSAL: _old_refusal,
    Kind.AZURE_FILTER: _azure_filter,
    Kind.LEGAL_REASONS: _legal_reasons,
    Kind.BAD_KEY: _bad_key,
    Kind.UNVERIFIED: _unverified,
    Kind.ACCOUNT_BLOCKED: _account_blocked,
    Kind.RATE_LIMITED: _rate_limited,
    Kind.SLOW_DOWN: _slow_down,
    Kind.OUT_OF_MONEY: _out_of_money,
    Kind.BILLING_STOP: _billing_stop,
    Kind.NO_MODEL: _no_model,
    Kind.BAD_PARAM: _bad_param,
    Kind.SERVER_ERROR: _server_error,
    Kind.OVERLOADED: _overloaded,
    Kind.BAD_GATEWAY: _bad_gateway,
    Kind.GATEWAY_TIMEOUT: _gateway_timeout,
    Kind.ERROR_ANSWER: _error_answer,
}
