"""Checks of the Redis that the settings name, at the start and by `easel doctor`."""

from typing import TYPE_CHECKING

from bot.app.clock_skew import judge_skew
from bot.app.engine_packages import load_for_engine
from bot.app.stores import open_records
from bot.config import Settings
from bot.config.engine_settings import EngineKind
from bot.domain.health import Finding, Health
from bot.domain.people import Tier
from bot.errors import ConfigError
from bot.ports.clock import Clock
from storage.migrate import current, head
from storage.sql.deployment import find_deployment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from storage.engines.redis_server import ServerFacts

SUBJECT = "redis"


async def check_redis(settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """Check that Redis answers, keeps what it is given, has our time, and is used by no other house under our prefix."""
    if settings.engine.kind is not EngineKind.REDIS:
        return ()
    examine_server = await load_for_engine(EngineKind.REDIS, _import_examine_server)
    url, prefix = settings.engine.url.get_secret_value(), settings.engine.prefix
    asked = clock.now()
    try:
        server = await examine_server(url, prefix=prefix, tiers=[Tier(name) for name in settings.quotas.tiers])
    except ConfigError as error:
        return (Finding(SUBJECT, Health.WRONG, error.user_text),)
    found = [Finding(SUBJECT, Health.OK, f"{server.name} {server.version} answers at {server.place}.")]
    if server.evicts:
        text = f"Its maxmemory-policy is {server.policy}: when its memory is full it throws queued jobs away."
        found.append(Finding(SUBJECT, Health.WRONG, text, "Set maxmemory-policy noeviction there."))
    found += judge_skew(SUBJECT, server.name, asked - server.now, server.now - clock.now(), settings.worker.lease)
    if server.deployment not in {None, await _read_deployment(settings)}:
        text = f"Another easel, with another database, uses [engine] prefix “{prefix}” there: they take each other's jobs."
        found.append(Finding(SUBJECT, Health.WRONG, text, "Stop it, or set another [engine] prefix for one of the two."))
    if server.unserved:
        names = ", ".join(server.unserved)
        text = f"No worker draws for these tiers at this moment: {names}."
        found.append(Finding(SUBJECT, Health.NOTE, text, "Start easel worker, or easel run, for each of them (--tiers)."))
    return tuple(found)


async def _read_deployment(settings: Settings) -> str | None:
    if await current(settings.records_url) != head():
        return None
    async with open_records(settings) as database:
        return await find_deployment(database)


def _import_examine_server() -> "Callable[..., Awaitable[ServerFacts]]":
    from storage.engines.redis_server import examine_server

    return examine_server
