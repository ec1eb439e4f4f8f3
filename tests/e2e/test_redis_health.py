"""Is it said what is wrong with the Redis that processes meet in: at the start, by the health checks, by doctor and log?"""

import asyncio
import hashlib
import itertools
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.adapters.web.health import health_routes
from bot.adapters.web.private_files import PrivateFiles
from bot.app.foundation import open_foundation
from bot.app.house import open_house
from bot.app.readiness import Readiness
from bot.app.redis_checks import check_redis
from bot.app.system import RandomIds, SystemClock
from bot.config import Settings
from bot.domain.chat import Attachment, Post
from bot.domain.health import Finding, Health
from bot.errors import ConfigError
from tests.fakes.certificates import certificate_for
from tests.fakes.clock import StoppedClock
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface
from tests.fakes.tls_proxy import tls_in_front_of
from tests.unit.adapters.web.test_private_files import FileVisitors, links

pytestmark = pytest.mark.needs("redis")

_numbers = itertools.count()


def settings(folder: Path, redis: RedisServer, prefix: str = "") -> Settings:
    """Return those of a house with its database in a folder."""
    engine = {"url": redis.url, "prefix": prefix or f"health{next(_numbers)}"}
    return Settings.model_validate({"data_dir": folder, "engine": engine})


async def until(is_so: Callable[[], bool]) -> None:
    """Wait as long as an outage may take to be noticed on a busy machine."""
    async with asyncio.timeout(120):
        while not is_so():  # noqa: ASYNC110 - others say so in a log
            await asyncio.sleep(0.02)


async def test_a_redis_that_goes_is_said_once_and_only_a_worker_is_not_ready(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Docket's line a second for each queue is left out; what takes jobs in stays ready, and says it all the same."""
    (tmp_path / "redis").mkdir()
    with redis_server(tmp_path / "redis") as redis, capture_logs() as logs:
        async with open_house(settings(tmp_path, redis), {}) as house:
            clock = StoppedClock()
            base = replace(house.base, clock=clock)
            worker, page = Readiness(base, needs_redis=True), Readiness(base)
            assert (await worker.findings(), await page.findings()) == ((), ())
            redis.kill()
            await until(lambda: "redis.away" in [log["event"] for log in logs])
            for readiness, health, status in ((worker, Health.WRONG, 503), (page, Health.NOTE, 200)):
                clock.move(timedelta(seconds=2))  # what was found holds for so long
                [found] = await readiness.findings()
                assert (found.subject, found.health) == ("redis", health)
                answer = await health_routes(readiness.findings).routes[1].endpoint()  # type: ignore[attr-defined]
                assert (answer.status_code, b"Redis does not answer" in answer.body) == (status, True)
            redis.start()
            await until(lambda: "redis.back" in [log["event"] for log in logs])
    said = [log["event"] for log in logs if log["event"].startswith("redis.")]
    assert said == ["redis.away", "redis.back"] * (len(said) // 2), "once each, however busy the machine is"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING and record.name.startswith("docket")]


async def test_two_houses_on_one_prefix_are_named(tmp_path: Path, redis: RedisServer) -> None:
    """Whoever comes second does not start; processes of one house are no strangers to each other."""
    one, other = settings(tmp_path / "one", redis, "shared-by-two"), settings(tmp_path / "other", redis, "shared-by-two")
    async with open_foundation(one), open_foundation(one) as base:
        assert await Readiness(base).findings() == ()
        with pytest.raises(ConfigError, match=r"\[engine\] prefix “shared-by-two”.*set another"):
            async with open_foundation(other):
                pass
        assert "prefix “shared-by-two”" in (await wrong(other))[0].text
        assert await wrong(one) == []


async def wrong(of: Settings) -> list[Finding]:
    """Return what the doctor has against the Redis of these settings."""
    return [finding for finding in await check_redis(of, SystemClock()) if finding.health is Health.WRONG]


async def test_a_redis_that_throws_jobs_away_and_a_wrong_clock_are_named(tmp_path: Path) -> None:
    """And tiers that nobody serves, with how to serve them."""
    (tmp_path / "redis").mkdir()
    with redis_server(tmp_path / "redis", "--maxmemory-policy", "allkeys-lru") as redis:
        house = settings(tmp_path, redis)
        policy, clock = [finding for finding in await check_redis(house, StoppedClock()) if finding.health is Health.WRONG]
        assert "allkeys-lru" in policy.text
        assert "noeviction" in policy.mend
        assert "s apart" in clock.text
        [*_, unserved] = await check_redis(house, SystemClock())
        assert (unserved.health, "guest, registered, premium" in unserved.text) == (Health.NOTE, True)
        async with open_house(house, {}):
            async with asyncio.timeout(60):
                while (await check_redis(house, SystemClock()))[-1].health is Health.NOTE:  # noqa: ASYNC110 - Redis knows
                    await asyncio.sleep(0.05)


async def test_a_redis_behind_tls_is_used_when_its_certificate_is_trusted(tmp_path: Path, redis: RedisServer) -> None:
    """By everything in the house; and what is wrong with the certificate, or with TLS at all, is said in a sentence."""
    shown, trusting = certificate_for("localhost")
    (tmp_path / "ca.pem").write_text("".join(map(ssl.DER_cert_to_PEM_cert, trusting.get_ca_certs(binary_form=True))))
    port = int(redis.url.removesuffix("/0").rpartition(":")[2])
    async with tls_in_front_of(port, shown) as secure:
        url = f"rediss://localhost:{secure}/0"
        assert "does not trust" in (await check_url(tmp_path, url))[0].text
        house = with_url(tmp_path, f"{url}?ssl_ca_certs={tmp_path / 'ca.pem'}")
        assert [finding.health for finding in await check_redis(house, SystemClock())] == [Health.OK, Health.NOTE]
        surface = RecordingSurface()
        async with open_house(house, {LOOM: surface}) as opened:
            await opened.dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface))
            await until(lambda: any(post.pictures for post in surface.said))
            assert await Readiness(opened.base, needs_redis=True).findings() == ()
    assert "needs a port with TLS" in (await check_url(tmp_path, f"rediss://localhost:{port}/0"))[0].text


