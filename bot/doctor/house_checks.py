"""Checks of the database, the object store, the AI services and the chat platforms, each opened by itself."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from bot.app.ai_services import AiServices, open_ai_services
from bot.app.broker_checks import check_broker
from bot.app.openai_services import image_model, image_model_names
from bot.app.orphans import open_orphans
from bot.app.provider_instance import reason_to_draw
from bot.app.redis_checks import check_redis
from bot.app.stores import open_objects
from bot.app.system import SystemClock
from bot.config import Settings
from bot.config.provider_settings import CompatibleProviderSettings, OpenAiAccountSettings
from bot.doctor import chat_checks
from bot.doctor.checks import DoctorCheck, load_modules, run_checks
from bot.doctor.database_checks import check_postgres, check_version
from bot.doctor.picture_checks import check_newest_pictures, check_spool
from bot.doctor.provenance_checks import check_provenance
from bot.doctor.provider_checks import check_provider_states
from bot.domain.health import Finding, Health
from bot.domain.provider_accounts import provider_of
from bot.errors import ConfigError, StorageFailed
from bot.services.orphans import GRACE, OrphanCount
from bot.text import join_words, pluralize
from storage.migrate import current
from storage.sql.failures import reason_of
from storage.sql.sqlite import is_sqlite, sqlite_file

_CHECK_SECONDS = 10.0
_STEPS_BETWEEN_LOOKS = 100_000
_MOST_OBJECTS = 10_000
"""Objects that are looked at for orphans, so that a large store does not keep the doctor waiting."""


def house_checks(settings: Settings) -> tuple[DoctorCheck, ...]:
    """Return the checks that the settings call for."""
    return (
        DoctorCheck("database", lambda: check_database(settings)),
        DoctorCheck("redis", lambda: check_redis(settings, SystemClock())),
        DoctorCheck("engine", lambda: check_broker(settings)),
        DoctorCheck("pictures", lambda: check_object_store(settings)),
        DoctorCheck("pictures", lambda: check_newest_pictures(settings)),
        DoctorCheck("pictures", lambda: check_spool(settings)),
        DoctorCheck("orphans", lambda: check_orphans(settings)),
        DoctorCheck("provenance", lambda: check_provenance(settings, SystemClock())),
        DoctorCheck("drawing", lambda: check_ai_services(settings)),
        DoctorCheck("drawing", lambda: check_provider_states(settings)),
        DoctorCheck("discord", lambda: chat_checks.check_discord(settings)),
        DoctorCheck("slack", lambda: chat_checks.check_slack(settings)),
    )


async def check_database(settings: Settings) -> tuple[Finding, ...]:
    """Check that the database opens, is whole, and is of this version."""
    url = make_url(settings.records_url)
    if not is_sqlite(url):
        return await check_postgres(settings)
    path = sqlite_file(url)
    version = await current(settings.records_url)
    if version is None:
        return (Finding("database", Health.OK, f"{path} will be made at the first start."),)
    return (
        check_version(f"{path} opens", version),
        await asyncio.to_thread(_check_damage, path),
        *await asyncio.to_thread(_check_writable, path),
    )


def _check_damage(path: Path) -> Finding:
    """Have SQLite check its file for damage, within a time limit."""
    until = time.monotonic() + _CHECK_SECONDS
    with _open_read_only(path) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
        try:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise StorageFailed("database", str(error)) from error
            return Finding("database", Health.NOTE, f"It is too large to be checked for damage in {_CHECK_SECONDS:.0f} s.")
    if answer == "ok":
        return Finding("database", Health.OK, "It is not damaged.")
    return Finding("database", Health.WRONG, "It is damaged.", f"Stop easel, keep a copy of {path}, and bring back a backup.")


def _check_writable(path: Path) -> tuple[Finding, ...]:
    """Begin to write and roll back; return a finding where that fails."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        ) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("PRAGMA user_version = 0")
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        text = f"{path} cannot be written to: {reason_of(error)}."
        mend = "Let the user that runs easel write to it and to its folder; if it is locked, stop whatever else has it open."
        return (Finding("database", Health.WRONG, text, mend),)
    return ()


@contextlib.contextmanager
def _open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise StorageFailed("database", str(error)) from error
    with contextlib.closing(connection):
        yield connection


async def check_object_store(settings: Settings) -> tuple[Finding, ...]:
    """Put, read back and delete a small object, and return what was found."""
    async with open_objects(settings) as store:
        return await store.check()


