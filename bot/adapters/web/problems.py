"""Error answers: problem+json (RFC 9457) for programs, a small page for people."""

import html
import json
import math
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from starlette.routing import Match

from bot.errors import (
    BadInput,
    BudgetExceeded,
    Busy,
    Conflict,
    EaselError,
    PromptRefused,
    QuotaExceeded,
    Refusal,
    Sanctioned,
    StorageFailed,
    TenantQuotaExceeded,
)
from bot.provider_errors import GuardUnavailable

STATUSES: dict[type[EaselError], HTTPStatus] = {
    Conflict: HTTPStatus.CONFLICT,
    BadInput: HTTPStatus.BAD_REQUEST,
    PromptRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Busy: HTTPStatus.TOO_MANY_REQUESTS,
    QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    TenantQuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    BudgetExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    Sanctioned: HTTPStatus.FORBIDDEN,
    Refusal: HTTPStatus.FORBIDDEN,
    StorageFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    GuardUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The first that fits is taken."""

KINDS = {
    HTTPStatus.BAD_REQUEST: "bad_input",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.FORBIDDEN: "not_allowed",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "too_slow",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.GONE: "gone",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.MISDIRECTED_REQUEST: "wrong_host",
    HTTPStatus.UNPROCESSABLE_ENTITY: "bad_input",
    HTTPStatus.TOO_MANY_REQUESTS: "busy",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
"""The word for programs where no error of ours has one. What is not here is our fault."""

_BROKE = "Something went wrong on our side; /quota show says what was counted. Whoever runs this bot finds the reason in the log."

_TRY_AGAIN = 10
"""Seconds after which what is out of order may be well again."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>easel</title>
<link rel="icon" href="{root}static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}static/base.css">
</head>
<body class="lone">
<main><img src="{root}static/mark.svg" alt="" width="56" height="56"><h1>{sentence}</h1>
<a href="{root}">Back to easel</a></main>
</body>
</html>
"""


def problem(status: HTTPStatus, sentence: str, *, retry_after: int | None = None, kind: str = "") -> Response:
    """Return a problem+json answer (RFC 9457); `retry_after` is in seconds, as the header has it, `kind` a word for programs."""
    word = kind or KINDS.get(status, "fault")
    facts = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": sentence, "kind": word}
    content = json.dumps(facts, ensure_ascii=False)
    return Response(content, status, _headers(retry_after), media_type="application/problem+json")


def problem_for(request: Request, status: HTTPStatus, sentence: str, *, retry_after: int | None = None) -> Response:
    """Return a small page where a person looks at the address itself, else problem+json."""
    if "text/html" not in request.headers.get("accept", ""):
        return problem(status, sentence, retry_after=retry_after)
    return HTMLResponse(
        _PAGE.format(sentence=html.escape(sentence), root=_root_from(request.url.path)), status, _headers(retry_after)
    )


def problem_of(error: EaselError) -> Response:
    """Return the answer for an error of ours."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem(status, error.user_text, retry_after=_pause_after(error, status), kind=error.kind)


def problem_of_fault() -> Response:
    """Return the answer for what nobody foresaw."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _BROKE)


def allowed_methods(request: Request) -> str:
    """Return what can be done with the request's address, as the header Allow has it."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in getattr(route, "methods", None) or ()}))


def _root_from(path: str) -> str:
    """Return our start page's address as seen from a path: relative, since a proxy may have stripped the path's front."""
    return "../" * (path.count("/") - 1) or "./"


def _pause_after(error: EaselError, status: HTTPStatus) -> int | None:
    if isinstance(error, Busy):
        return max(1, math.ceil(error.retry_after.total_seconds()))
    return _TRY_AGAIN if status is HTTPStatus.SERVICE_UNAVAILABLE else None


def _headers(retry_after: int | None) -> dict[str, str]:
    waits = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return {"Cache-Control": "no-store"} | waits
