"""Does a check that breaks hide nothing of the others?"""

import asyncio
from datetime import timedelta

from bot.doctor import DoctorCheck, run_checks
from bot.domain.health import Finding, Health
from bot.errors import ConfigError, StorageFailed

FINE = Finding("fine", Health.OK, "All is well.")


async def fine() -> tuple[Finding, ...]:
    """Find nothing wrong."""
    return (FINE,)


async def test_findings_come_in_the_order_of_the_parts() -> None:
    """However long each of them takes."""
    is_second_done = asyncio.Event()

    async def slow() -> tuple[Finding, ...]:
        await is_second_done.wait()
        return (Finding("slow", Health.OK, "Well too."),)

    async def quick() -> tuple[Finding, ...]:
        is_second_done.set()
        return (FINE, FINE)

    found = await run_checks([DoctorCheck("slow", slow), DoctorCheck("quick", quick)])
    assert [finding.subject for finding in found] == ["slow", "fine", "fine"]


async def test_a_check_that_breaks_is_a_finding() -> None:
    """Its text says of what kind; the log says where."""

    async def broken() -> tuple[Finding, ...]:
        raise ZeroDivisionError("secret")

    found = await run_checks([DoctorCheck("broken", broken), DoctorCheck("fine", fine)])
    assert found == (
        Finding(
            "broken",
            Health.WRONG,
            "It could not be looked at (ZeroDivisionError).",
            "Run easel doctor -v, and report what it logs.",
        ),
        FINE,
    )


async def test_a_check_that_takes_too_long_is_a_finding() -> None:
    """And is stopped."""
    ends: list[str] = []

    async def endless() -> tuple[Finding, ...]:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("stopped")
        return ()

    [late, well] = await run_checks(
        [DoctorCheck("endless", endless, time_limit=timedelta(milliseconds=20)), DoctorCheck("fine", fine)]
    )
    assert (late.subject, late.health, well) == ("endless", Health.WRONG, FINE)
    assert ends == ["stopped"]


async def test_a_mistake_in_the_settings_is_told_in_its_own_words() -> None:
    """One finding for each sentence."""

    async def mistaken() -> tuple[Finding, ...]:
        raise ConfigError("One is wrong.\nAnother is wrong.")

    found = await run_checks([DoctorCheck("drawing", mistaken)])
    assert [finding.text for finding in found] == ["One is wrong.", "Another is wrong."]


async def test_an_operator_is_told_the_reason_that_people_in_a_chat_are_not() -> None:
    """Whoever runs the doctor can mend it."""

    async def away() -> tuple[Finding, ...]:
        raise StorageFailed("database", "file is not a database")

    [finding] = await run_checks([DoctorCheck("database", away)])
    assert finding.text == "easel cannot use its database: file is not a database."
