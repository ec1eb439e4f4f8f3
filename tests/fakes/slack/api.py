"""The Web API's frame: who asks, how often, what goes wrong, and what was seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from tests.fakes.faults import cut
from tests.fakes.slack.asking import Ask, basic_of, read_args
from tests.fakes.slack.errors import ApiError, RateLimited
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.seen import SeenApiCall
from tests.fakes.slack.tokens import Token
from tests.fakes.slack.wire import Json, dumps
from tests.fakes.slack.world import World

PREFIX = "/api/"
_NOBODY = Token("", frozenset())


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API. `scopes` are those of which the token needs one; `token` is `bot`, `app` or `none`."""

    run: Callable[[Ask], Json]
    scopes: tuple[str, ...] = ()
    token: str = "bot"
    takes_json: bool = True


def _refuse(_: Ask) -> NoReturn:
    raise ApiError("unknown_method")


_UNKNOWN = Method(_refuse, token="none")


class Api:
    """Runs every call through the same gates."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._methods: dict[str, Method] = {}

    def add(self, methods: dict[str, Method]) -> None:
        """Offer more methods."""
        self._methods |= methods

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_route("*", PREFIX + "{method}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = SeenApiCall(name, self._world.clock.now(), time.monotonic(), verb=request.method)
        self._world.seen.calls.append(call)
        fault = self._world.faults.next(name)
        try:
            response = await self._answer(request, name, call, fault)
        finally:
            call.took = time.monotonic() - call.started
            self._world.changes.notify()
        call.status = response.status
        if fault is not None and fault.cuts_after:
            cut(request)
        return response

    async def _answer(self, request: web.Request, name: str, call: SeenApiCall, fault: Fault | None) -> web.Response:
        token = _NOBODY
        headers: dict[str, str] = {}
        try:
            method = self._methods.get(name, _UNKNOWN)
            call.args, call.encoding, secret = await read_args(request, takes_json=method.takes_json)
            await suffer(request, fault)
            if method.token != "none":
                token = self._admitted(method, secret)
                call.workspace = token.owner
                headers = {"x-oauth-scopes": ",".join(sorted(token.scopes)), "x-accepted-oauth-scopes": ",".join(method.scopes)}
            _check_scopes(method, token)
            ask = Ask(self._world, call.args, token, basic_of(request))
            self._world.rates.take(name, self._rated(ask), str(call.args.get("channel", "")))
            call.answer = {"ok": True, **method.run(ask)}
            if fault is not None and fault.is_unanswered and fault.error is not None:
                raise fault.error
        except ApiError as error:
            if isinstance(error, RateLimited) and fault is not None and fault.error is error:
                self._world.rates.overruns[name] += 1
            call.answer = error.json()
            if isinstance(error, BareError):
                return _page(error.status)
            return answer(error.json(), error.status, headers | error.headers)
        if fault is not None and fault.status and fault.is_unanswered:
            return _page(fault.status)
        return answer(call.answer, 200, headers)

    def _admitted(self, method: Method, secret: str) -> Token:
        token = self._world.tokens.check(secret)
        is_app = not token.owner
        if is_app != (method.token == "app"):
            raise ApiError("not_allowed_token_type")
        return token

    @staticmethod
    def _rated(ask: Ask) -> str:
        if ask.token.enterprise is None:
            return ask.token.owner
        wanted = ask.word("channel") or ask.word("channel_id")
        found = [one.id for one in ask.workspaces if wanted in one.channels]
        return found[0] if found else ask.word("team_id") or ask.token.owner


def _check_scopes(method: Method, token: Token) -> None:
    if method.scopes and not token.scopes & set(method.scopes):
        more = {"needed": ",".join(method.scopes), "provided": ",".join(sorted(token.scopes))}
        raise ApiError("missing_scope", more=more)


async def suffer(request: web.Request, fault: Fault | None) -> None:
    """Let a request meet its fault, before it is carried out.

    Raises:
        ApiError: That is the fault.
    """
    if fault is None:
        return
    await fault.hinder(request)
    if fault.is_unanswered:
        return
    if fault.error is not None:
        raise fault.error
    if fault.status:
        raise BareError(fault.status)


class BareError(ApiError):
    """An HTTP error from something in front of the API: its body is not the API's."""

    def __init__(self, status: int) -> None:
        super().__init__(f"http_{status}", status=status)


def answer(body: Json, status: int, headers: dict[str, str]) -> web.Response:
    """Return a JSON answer."""
    return web.Response(
        body=dumps(body).encode(), status=status, headers=headers, content_type="application/json", charset="utf-8"
    )


def _page(status: int) -> web.Response:
    """Return what something in front of the API says."""
    return web.Response(status=status, text="<html>ordered by the test</html>", content_type="text/html")
