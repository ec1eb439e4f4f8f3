"""Checks of what the running house remembers of its image services."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.app.stores import open_records
from bot.app.system import SystemClock
from bot.config import Settings
from bot.domain.health import Finding, Health
from bot.domain.provider_accounts import label_accounts
from bot.domain.provider_state import ProviderState
from bot.errors import StorageFailed
from bot.text import duration_text
from storage.migrate import current, head
from storage.sql.provider_states import SqlProviderStates


async def check_provider_states(settings: Settings) -> tuple[Finding, ...]:
    """Return which services rest or are slowed down. Trouble with the database is left to its own check."""
    clock = SystemClock()
    try:
        if await current(settings.records_url) != head():
            return ()
        async with open_records(settings) as database:
            states = await SqlProviderStates(database, clock).all()
    except StorageFailed:
        return ()
    labels = [
        label
        for name, section in settings.all_providers.items()
        for label in label_accounts(list(section.by_account(name))).items()
    ]
    return tuple(describe_states({label: states[name] for name, label in labels if name in states}, clock.now()))


def describe_states(states: Mapping[str, ProviderState], now: datetime) -> Iterator[Finding]:
    """Yield which providers rest, for how long and why, and which get fewer calls than are set."""
    for name, state in states.items():
        if state.rests_until is not None and state.is_resting(now):
            text = f"{name} is not asked for {duration_text(state.rests_until - now)}, because its calls failed: {state.fault}."
            mend = "What its own check says is wrong is to be mended; else it is tried again by itself."
            yield Finding("drawing", Health.NOTE, text, mend)
        if (pace := state.pace(now)) is not None:
            text = f"{name} gets at most {pace} calls a minute, as it said that it gets too many; it slowly gets more again."
            yield Finding("drawing", Health.NOTE, text, f"Set calls_per_minute of {name} to what your account may have.")
