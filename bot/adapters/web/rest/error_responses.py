"""Error responses of the REST API, and their description for OpenAPI."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from bot.adapters.web.problem_handlers import add_problem_handlers
from bot.adapters.web.problems import problem
from bot.adapters.web.rest.models import Problem

_COMMON = {
    HTTPStatus.BAD_REQUEST: "What was sent makes no sense.",
    HTTPStatus.UNAUTHORIZED: "The key is missing, unknown or revoked.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field has a value that it cannot have, or these words are not drawn here.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Something that easel needs does not work right now; `Retry-After` says when to try again.",
}
_PER_OPERATION = {
    HTTPStatus.FORBIDDEN: "A rule does not allow it.",
    HTTPStatus.NOT_FOUND: "The key's owner has no such job.",
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive.",
    HTTPStatus.CONFLICT: "The Idempotency-Key was used for another request, or the job has ended already.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is longer than 64 KiB, or than 104 MiB with pictures in it.",
    HTTPStatus.TOO_MANY_REQUESTS: "A limit is reached; `kind` says which.",
}

_NOT_FOUND = "There is nothing like that at this address; /api/docs says what there is."
_METHOD_NOT_ALLOWED = "That cannot be done with this address; the header Allow says what can."


def problem_responses(*more: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the description of an operation's problems: those that every one has, and `more`."""
    texts = _COMMON | {status: _PER_OPERATION[status] for status in more}
    return {status.value: {"model": Problem, "description": text} for status, text in sorted(texts.items())}


def set_problem_media_type(api: dict[str, Any]) -> dict[str, Any]:
    """Return the description with the media type that problems are sent with."""
    for methods in api["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in answer.get("content", {}):
                    answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
    return api


def add_error_handlers(app: FastAPI) -> None:
    """Have the application answer with problem+json, whatever goes wrong."""
    add_problem_handlers(
        app, lambda _, status, sentence: problem(status, sentence), not_found=_NOT_FOUND, not_allowed=_METHOD_NOT_ALLOWED
    )
    app.add_exception_handler(RequestValidationError, _say_invalid)


async def _say_invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the framework calls it so
    """Return which field is wrong, without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}.")