async def check_orphans(settings: Settings) -> tuple[Finding, ...]:
    """Count what the daily sweep would remove. Trouble with the database or the store is left to their own checks."""
    try:
        async with open_orphans(settings) as found:
            return () if found is None else _describe_orphans(await found.count(most=_MOST_OBJECTS))
    except (ConfigError, StorageFailed):
        return ()


def _describe_orphans(count: OrphanCount) -> tuple[Finding, ...]:
    if not count.objects:
        return ()
    objects = pluralize(count.objects, "object")
    verb = "belongs" if count.objects == 1 else "belong"
    among = "" if count.is_complete else f" of the first {_MOST_OBJECTS:,}"
    text = f"{objects}{among} ({count.size_bytes / 1_000_000:.1f} MB) {verb} to no picture"
    if not count.is_implausible:
        return (Finding("orphans", Health.OK, f"{text}; easel run removes such objects after {GRACE.days} days."),)
    mend = "Give every easel that has a database of its own a folder, or a prefix in the bucket, of its own too."
    text = f"{text}: so many that the store may hold another easel's pictures. They are not removed."
    return (Finding("orphans", Health.NOTE, text, mend),)


async def check_ai_services(settings: Settings) -> tuple[Finding, ...]:
    """Check the image providers, the rewriter and the moderation models."""
    if settings.openai.api_key or any(
        isinstance(found, (OpenAiAccountSettings, CompatibleProviderSettings)) for found in settings.providers.values()
    ):
        await load_modules("bot.providers.openai.client", "bot.providers.openai.images", "bot.providers.openai.rewriter")
    async with open_ai_services(settings, SystemClock()) as chosen:
        checks = [DoctorCheck(name, check) for name, check in chosen.checks]
        return (*_describe_choice(settings, chosen), *await run_checks(checks), *_describe_guard(settings, chosen))


def _describe_choice(settings: Settings, chosen: AiServices) -> Iterator[Finding]:
    """Yield which provider draws, and why."""
    names = ", then ".join(f"{provider_of(provider.name)} ({provider.model})" for provider in chosen.providers)
    first = chosen.order[0]
    why = reason_to_draw(settings, first)
    if settings.drawing_order == ("offline",) and not settings.drawing.providers:
        text = "No OpenAI key is set, so pictures are offline previews, painted by a program on this machine."
        yield Finding("drawing", Health.NOTE, text, "Set OPENAI_API_KEY to have a model draw them.")
    else:
        yield Finding("drawing", Health.OK, f"Pictures are drawn by {names}, because {why}.")
    if chosen.on_request:
        names = join_words([f"{provider_of(provider.name)} ({provider.model})" for provider in chosen.on_request], "and")
        yield Finding("drawing", Health.OK, f"Only for whoever asks for their model, pictures are drawn by {names} too.")
    for name, section in settings.all_providers.items():
        if isinstance(section, OpenAiAccountSettings):
            yield from _describe_model(settings, name, section)


def _describe_model(settings: Settings, name: str, section: OpenAiAccountSettings) -> Iterator[Finding]:
    """Yield which other models could be chosen, and whether costs will be known."""
    model, names = image_model(settings, name, section), ", ".join(image_model_names(settings))
    setting = "[openai] image_model" if name == "openai" else f"[providers.{name}] model"
    yield Finding("models", Health.OK, f"{setting} is {model.name}; known here are {names}.")
    if model.prices is None:
        text = f"Nothing is known about the price of {model.name}, so its pictures will seem to be free."
        yield Finding("models", Health.NOTE, text, f'Set price under [models."{model.name}"].')


def _describe_guard(settings: Settings, chosen: AiServices) -> Iterator[Finding]:
    """Yield what judges people's words, so that nobody thinks that more does."""
    guard = settings.guard
    usual = "all of easel's own word lists" if guard.use_default_blocklist else "two of easel's own word lists"
    rules = f"{usual}, {len(guard.lists)} files and {len(guard.blocked)} phrases of yours"
    if chosen.model_stages:
        yield Finding("guard", Health.OK, f"Words are checked by {guard.moderation_model}, and by rules: {rules}.")
    elif settings.drawing_order == ("offline",):
        yield Finding("guard", Health.OK, f"Words are checked by rules only, as no model draws: {rules}.")
    else:
        mend = "Set an OpenAI key to have a model look at them."
        if settings.openai.api_key:
            mend = "Set [guard] moderation_model, if your gateway has one."
        yield Finding("guard", Health.NOTE, f"No moderation model looks at people's words, only rules: {rules}.", mend)
