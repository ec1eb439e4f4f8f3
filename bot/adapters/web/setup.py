"""The page on which an owner sets the house up: a key is tried there, and never kept."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from bot.adapters.web.call_request import bad_request, is_text, read_json_body
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.security import is_this_machine
from bot.domain.health import Check, Finding, Health

_TIMEOUT = timedelta(seconds=30)
_KEY = re.compile(r"[!-~]{8,400}")
_EXPECTED_KEY = 'Send {"key": "..."}.'
_NO_KEY = "That is no API key: a key is one word of letters, digits and signs. Nothing was kept."
_NOT_THE_OWNER = "This is for who owns this easel: easel link prints a line that says so. Nothing was kept."
_OPEN_TO_READ = (
    "A key would go through the network for all to read: open this page by https, or on the machine itself. Nothing was tried."
)
_NOT_KEPT = {"Cache-Control": "no-store"}

KeyTest = Callable[[str], Awaitable[tuple[Finding, ...]]]
"""Asks the image service, free of charge, whether it takes a key. The key is in no finding, and forgotten after."""


@dataclass(frozen=True, slots=True)
class SetupDependencies:
    """What the page says and does. `draws` says what draws now; `platforms` says of each whether it is set up."""

    is_offline: bool
    draws: str
    platforms: Mapping[str, bool]
    test_key: KeyTest
    checks: Sequence[Check]


def setup_routes(setup: SetupDependencies, web: PageContext) -> APIRouter:
    """Build `/setup`, and what its script asks for below `/api/setup`."""
    routes = APIRouter()

    @routes.api_route("/setup", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        return web.send_page("setup.html", request)

    @routes.get("/api/setup")
    async def describe(request: Request) -> Response:
        """Return what draws and whether a key can be tried; to anybody else only that they are not the owner."""
        if not await is_owner(request):
            return _json({"is_owner": False})
        draws = {"is_offline": setup.is_offline, "draws": setup.draws, "platforms": dict(setup.platforms)}
        return _json({"is_owner": True, "takes_key": _is_sealed(request, is_secure=web.is_secure), **draws})

    @routes.post("/api/setup/key")
    async def test_key(request: Request) -> Response:
        await require_owner(request)
        _require_sealed(request, is_secure=web.is_secure)
        return await _findings(setup.test_key(await _read_key(request)))

    @routes.post("/api/setup/checks")
    async def run_checks(request: Request) -> Response:
        await require_owner(request)
        return await _findings(_ask_all(setup.checks))

    async def is_owner(request: Request) -> bool:
        return await web.dispatcher.is_admin_or_owner(web.visitors.identify(request).person)

    async def require_owner(request: Request) -> None:
        if not await is_owner(request):
            raise HTTPException(HTTPStatus.FORBIDDEN, _NOT_THE_OWNER)

    return routes


def _is_sealed(request: Request, *, is_secure: bool) -> bool:
    """Return whether nobody on the way reads what is sent."""
    return is_secure or is_this_machine(request.headers.get("host", ""))


def _require_sealed(request: Request, *, is_secure: bool) -> None:
    """Check that nobody on the way can read what is sent.

    Raises:
        HTTPException: Somebody could.
    """
    if not _is_sealed(request, is_secure=is_secure):
        raise HTTPException(HTTPStatus.FORBIDDEN, _OPEN_TO_READ)


async def _read_key(request: Request) -> str:
    """Return the key that is to be tried.

    Raises:
        HTTPException: There is none; `detail` is a sentence, without what was sent.
    """
    key = (await read_json_body(request, _EXPECTED_KEY)).get("key", "")
    if not is_text(key) or not _KEY.fullmatch(key.strip()):
        raise bad_request(_NO_KEY)
    return str(key).strip()


async def _findings(asking: Awaitable[tuple[Finding, ...]]) -> Response:
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            return _json({"findings": [_describe(finding) for finding in await asking]})
    except TimeoutError:
        raise HTTPException(HTTPStatus.GATEWAY_TIMEOUT, "The service did not answer in time; please try again.") from None


async def _ask_all(checks: Sequence[Check]) -> tuple[Finding, ...]:
    found = await asyncio.gather(*(check() for check in checks))
    return tuple(finding for findings in found for finding in findings)


def _describe(finding: Finding) -> dict[str, str]:
    mend = finding.mend if finding.health is not Health.OK else ""
    return {"subject": finding.subject, "health": finding.health, "text": finding.text, "mend": mend}


def _json(facts: Mapping[str, object]) -> Response:
    return Response(json.dumps(facts, ensure_ascii=False), media_type="application/json", headers=_NOT_KEPT)
