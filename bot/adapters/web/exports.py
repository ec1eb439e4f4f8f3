"""Downloads of exports: a page that asks, and the file itself, once for each link.

Asking first keeps a link alive that a messenger looks at by itself, to show a preview of it.
"""

import html
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from bot.adapters.web.problems import problem_for
from bot.domain.privacy import PrivacyRequest
from bot.errors import EaselError

_GONE = "This link was used already, or is too old: /export-me gives you another one."
_BUSY = "Your data cannot be fetched right now; /export-me gives you another link in a minute."
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Your data - easel</title>
<link rel="icon" href="../static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="../static/base.css">
</head>
<body class="lone">
<main><img src="../static/mark.svg" alt="" width="56" height="56"><h1>{sentence}</h1>
<form method="post"><button class="pill" type="submit">Download</button></form></main>
</body>
</html>
"""
_ASK = "Here is what is kept of you. This link works once."
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'",
    # With none at all a browser names no origin when it sends the form, and that is refused.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class ExportDownloads:
    """What the routes need: `redeem` gives the export of a link, once, and `read` its bytes."""

    redeem: Callable[[str], Awaitable[PrivacyRequest | None]]
    read: Callable[[PrivacyRequest], AsyncIterator[bytes]]


def export_routes(downloads: ExportDownloads) -> APIRouter:
    """Build `/export/<code>`."""
    routes = APIRouter()

    @routes.get("/export/{code}")
    async def ask(code: str) -> Response:  # noqa: ARG001 - whether it is good is only asked when it is used
        return HTMLResponse(_PAGE.format(sentence=html.escape(_ASK)), headers=_HEADERS)

    @routes.post("/export/{code}")
    async def download(request: Request, code: str) -> Response:
        try:
            export = await downloads.redeem(code)
            if export is None:
                return problem_for(request, HTTPStatus.GONE, _GONE)
            content = downloads.read(export)
            first = await anext(content)
        except (EaselError, StopAsyncIteration):
            return problem_for(request, HTTPStatus.SERVICE_UNAVAILABLE, _BUSY)
        name = f"easel-data-{export.requested_at:%Y-%m-%d}.zip"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(export.size_bytes),
            "Cache-Control": "no-store",
        }
        return StreamingResponse(_join(first, content), media_type="application/zip", headers=headers)

    return routes


async def _join(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
