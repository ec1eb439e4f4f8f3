"""A house with the REST API behind a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from bot.adapters.web.app import WebOptions, build_web
from bot.adapters.web.health import health_routes
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.pictures import picture_routes
from bot.adapters.web.rest import API
from bot.adapters.web.rest.surface import RestSurface
from bot.adapters.web.surface import WebSurface
from bot.app.connections import server_config
from bot.commands.dispatcher import Dispatcher
from bot.domain.health import Finding
from bot.domain.people import HOUSE, REGISTERED, Identity, Person, Tier
from bot.services.api_keys import ApiKeyRegistry
from storage.events.local import LocalEvents
from storage.limits.local import LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.bench import Bench
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.rest_dependencies import rest_dependencies_of
from tests.fakes.surfaces import LOOM, person


@dataclass(frozen=True, slots=True)
class Served:
    """A house behind a real server, and a key to it."""

    bench: Bench
    address: str
    secret: str


@asynccontextmanager
async def serve_rest(tier: Tier = REGISTERED) -> AsyncIterator[Served]:
    """Serve the API on loopback, with the key of a fresh account of a tier; nothing is drawn unless the bench works."""
    bench = Bench(surfaces={API: RestSurface()})
    await bench.accounts.get_or_create(person().identity, tier)
    keys = ApiKeyRegistry(MemoryApiKeys(), bench.clock, bench.ids)
    account = await bench.studio.account(person())
    _, secret = await keys.make(Identity(LOOM, "", "ann"), account.id, HOUSE, "my script")
    rest_dependencies = rest_dependencies_of(bench, keys)
    events, messages = LocalEvents(), MemoryPageMessages(bench.clock, bench.ids)
    app = build_web(
        WebOptions(allowed_hosts=("127.0.0.1",), is_secure=False, notices=()),
        dispatcher=Dispatcher((), lambda: "c0ffee", _nobody),
        surface=WebSurface(messages, events),
        live=LiveChannel(messages, events),
        ids=bench.ids,
        newcomers=Newcomers(bench.quotas, LocalRateLimiter(bench.clock)),
        shared_files=NoSharedFiles(),
        extra_routers=(
            picture_routes(pictures=bench.pictures, objects=bench.objects),
            health_routes(_no_findings),
        ),
        rest_dependencies=rest_dependencies,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # see tests/fakes/web_house.py
    server = uvicorn.Server(server_config(app, most=100))
    task = asyncio.create_task(server._serve([listener]))
    try:
        yield Served(bench, f"http://127.0.0.1:{listener.getsockname()[1]}", secret)
    finally:
        server.should_exit = True
        await task


async def _no_findings() -> tuple[Finding, ...]:
    return ()


async def _nobody(person: Person) -> bool:
    return False
