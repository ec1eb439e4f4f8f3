"""Checks that this machine and the database's have the same time."""

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
    return judge_skew("database", "PostgreSQL", asked - theirs, theirs - clock.now(), lease)


def judge_skew(subject: str, whose: str, behind: timedelta, ahead: timedelta, lease: timedelta) -> tuple[Finding, ...]:
    """Return a finding about a clock that is at least `behind` ours, or `ahead` of it; what is negative is neither."""
    skew = max(behind, ahead, timedelta())
    if skew < _NOTABLE_SKEW:
        return ()
    text = f"The clocks of this machine and of {whose} are {skew.total_seconds():.0f} s apart"
    mend = "Have both machines take the time from a time server (NTP)."
    if skew < lease / 2:
        return (Finding(subject, Health.NOTE, f"{text}.", mend),)
    why = "so two machines may think that a job is theirs, and pay for it twice"
    return (Finding(subject, Health.WRONG, f"{text}, {why}.", mend),)
