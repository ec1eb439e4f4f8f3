"""Errors in OpenAI's own shape. None of them is to be tried again by itself: a picture might be drawn and counted twice."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as FrameworkException

from bot.adapters.web.problems import problem_of, problem_of_fault
from bot.adapters.web.reason_phrase import REASON_HEADER, reason_phrase
from bot.errors import Busy, EaselError, PromptRefused, Refusal

_NOT_FOUND = "There is nothing like that at this address; docs/rest.md says which of OpenAI's addresses there are."
_NOT_ALLOWED = "That cannot be done with this address."

_REFUSED = ("image_generation_user_error", "moderation_blocked")
_TYPES = {
    HTTPStatus.UNAUTHORIZED: ("invalid_request_error", "invalid_api_key"),
    HTTPStatus.NOT_FOUND: ("invalid_request_error", "not_found"),
    HTTPStatus.TOO_MANY_REQUESTS: ("insufficient_quota", "insufficient_quota"),
}
"""The type and the code of an error, as OpenAI's own errors of that status have them."""

_SERVER_ERROR = ("server_error", "server_error")
_CALLER_ERROR = ("invalid_request_error", None)


def error_response(
    status: HTTPStatus,
    sentence: str,
    *,
    type_and_code: tuple[str, str | None] | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error answer; `headers` go with it."""
    usual = _SERVER_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _TYPES.get(status, _CALLER_ERROR)
    kind, code = type_and_code or usual
    content = json.dumps({"error": {"message": sentence, "type": kind, "param": param, "code": code}}, ensure_ascii=False)
    return Response(
        content,
        status,
        {"Cache-Control": "no-store", **(headers or {}), "x-should-retry": "false", REASON_HEADER: reason_phrase(sentence)},
        media_type="application/json",
    )


def refused_response(sentence: str) -> Response:
    """Return what is answered where words or pictures are not drawn here."""
    return error_response(HTTPStatus.BAD_REQUEST, sentence, type_and_code=_REFUSED)


def add_error_handlers(app: FastAPI) -> None:
    """Have the application answer every error in that shape."""
    app.add_exception_handler(FrameworkException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(EaselError, _answer_easel_error)
    app.add_exception_handler(Exception, _answer_unforeseen)


async def _answer_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, FrameworkException):
        raise error
    status = HTTPStatus(error.status_code)
    if isinstance(error, HTTPException):
        return error_response(status, error.detail, headers=error.headers)
    return error_response(status, _NOT_ALLOWED if status is HTTPStatus.METHOD_NOT_ALLOWED else _NOT_FOUND)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    """Return which parameter is wrong, without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return error_response(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}.", param=where)


async def _answer_easel_error(_: Request, error: Exception) -> Response:
    """Return the error with the status that the REST API has for it, but for words that are refused."""
    if not isinstance(error, EaselError):
        raise error
    if isinstance(error, PromptRefused):
        return refused_response(error.user_text)
    answer = problem_of(error)
    status, retry_after = HTTPStatus(answer.status_code), answer.headers.get("Retry-After")
    kind = error.kind if isinstance(error, Refusal) else None
    type_and_code = ("rate_limit_error", "rate_limit_exceeded") if isinstance(error, Busy) else None
    if type_and_code is None and kind and status not in _TYPES:
        type_and_code = ("invalid_request_error", kind)
    return error_response(
        status, error.user_text, type_and_code=type_and_code, headers={"Retry-After": retry_after} if retry_after else None
    )


async def _answer_unforeseen(_request: Request, _error: Exception) -> Response:
    """Return that something broke. The framework raises the error again after this, so that the server logs it."""
    sentence: str = json.loads(bytes(problem_of_fault().body))["detail"]
    return error_response(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)
