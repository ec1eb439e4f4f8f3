"""The REST API's frame: who asks, how often, what goes wrong, and what was seen."""

import time
from collections.abc import Callable, Collection
from email.utils import format_datetime
from typing import NoReturn

from aiohttp import web

from tests.fakes.discord.bodies import Body, read_body
from tests.fakes.discord.errors import ApiError, BodyErrors, Known, TooManyRequests
from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.openapi import complaint_of
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.seen import Request
from tests.fakes.discord.wire import dumps
from tests.fakes.discord.world import World
from tests.fakes.faults import cut

PREFIX = "/api/v10"
_VIA = "1.1 fake"


class Asked:
    """A request on its way to a route: its places as numbers, its body read."""

    def __init__(self, request: web.Request, body: Body, *, is_bot: bool) -> None:
        self._request = request
        self.body = body
        self.is_bot = is_bot

    @property
    def payload(self) -> dict[str, object]:
        """The JSON that was sent."""
        return self.body.payload

    @property
    def places(self) -> Collection[str]:
        """The names of the path's variable parts."""
        return self._request.match_info.keys()

    def number(self, name: str) -> int:
        """Return an id out of the path.

        Raises:
            ApiError: It is not a number.
        """
        value, form = self._request.match_info[name], BodyErrors(name)
        if not value.isdigit():
            form.wrong("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        form.check()
        return int(value)

    def word(self, name: str) -> str:
        """Return a part of the path as it is."""
        return self._request.match_info[name]

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self._request.query.get(name, default)


Route = Callable[[Asked], object]
"""Does what was asked and gives the JSON of the answer; None is 204."""


class Rest:
    """Runs every request through the same gates."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.faults = Faults()
        self._rates = Rates(world.limits)

    def add(self, app: web.Application, method: str, path: str, route: Route, *, needs_bot: bool = True) -> None:
        """Serve a route. Those that need no bot's token are let through by what stands in the path."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, path, route, needs_bot=needs_bot)

        app.router.add_route(method, PREFIX + path, serve)

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Answer what the API does not have: it is recorded, so that a test can see it."""
        return await self._serve(request, request.path.removeprefix(PREFIX), _nothing, needs_bot=False)

    async def _serve(self, request: web.Request, path: str, route: Route, *, needs_bot: bool) -> web.StreamResponse:
        seen = Request(
            method=request.method,
            path=request.path.removeprefix(PREFIX),
            at=self._world.clock.now(),
            started=time.monotonic(),
            is_bot=self._is_bot(request),
            query=dict(request.query),
        )
        self._world.seen.requests.append(seen)
        fault = self.faults.next(request.method, seen.path)
        try:
            response = await self._answer(request, path, route, seen, fault, needs_bot=needs_bot)
            response.headers["Date"] = format_datetime(self._world.clock.now(), usegmt=True)
        finally:
            seen.took = time.monotonic() - seen.started
            self._world.changes.notify()
        seen.status = response.status
        if fault is not None and fault.cuts_after:
            cut(request)
        return response

    async def _answer(
        self, request: web.Request, path: str, route: Route, seen: Request, fault: Fault | None, *, needs_bot: bool
    ) -> web.Response:
        headers: dict[str, str] = {}
        try:
            body = await read_body(request, self._world.limits)
            seen.payload = body.payload
            seen.files = tuple((upload.filename, len(upload.content)) for upload in body.files.values())
            await self._suffer(request, fault)
            if needs_bot and not seen.is_bot:
                raise ApiError.of(Known.UNAUTHORIZED)
            if needs_bot:
                self._rates.take_global()
            if not path.startswith("/interactions/"):
                headers = self._rates.take(request.method, path, dict(request.match_info))
            result = route(Asked(request, body, is_bot=seen.is_bot))
            self._note_complaint(request.method, path, body)
        except ApiError as error:
            seen.code = error.code
            more = error.headers if isinstance(error, TooManyRequests) else {}
            has_via = fault is None or fault.has_via
            return _json(error.json(), error.status, {**headers, **more}, has_via=has_via)
        if isinstance(result, web.Response):
            return result
        return web.Response(status=204, headers=headers) if result is None else _json(result, 200, headers)

    def _note_complaint(self, method: str, path: str, body: Body) -> None:
        """Hold what we took against what the platform itself publishes."""
        payload = body.payload.get("list", body.payload)
        if complaint := complaint_of(method, path, payload):
            self._world.seen.complaints.append(complaint)

    def _is_bot(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bot {self._world.application.token}"

    async def _suffer(self, request: web.Request, fault: Fault | None) -> None:
        if fault is None:
            return
        await fault.hinder(request)
        if fault.too_many is not None:
            raise fault.too_many
        if fault.status:
            raise ApiError(fault.status, 0, f"{fault.status}: ordered by the test")


def _nothing(_: Asked) -> NoReturn:
    raise ApiError.of(Known.NOT_FOUND)


def _json(body: object, status: int, headers: dict[str, str], *, has_via: bool = True) -> web.Response:
    # exactly this content type: with a charset behind it discord.py takes the body for text
    more = {"Content-Type": "application/json", **({"Via": _VIA} if has_via else {}), **headers}
    return web.Response(body=dumps(body).encode(), status=status, headers=more)
