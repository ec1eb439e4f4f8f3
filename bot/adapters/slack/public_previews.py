"""Serves unfinished pictures under public addresses for a while."""

import hashlib
from http import HTTPStatus

from fastapi import APIRouter, Response

from bot.adapters.shared.media_types import media_type_of
from bot.adapters.shared.newest_entries import NewestEntries

PREVIEWS_PATH = "/slack/previews"

_MOST_ENTRIES = 1000
_MOST_BYTES = 64 * 1024 * 1024


class PublicPreviews:
    """Keeps the newest previews in memory. Their addresses are made of their bytes, so nobody guesses one."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._kept = NewestEntries[str, bytes](_MOST_ENTRIES, most_bytes=_MOST_BYTES, size_of=len)

    def link(self, content: bytes) -> str:
        """Keep a preview, and give its address."""
        name = hashlib.sha256(content).hexdigest()
        self._kept[name] = content
        return f"{self._public_url}{PREVIEWS_PATH}/{name}"

    def routes(self) -> APIRouter:
        """Build the addresses."""
        routes = APIRouter()

        @routes.get(f"{PREVIEWS_PATH}/{{name}}")
        async def preview(name: str) -> Response:
            content = self._kept.get(name)
            if content is None:
                return Response(status_code=HTTPStatus.NOT_FOUND)
            return Response(content, media_type=media_type_of(content), headers={"Cache-Control": "private, max-age=600"})

        return routes
