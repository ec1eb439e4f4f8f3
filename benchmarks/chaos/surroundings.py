"""What easel runs among: PostgreSQL, Redis, an S3 server, Discord, Slack and OpenAI, each a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.chaos.line_switch import LineSwitch
from benchmarks.chaos.programs import run_program
from storage.migrate import upgrade
from tests.fakes.postgres import PostgresServer, postgres_server
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.s3 import make_bucket

BUCKET = "chaos"
OBJECTS_URL = f"s3://{BUCKET}/house"
S3_KEY = "chaos"
DATABASE = "easel"
DISCORD_TOKEN = "fake-token"  # noqa: S105 - the fake's own
GUILDS = 2
"""As many as there are gateways: each has the shard of one."""

CHANNELS = 4
"""In each guild and in the workspace."""

_SURVIVES_A_CRASH = ("synchronous_commit=on",)
_REQUEST_TIMEOUT_S = 130.0
_DRAWING_S = 0.5
_CHAT = ("--no-rate-limits", "--quiet")
_PROGRAMS = (
    ("benchmarks.chaos.objects_server", ()),
    ("tests.fakes.openai", ("--delay", str(_DRAWING_S))),
    ("tests.fakes.discord", _CHAT),
    ("tests.fakes.slack", _CHAT),
)


class Fake:
    """A fake service that is driven over HTTP."""

    def __init__(self, http: aiohttp.ClientSession, control_url: str) -> None:
        self._http = http
        self._url = control_url

    async def post(self, act: str, body: Any = None, **asked: object) -> Any:
        """Have it do something; a request that it cannot do is a `LookupError`."""
        return await self._answer(self._http.post(f"{self._url}{act}", json=asked if body is None else body))

    async def get(self, what: str, **asked: str) -> Any:
        """Ask what it saw."""
        return await self._answer(self._http.get(f"{self._url}{what}", params=asked))

    async def _answer(self, request: Any) -> Any:
        async with request as answer:
            found = await answer.json()
            if answer.status != 200:
                raise LookupError(found)
            return found


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of them, with what their clients are told. `s3` is the line to the S3 server, whose own address is `s3_url`."""

    folder: Path
    postgres: PostgresServer
    redis: RedisServer
    s3: LineSwitch
    s3_url: str
    openai: Fake
    openai_url: str
    discord: Fake
    discord_url: str
    slack: Fake
    slack_addresses: dict[str, str]

    @property
    def environ(self) -> dict[str, str]:
        """The settings of every process of easel."""
        return {
            "EASEL_RECORDS__URL": self.postgres.url_of(DATABASE),
            "EASEL_ENGINE__URL": self.redis.url,
            "EASEL_OBJECTS__URL": OBJECTS_URL,
            "EASEL_OBJECTS__ENDPOINT_URL": self.s3.url,
            "EASEL_OBJECTS__PATH_STYLE": "true",
            "EASEL_OBJECTS__REDIRECT": "false",
            "EASEL_OBJECTS__ACCESS_KEY": S3_KEY,
            "EASEL_OBJECTS__SECRET_KEY": S3_KEY,
            "OPENAI_API_KEY": "sk-chaos",
            "OPENAI_BASE_URL": self.openai_url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "EASEL_DISCORD__API_URL": f"{self.discord_url}/api/v10",
            "EASEL_DISCORD__GATEWAY_URL": f"{self.discord_url.replace('http', 'ws', 1)}/gateway/",
            "EASEL_DISCORD__SHARD_COUNT": str(GUILDS),
            "SLACK_APP_TOKEN": self.slack_addresses["app_token"],
            "SLACK_BOT_TOKEN": self.slack_addresses["bot_token"],
            "EASEL_SLACK__API_URL": self.slack_addresses["api_url"],
        }

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Read the database without any code of easel's between."""
        return [dict(row) for row in await self.postgres.fetch(query, database=DATABASE)]


@asynccontextmanager
async def open_surroundings(folder: Path, *, has_tables: bool = True) -> AsyncIterator[Surroundings]:
    """Start all of them, and end them when the body has run. Without tables, whoever starts first makes them."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_REQUEST_TIMEOUT_S)))
        (folder / "redis").mkdir()
        (s3_url, openai_url, discord_url, slack), postgres = await asyncio.gather(
            asyncio.gather(
                *(
                    stack.enter_async_context(run_program(module, *options, log=folder / f"{module.split('.')[2]}.log"))
                    for module, options in _PROGRAMS
                )
            ),
            asyncio.to_thread(stack.enter_context, postgres_server(*_SURVIVES_A_CRASH)),
        )
        addresses = json.loads(slack)
        surroundings = Surroundings(
            folder=folder,
            postgres=postgres,
            redis=stack.enter_context(redis_server(folder / "redis")),
            s3=await stack.enter_async_context(LineSwitch(s3_url)),
            s3_url=s3_url,
            openai=Fake(http, f"{openai_url.removesuffix('/v1')}/control/"),
            openai_url=openai_url,
            discord=Fake(http, f"{discord_url}/control/"),
            discord_url=discord_url,
            slack=Fake(http, addresses["control_url"]),
            slack_addresses=addresses,
        )
        await make_bucket(s3_url, BUCKET)
        url = await surroundings.postgres.new_database(DATABASE)
        if has_tables:
            await upgrade(url)
        await _add_places(surroundings)
        yield surroundings


async def _add_places(surroundings: Surroundings) -> None:
    """Give each gateway a guild of its own, and all of them channels."""
    for shard in range(GUILDS):
        await surroundings.discord.post("guild", name=f"guild{shard}", channel=f"guild{shard}-0", shard=[shard, GUILDS])
    for number in range(1, CHANNELS):
        await surroundings.slack.post("channel", name=f"room{number}")


async def flush(redis: RedisServer) -> None:
    """Have Redis forget everything, without a client of easel's."""
    host, _, port = redis.url.removeprefix("redis://").removesuffix("/0").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"FLUSHALL\r\n")
    await reader.readline()
    writer.close()
