"""A gateway, a web process and workers that share a Redis and a data folder: what one takes in, another draws and delivers."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
import pytest_asyncio

from tests.e2e.discord_stage import is_done
from tests.e2e.serving import Serving
from tests.e2e.test_crashes import assert_books_add_up
from tests.fakes.discord import FakeDiscord
from tests.fakes.metrics import read_samples
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind
from tests.fakes.ports import free_port
from tests.fakes.redis import RedisServer
from tests.fakes.visitor import Event, HttpVisitor, Listener

pytestmark = [pytest.mark.needs("redis"), pytest.mark.asyncio(loop_scope="module")]


@dataclass
class RolesSetup:
    """A Discord, an image service, and a web process that runs; everything else is started by the test that needs it."""

    discord: FakeDiscord
    openai: FakeOpenAI
    folder: Path
    environ: dict[str, str]
    web: Serving

    def process(self, role: str) -> Serving:
        """Return one more process, to be entered."""
        return Serving(self.folder, self.environ, role=role)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> AsyncIterator[RolesSetup]:
    """Yield it, and see afterwards that the web process ends cleanly."""
    folder = tmp_path_factory.mktemp("town")
    async with FakeOpenAI() as openai, FakeDiscord() as discord:
        discord.limits.allow_late_answers()
        port = free_port()
        environ = {
            "EASEL_WEB__PORT": str(port),
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "DISCORD_TOKEN": discord.token,
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
            "EASEL_ENGINE__URL": redis.url,
            "EASEL_ENGINE__PREFIX": "roles",
            "EASEL_WORKER__LEASE": "2s",
        }
        async with Serving(folder, environ, port=port, role="web") as web:
            yield RolesSetup(discord, openai, folder, environ, web)
            await stop(web)


async def test_a_worker_delivers_what_others_took_in(setup: RolesSetup) -> None:
    """On the page at once, and on Discord without any gateway: by then that has ended."""
    channel, ada = setup.discord.add_guild("Painters").add_channel("general"), setup.discord.add_user("ada")
    async with setup.process("gateway") as gateway:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        await be_well(gateway)
        message = await (await ada.type_command(channel, "imagine", prompt="a fox on Discord")).message_when(within=20)
        await be_told(gateway, {"easel_wishes_accepted_total{platform=discord}": 1})
        await stop(gateway)
    assert setup.discord.gateway.sessions == []
    async with HttpVisitor(setup.web.url) as visitor, visitor.listening() as events:
        await visitor.say("/imagine a fox on the page")
        async with setup.process("worker") as worker:
            await be_well(worker)
            await setup.discord.changes.until(lambda: is_done(message), within=60, what="the picture")
            [picture] = (await events.until("done")).data["post"]["pictures"]
            path = urljoin(f"{setup.web.url}/", picture["link"]).removeprefix(setup.web.url)
            assert (await visitor.get(path)).status == HTTPStatus.OK
            ended = {f"easel_jobs_ended_total{{platform={platform},state=done}}": 1 for platform in ("discord", "web")}
            await be_told(worker, ended | {"easel_leader": 1})
            await stop(worker)
    assert setup.discord.gateway.sessions == []


async def test_a_page_without_any_worker_says_that_nobody_draws(tmp_path: Path, redis: RedisServer) -> None:
    """At once, and with no promise of seconds; then the first worker draws it."""
    port = free_port()
    environ = {"EASEL_WEB__PORT": str(port), "EASEL_ENGINE__URL": redis.url, "EASEL_ENGINE__PREFIX": "no-workers"}
    async with (
        Serving(tmp_path, environ, port=port, role="web") as web,
        HttpVisitor(web.url) as visitor,
        visitor.listening() as events,
    ):
        await visitor.say("/imagine a fox that waits")
        said = (await events.until("waiting")).data["post"]["text"]
        assert said == "Waiting: a fox that waits · no worker is running right now; it is kept, and drawn as soon as one is"
        async with Serving(tmp_path, environ, role="worker"):
            await events.until("done")


async def test_another_worker_ends_what_a_killed_one_left(setup: RolesSetup) -> None:
    """The page shows its unfinished picture, then how it ended; it is not paid for again."""
    prompt = "a fox that is never finished"
    setup.openai.fail(Endpoint.IMAGES, Kind.SLOW_DRIP)
    async with HttpVisitor(setup.web.url) as visitor, visitor.listening() as events:
        async with setup.process("worker") as worker:
            await visitor.say(f"/imagine {prompt}")
            preview = await preview_in(events)
            assert (await visitor.get(f"/{preview}")).status == HTTPStatus.OK  # it came over Redis: it is stored nowhere
            await worker.kill()
        async with setup.process("worker"):
            buttons = (await events.until("failed")).data["post"]["buttons"]
            await setup.web.until(f"SELECT count(*) FROM jobs WHERE told_at IS NOT NULL AND wish LIKE '%{prompt}%'", 1)  # noqa: S608 - ours
    assert "Draw again" in [button["label"] for button in buttons]
    assert len([paid for paid in setup.openai.paid if prompt in paid.prompt]) == 1
    assert_books_add_up(setup.web)


async def preview_in(events: Listener) -> str:
    """Wait for a message with an unfinished picture, and give its address."""
    event: Event | None
    while event := await events.next():
        if event.data["preview"]:
            return str(event.data["preview"])
    raise AssertionError("the stream ended before there was a preview")


async def be_well(serving: Serving) -> None:
    """Wait until a process says that it is ready to work."""
    async with httpx2.AsyncClient(base_url=serving.url) as client, asyncio.timeout(60):
        assert (await client.get("/healthz")).status_code == HTTPStatus.OK
        while (await client.get("/readyz")).status_code != HTTPStatus.OK:  # noqa: ASYNC110 - another process knows
            await asyncio.sleep(0.05)


async def be_told(serving: Serving, wanted: Mapping[str, float]) -> None:
    """Wait until the metrics of a process say all that."""
    async with httpx2.AsyncClient(base_url=serving.url) as client, asyncio.timeout(60):
        while not read_samples((await client.get("/metrics")).text).items() >= wanted.items():  # noqa: ASYNC110 - another process tells
            await asyncio.sleep(0.05)


async def stop(serving: Serving) -> None:
    """End a process as systemd would; it breaks nowhere."""
    done = await serving.running.stopped(signal.SIGTERM)
    assert done.code == 0
    assert f"easel {serving.role} is ready" in done.out
    assert "Traceback" not in done.err
