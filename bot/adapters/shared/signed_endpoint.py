"""An endpoint that accepts signed requests only."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Protocol

import structlog
from fastapi import APIRouter, Request, Response

from bot.adapters.shared.bodies import BodyRefused, read_body

log = structlog.get_logger(__name__)


class SignatureCheck(Protocol):
    """How a sender signs its requests. The names of headers are given in lower case."""

    def looks_signed(self, headers: Mapping[str, str]) -> bool:
        """Return whether there is a signature of just now, right or wrong: without one the body is not even read."""
        ...

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether the sender signed this body."""
        ...


def signed_routes(path: str, check: SignatureCheck, answer: Callable[[Request, bytes], Awaitable[Response]]) -> APIRouter:
    """Return the route `POST path`, which answers 401 to what is not genuine, 413 or 408 to what is too long or too slow."""
    routes = APIRouter()

    @routes.post(path, include_in_schema=False)
    async def receive(request: Request) -> Response:
        if not check.looks_signed(request.headers):
            return _reject(path, "no signature")
        try:
            body = await read_body(request.stream())
        except BodyRefused as refused:
            return Response(status_code=refused.status)
        if not check.is_genuine(request.headers, body):
            return _reject(path, "not the sender's signature")
        return await answer(request, body)

    return routes


def _reject(path: str, reason: str) -> Response:
    log.info("request.forged", path=path, reason=reason)
    return Response(status_code=HTTPStatus.UNAUTHORIZED)
