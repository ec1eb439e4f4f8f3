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
    """Build `/healthz` and `/readyz`; the second says 503 and what is wrong while jobs cannot be taken."""
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
        wrong = tuple(finding for finding in findings if finding.health is Health.WRONG)
        return _say(HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK, wrong)

    return routes


def _say(status: HTTPStatus, wrong: tuple[Finding, ...]) -> Response:
    findings = [{"subject": finding.subject, "text": finding.text, "mend": finding.mend} for finding in wrong]
    facts = {"status": "not ready", "findings": findings} if wrong else {"status": "ok"}
    return Response(json.dumps(facts), status, {"Cache-Control": "no-store"}, media_type="application/json")
