"""Serves unfinished pictures under public addresses for a while."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import APIRouter, Response

from bot.adapters.shared.media_types import media_type_of
from bot.adapters.shared.newest_entries import NewestEntries
from bot.ports.events import Events, PreviewLinked

PREVIEWS_PATH = "/slack/previews"

_MOST_ENTRIES = 1000
_MOST_BYTES = 64 * 1024 * 1024


class PublicPreviews:
    """Gives previews public addresses, and keeps the newest of all processes in memory where they are served.

    The addresses are made of the bytes, so nobody guesses one.
    """

    def __init__(self, public_url: str, events: Events) -> None:
        self._public_url = public_url
        self._events = events
        self._kept = NewestEntries[str, bytes](_MOST_ENTRIES, most_bytes=_MOST_BYTES, size_of=len)

    async def link(self, content: bytes) -> str:
        """Return a preview's address, after it was published to the processes that serve it."""
        name = hashlib.sha256(content).hexdigest()
        await self._events.publish(PreviewLinked(name, content))
        return f"{self._public_url}{PREVIEWS_PATH}/{name}"

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep what is linked while the body runs."""
        with self._events.subscribe(PreviewLinked, self._keep):
            yield

    def _keep(self, linked: PreviewLinked) -> None:
        self._kept[linked.name] = linked.content

    def routes(self) -> APIRouter:
        """Return the routes of the addresses."""
        routes = APIRouter()

        @routes.get(f"{PREVIEWS_PATH}/{{name}}")
        async def preview(name: str) -> Response:
            content = self._kept.get(name)
            if content is None:
                return Response(status_code=HTTPStatus.NOT_FOUND)
            return Response(content, media_type=media_type_of(content), headers={"Cache-Control": "private, max-age=600"})

        return routes
