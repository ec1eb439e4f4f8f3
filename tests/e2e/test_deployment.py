"""Is every command line of compose.yaml and deploy/ one that runs, with the secrets that are made for it?"""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from bot.config import load
from tests.e2e.program import Program
from tests.e2e.serving import ServedVisitor
from tests.fakes.discord import FakeDiscord
from tests.fakes.ports import free_port
from tests.fakes.postgres import PostgresServer
from tests.fakes.redis import redis_server
from tests.fakes.s3 import make_bucket
from tests.house.deployment import PARTS, PORT, ROOT, read_compose, read_health_check, read_image_environ

COMPOSE = read_compose()


def make_secrets(folder: Path) -> Path:
    """Run the script that makes them."""
    subprocess.run([ROOT / "deploy/make-secrets", folder], check=True, capture_output=True)  # noqa: S603 - ours
    return folder


def contents(folder: Path) -> dict[Path, str]:
    """Return what is in each file."""
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def environ_of(part: str) -> dict[str, str]:
    """Return what the image and compose.yaml put into the environment of a part."""
    return {**read_image_environ(), **COMPOSE["services"][part]["environment"]}


def test_the_secrets_are_made_once_and_are_all_that_compose_names(tmp_path: Path) -> None:
    """A second run would lock everybody out if it made new ones; nobody else on the machine gets in."""
    folder = make_secrets(tmp_path / "secrets")
    made = contents(folder)
    make_secrets(folder)
    assert contents(folder) == made
    assert folder.stat().st_mode & 0o077 == 0
    assert {Path(secret["file"]).relative_to("secrets") for secret in COMPOSE["secrets"].values()} == {
        path.relative_to(folder) for path in made
    }


def test_easel_reads_its_settings_from_them(tmp_path: Path) -> None:
    """They name the services by the names that those have in compose.yaml; keys that nobody wrote down are not set."""
    folder = make_secrets(tmp_path / "secrets")
    settings = load(environ=environ_of("web") | {"EASEL_SECRETS_DIR": str(folder / "easel")})
    assert settings.engine.url is not None
    stores = (settings.records_url, settings.engine.url.get_secret_value(), settings.objects.endpoint_url)
    assert {urlsplit(url).hostname for url in stores} <= COMPOSE["services"].keys()
    password = urlsplit(settings.records_url).password
    assert password == (folder / "postgres_password").read_text()
    assert settings.objects.access_key.get_secret_value() in (folder / "s3.json").read_text()
    assert not settings.openai.api_key
    assert not settings.discord.token


@dataclass
class Containers:
    """Starts the parts as compose.yaml does, but at other addresses."""

    folder: Path
    environ: dict[str, str]
    metrics: dict[str, str] = field(default_factory=dict)
    """Where each part tells Prometheus."""

    async def run(self, part: str, stack: AsyncExitStack) -> int:
        """Start one, have it end with the stack, and return its port once it is well by the image's own check."""
        port, command = free_port(), COMPOSE["services"][part]["command"]
        free = {word: str(port if word == PORT else free_port()) for word in command if word.isdecimal()}
        program, *arguments = [free.get(word, word) for word in command]
        assert (program, arguments[-2]) == ("easel", "--health-port")
        self.metrics[part] = f"http://127.0.0.1:{arguments[-1]}/metrics"
        environ = environ_of(part) | self.environ | {"EASEL_DATA_DIR": str(self.folder / part), "EASEL_WEB__PORT": str(port)}
        easel = Program(self.folder, environ)
        stack.push_async_callback(easel.clear)
        running = await easel.start(*arguments)
        await running.said(rf"easel {part} is ready.*:({port})")
        await asyncio.to_thread(check_health, port)
        stack.push_async_callback(running.stopped, signal.SIGTERM)
        return port


def check_health(port: int) -> None:
    """Do what the image's health check does; it fails by an error, as that does."""
    python, option, code = read_health_check()
    assert (python, option) == ("python", "-c")
    exec(code.replace(PORT, str(port)), {})  # noqa: S102 - from our Dockerfile


@pytest.fixture
async def containers(tmp_path: Path, postgres: PostgresServer, s3_server: str) -> AsyncIterator[Containers]:
    """Yield the parts with the services of tests in place of those of compose.yaml; Valkey is started as it is there."""
    secrets = make_secrets(tmp_path / "secrets")
    valkey, config, *options = COMPOSE["services"]["valkey"]["command"]
    assert (valkey, config) == ("valkey-server", "/run/secrets/valkey.conf")
    (tmp_path / "valkey").mkdir()
    await make_bucket(s3_server, "easel")
    with redis_server(tmp_path / "valkey", *options, config=secrets / "valkey.conf") as redis:
        records, engine = secrets / "easel/records__url", secrets / "easel/engine__url"
        for file in (records, engine):
            file.chmod(0o644)
        records.write_text(await postgres.new_database("deployed"))
        engine.write_text(engine.read_text().replace("valkey:6379", urlsplit(redis.url).netloc))
        yield Containers(tmp_path, {"EASEL_SECRETS_DIR": str(secrets / "easel"), "EASEL_OBJECTS__ENDPOINT_URL": s3_server})


@pytest.mark.needs("postgresql", "redis", "s3")
async def test_every_part_starts_by_its_command_and_all_of_them_draw(containers: Containers) -> None:
    """From a wish on the page to a picture that the page serves from the store; and each ends when it is told to."""
    async with FakeDiscord() as discord, AsyncExitStack() as stack:
        discord.limits.allow_late_answers()
        (Path(containers.environ["EASEL_SECRETS_DIR"]) / "discord__token").write_text(discord.token)
        containers.environ |= {
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
        }
        ports = {part: await containers.run(part, stack) for part in PARTS}
        url = f"http://127.0.0.1:{ports['web']}"
        visitor = await stack.enter_async_context(ServedVisitor(url))
        assert (await visitor.types("/imagine a fox in a container"))["notes"] == []
        async with asyncio.timeout(60):
            while not (pictures := (await visitor.messages())[-1]["post"]["pictures"]):  # noqa: ASYNC110 - another process draws it
                await asyncio.sleep(0.05)
        picture = await visitor.get(urlsplit(pictures[0]["link"]).path)
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/png"
        async with httpx2.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{ports['worker']}/readyz")).status_code == 200
            for part, address in containers.metrics.items():
                assert f'role="{part}"' in (await client.get(address)).text