def with_url(folder: Path, url: str) -> Settings:
    """Return the settings of a house at that Redis."""
    return Settings.model_validate({"data_dir": folder, "engine": {"url": url, "prefix": f"health{next(_numbers)}"}})


async def check_url(folder: Path, url: str) -> tuple[Finding, ...]:
    """Look at that Redis."""
    return await check_redis(with_url(folder, url), SystemClock())


@asynccontextmanager
async def two_pages(redis: RedisServer) -> AsyncIterator[tuple[PrivateFiles, FileVisitors]]:
    """Open what keeps private files in one web process, and the page of another."""
    from storage.redis_files import RedisFiles  # noqa: PLC0415 - tests that need it are skipped without it
    from storage.redis_link import RedisLink  # noqa: PLC0415 - as above

    prefix, patience = f"files{next(_numbers)}", timedelta(minutes=1)
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(RedisLink(redis.url, patience=patience)) for _ in range(2)]
        counter = FileVisitors(PrivateFiles(RandomIds(), RedisFiles(other, prefix=prefix)))
        await stack.enter_async_context(counter.client)
        yield PrivateFiles(RandomIds(), RedisFiles(one, prefix=prefix)), counter


async def test_a_private_file_is_had_of_every_web_process(redis: RedisServer) -> None:
    """Without a balancer that remembers who came where; and by nobody else."""
    ann, chart = hashlib.sha256(b"a" * 44).hexdigest()[:32], Attachment("bars.csv", "text/csv", b"a,b\r\nc\n")
    async with two_pages(redis) as (made_by, other):
        [link] = links(await made_by.render_note(ann, Post("Usage", attachments=(chart,))))
        status, content, headers = await other.get(link)
        assert (status, content, headers["content-type"]) == (200, chart.content, "text/csv; charset=utf-8")
        assert (await other.get(link, "b"))[0] == 404
