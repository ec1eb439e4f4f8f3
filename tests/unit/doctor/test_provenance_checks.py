"""Asks whether the doctor says as whom copies are signed, and what is wrong with the certificate."""

from pathlib import Path

import pytest

from bot.app.system import SystemClock
from bot.config import Settings
from bot.doctor.checks import DoctorCheck, run_checks
from bot.doctor.provenance_checks import check_provenance
from bot.domain.health import Finding, Health
from tests.fakes.signing import write_signing_files
from tests.unit.app.test_content_credentials import settings_for


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Run the check as the doctor does."""
    return await run_checks([DoctorCheck("provenance", lambda: check_provenance(settings, SystemClock()))])


async def test_without_a_certificate_there_is_nothing_to_say() -> None:
    """Nobody asked for signatures."""
    assert await examine(Settings()) == ()


@pytest.mark.parametrize(("days", "health"), [(90, Health.OK), (9, Health.NOTE)])
async def test_a_certificate_is_good_until_it_soon_ends(tmp_path: Path, days: int, health: Health) -> None:
    """With a month to get a new one."""
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    [finding] = await examine(settings_for(write_signing_files(tmp_path, days=(-1, days))))
    assert finding.health is health
    assert finding.text.startswith("Copies of pictures are signed as Example Studio, until ")


async def test_a_certificate_that_expired_is_wrong(tmp_path: Path) -> None:
    """In the sentence that a start would say."""
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    [finding] = await examine(settings_for(write_signing_files(tmp_path, days=(-9, -1))))
    assert finding.health is Health.WRONG
    assert "expired on" in finding.text
