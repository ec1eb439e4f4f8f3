"""A server that behaves like OpenAI's API, on a port of its own."""

import asyncio
import socket
from collections.abc import Callable
from typing import Self

from aiohttp import web

from tests.fakes.openai.batches import (
    cancel_batch,
    content_of,
    create_batch,
    list_batches,
    read_upload,
    retrieve_batch,
    upload,
)
from tests.fakes.openai.chat import complete
from tests.fakes.openai.control import control_routes
from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.files import file_routes
from tests.fakes.openai.images import edit, generate
from tests.fakes.openai.models import list_models
from tests.fakes.openai.moderations import moderate
from tests.fakes.openai.request_intake import api_handler, number_answers
from tests.fakes.openai.responses import cancel, create, retrieve
from tests.fakes.openai.state import Options, Paid, Seen, State
from tests.fakes.openai.wire import STATE

_PATIENCE_SECONDS = 20
_LARGEST_REQUEST = 200 * 1024 * 1024


class FakeOpenAI:
    """OpenAI on this machine: `async with FakeOpenAI(Options(delay=0.1)) as fake: ... fake.url`."""

    def __init__(self, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._port = port
        self.state = State(options or Options())
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app[STATE] = self.state
        app.on_response_prepare.append(number_answers)
        app.add_routes([*_api_routes(), *file_routes(), *control_routes()])
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def origin(self) -> str:
        """Where it listens, such as `http://127.0.0.1:4010`."""
        return f"http://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """What belongs into `OPENAI_BASE_URL`."""
        return f"{self.origin}/v1"

    @property
    def seen(self) -> list[Seen]:
        """Every request so far."""
        return self.state.seen

    @property
    def paid(self) -> list[Paid]:
        """Every image call that was accepted so far."""
        return self.state.paid

    @property
    def most_at_once(self) -> int:
        """How many accepted image calls were being answered at once, at most so far."""
        return self.state.most_drawing

    def fail(self, endpoint: Endpoint, *kinds: Kind | Fault) -> None:
        """Have the next requests of an endpoint go wrong, in this order."""
        self.state.faults.add(endpoint, *(kind if isinstance(kind, Fault) else Fault(kind=kind) for kind in kinds))

    async def until(self, is_so: Callable[[State], bool]) -> None:
        """Wait for something to have happened here."""
        async with asyncio.timeout(_PATIENCE_SECONDS), self.state.changed:
            await self.state.changed.wait_for(lambda: is_so(self.state))


def _api_routes() -> list[web.RouteDef]:
    return [
        web.post("/v1/images/generations", api_handler(Endpoint.IMAGES, generate)),
        web.post("/v1/images/edits", api_handler(Endpoint.EDITS, edit)),
        web.post("/v1/chat/completions", api_handler(Endpoint.CHAT, complete)),
        web.post("/v1/moderations", api_handler(Endpoint.MODERATIONS, moderate)),
        web.post("/v1/responses", api_handler(Endpoint.RESPONSES, create)),
        web.get("/v1/responses/{id}", api_handler(Endpoint.RETRIEVALS, retrieve)),
        web.post("/v1/responses/{id}/cancel", api_handler(Endpoint.RETRIEVALS, cancel)),
        web.post("/v1/files", api_handler(Endpoint.FILES, upload, read_upload)),
        web.get("/v1/files/{id}/content", api_handler(Endpoint.FILES, content_of)),
        web.post("/v1/batches", api_handler(Endpoint.BATCHES, create_batch)),
        web.get("/v1/batches", api_handler(Endpoint.BATCH_LOOKS, list_batches)),
        web.get("/v1/batches/{id}", api_handler(Endpoint.BATCH_LOOKS, retrieve_batch)),
        web.post("/v1/batches/{id}/cancel", api_handler(Endpoint.BATCH_LOOKS, cancel_batch)),
        web.get("/v1/models", api_handler(Endpoint.MODELS, list_models)),
    ]
