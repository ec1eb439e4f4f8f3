"""Whether this machine and the database's have the same time."""

from datetime import timedelta

from bot.domain.health import Finding, Health
from bot.ports.clock import Clock
from storage.sql.database import Database

_NOTABLE_SKEW = timedelta(seconds=2)


async def check_clock(database: Database, clock: Clock, lease: timedelta) -> tuple[Finding, ...]:
    """Compare the clocks: machines whose clocks are further apart than a lease take each other's jobs."""
    asked = clock.now()
    theirs = await database.now()
    if theirs is None:
        return ()
    skew = max(asked - theirs, theirs - clock.now(), timedelta())
    if skew < _NOTABLE_SKEW:
        return ()
    text = f"The clocks of this machine and of PostgreSQL are {skew.total_seconds():.0f} s apart"
    mend = "Have both machines take the time from a time server (NTP)."
    if skew < lease / 2:
        return (Finding("database", Health.NOTE, f"{text}.", mend),)
    why = "so two machines may think that a job is theirs, and pay for it twice"
    return (Finding("database", Health.WRONG, f"{text}, {why}.", mend),)
