"""Answers an application's exceptions with problems."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.exceptions import HTTPException as FrameworkException

from bot.adapters.web.problems import allowed_methods, problem_of, problem_of_fault
from bot.errors import EaselError

Say = Callable[[Request, HTTPStatus, str], Response]


def add_problem_handlers(
    app: FastAPI, say: Say, *, not_found: str, not_allowed: str, fault_headers: Mapping[str, str] | None = None
) -> None:
    """Have the application answer with a problem, whatever goes wrong.

    `not_found` and `not_allowed` are the sentences where it has no such
    address or method; `fault_headers` go with an answer to the unforeseen,
    which no middleware sees.
    """

    async def answer_http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, FrameworkException):
            raise error
        status = HTTPStatus(error.status_code)
        if isinstance(error, HTTPException):
            answer = say(request, status, error.detail)
            answer.headers.update(error.headers or {})
        elif status is HTTPStatus.METHOD_NOT_ALLOWED:
            answer = say(request, status, not_allowed)
            answer.headers["Allow"] = allowed_methods(request)
        else:
            answer = say(request, status, not_found)
        return answer

    async def answer_easel_error(_: Request, error: Exception) -> Response:
        if not isinstance(error, EaselError):
            raise error
        return problem_of(error)

    async def answer_unforeseen(_request: Request, _error: Exception) -> Response:
        """Return that something broke. The framework raises the error again after this, so that the server logs it."""
        answer = problem_of_fault()
        answer.headers.update(fault_headers or {})
        return answer

    app.add_exception_handler(FrameworkException, answer_http_error)
    app.add_exception_handler(EaselError, answer_easel_error)
    app.add_exception_handler(Exception, answer_unforeseen)
