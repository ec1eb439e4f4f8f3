"""Unfinished pictures under public addresses, for as long as somebody may look at them."""

import hashlib
from collections import OrderedDict
from http import HTTPStatus

from fastapi import APIRouter, Response

PREVIEWS_PATH = "/slack/previews"

_MOST_BYTES = 64 * 1024 * 1024


class PublicPreviews:
    """Keeps the newest previews in memory. Their addresses are made of their bytes, so nobody guesses one."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def link(self, content: bytes) -> str:
        """Keep a preview, and give its address."""
        name = hashlib.sha256(content).hexdigest()
        if name not in self._kept:
            self._kept[name] = content
            self._size += len(content)
        while self._size > _MOST_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
        return f"{self._public_url}{PREVIEWS_PATH}/{name}"

    def routes(self) -> APIRouter:
        """Build the addresses."""
        routes = APIRouter()

        @routes.get(f"{PREVIEWS_PATH}/{{name}}")
        async def preview(name: str) -> Response:
            content = self._kept.get(name)
            if content is None:
                return Response(status_code=HTTPStatus.NOT_FOUND)
            return Response(content, media_type=_media_type(content), headers={"Cache-Control": "private, max-age=600"})

        return routes


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "image/webp"
