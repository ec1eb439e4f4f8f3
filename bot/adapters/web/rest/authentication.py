"""Authenticates a request by its API key before its body is read, then reads the body within its limits."""

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from fastapi.security.utils import get_authorization_scheme_param

from bot.adapters.web.call_request import read_bounded_body
from bot.adapters.web.forms import Forms, is_form
from bot.adapters.web.rest.jobs import RestJobs
from bot.adapters.web.rest.order_form import read_order

_NO_KEY = "Send your key as “Authorization: Bearer easel_…”; /apikey make gives you one."

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def authenticated_route(rest_jobs: RestJobs, forms: Forms | None = None) -> type[APIRoute]:
    """Return the kind of route that leaves the key in `request.state.key`, or answers 401, 408, 413 or 400.

    With `forms` it takes a form too: as the JSON body that it stands for, and with its files in `request.state.pictures`.
    """

    class AuthenticatedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            answer = super().get_route_handler()

            async def authenticate(request: Request) -> Response:
                scheme, secret = get_authorization_scheme_param(request.headers.get("authorization"))
                key = await rest_jobs.key(secret if scheme.lower() == "bearer" else "")
                if key is None:
                    raise HTTPException(HTTPStatus.UNAUTHORIZED, _NO_KEY, {"WWW-Authenticate": "Bearer"})
                request.state.key = key
                if self.body_field is not None and forms is not None and is_form(request):
                    request = await _read_form(request, forms)
                elif self.body_field is not None:
                    # The framework takes a body that was read already, and would read the rest of any other.
                    request._body = await read_bounded_body(request)  # noqa: SLF001 - Starlette's own cache
                    _check_json(request._body)  # noqa: SLF001 - see above
                return await answer(request)

            return authenticate

    return AuthenticatedRoute


async def _read_form(request: Request, forms: Forms) -> Request:
    """Return the request as if its form had come as JSON."""
    fields, request.state.pictures = read_order(await forms.read(request))
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
    read = Request({**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}, request.receive)
    read._body = json.dumps(fields).encode()  # noqa: SLF001 - see above
    return read


def _check_json(body: bytes) -> None:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not JSON that can be read.") from None
