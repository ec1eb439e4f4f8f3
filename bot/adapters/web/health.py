"""Whether the process is alive, and whether it can take jobs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Response

from bot.domain.health import Finding, Health

_TIMEOUT = timedelta(seconds=10)
_LATE = Finding("readiness", Health.WRONG, f"The check-up took longer than {_TIMEOUT.total_seconds():.0f} s.")


def health_routes(readiness: Callable[[], Awaitable[tuple[Finding, ...]]]) -> APIRouter:
    """Build `/healthz` and `/readyz`; the second says what is wrong, with 503 while jobs cannot be taken."""
    routes = APIRouter()

    @routes.api_route("/healthz", methods=["GET", "HEAD"])
    async def is_alive() -> Response:
        return _say(HTTPStatus.OK, ())

    @routes.api_route("/readyz", methods=["GET", "HEAD"])
    async def is_ready() -> Response:
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                findings = await readiness()
        except TimeoutError:
            findings = (_LATE,)
        is_wrong = any(finding.health is Health.WRONG for finding in findings)
        return _say(HTTPStatus.SERVICE_UNAVAILABLE if is_wrong else HTTPStatus.OK, findings)

    return routes


def _say(status: HTTPStatus, found: tuple[Finding, ...]) -> Response:
    findings = [{"subject": one.subject, "text": one.text, "mend": one.mend} for one in found if one.health is not Health.OK]
    word = "ok" if status is HTTPStatus.OK else "not ready"
    facts = {"status": word, "findings": findings} if findings else {"status": word}
    return Response(json.dumps(facts), status, {"Cache-Control": "no-store"}, media_type="application/json")
