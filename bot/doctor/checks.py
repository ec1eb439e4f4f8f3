"""Running checks so that a broken one hides nothing of the others."""

import asyncio
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.health import Check, Finding, Health
from bot.errors import EaselError, StorageFailed

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing to look at, and how long that may take."""

    subject: str
    run: Check
    time_limit: timedelta = timedelta(seconds=20)


async def load_modules(*names: str) -> None:
    """Import modules off the loop: vendors take seconds to load, in which no other check would hear its answers."""
    for name in names:
        await asyncio.to_thread(importlib.import_module, name)


async def run_checks(checks: Iterable[DoctorCheck]) -> tuple[Finding, ...]:
    """Run all checks at once, and return the findings in the checks' order."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run_check(check)) for check in checks]
    return tuple(finding for task in tasks for finding in task.result())


async def _run_check(check: DoctorCheck) -> tuple[Finding, ...]:
    """Return the findings of one check. A boundary: a check that breaks is a finding."""
    try:
        async with asyncio.timeout(check.time_limit.total_seconds()):
            return await check.run()
    except TimeoutError:
        text = f"There was no answer within {check.time_limit.total_seconds():.0f} s."
        return (Finding(check.subject, Health.WRONG, text, "See whether what it needs is up, and try again."),)
    except EaselError as error:
        log.info("doctor.found", part=check.subject, reason=str(error))
        return tuple(Finding(check.subject, Health.WRONG, text) for text in _texts(error))
    except Exception as error:
        log.exception("doctor.broke", part=check.subject)
        text = f"It could not be looked at ({type(error).__name__})."
        return (Finding(check.subject, Health.WRONG, text, "Run easel doctor -v, and report what it logs."),)


def _texts(error: EaselError) -> list[str]:
    """Return the sentences for an operator: people in a chat must not read why a store failed, an operator has to."""
    if isinstance(error, StorageFailed):
        return [f"easel cannot use its {error.store}: {error.reason}."]
    return error.user_text.splitlines() if error.kind == "config_error" else [f"{error}."]
