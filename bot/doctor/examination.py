"""The whole check-up, in the order in which problems are to be fixed."""

from collections.abc import Iterable
from pathlib import Path

from bot.config import Settings
from bot.doctor import machine_checks, settings_checks
from bot.doctor.checks import DoctorCheck, run_checks
from bot.domain.health import Finding


async def examine(
    settings: Settings, *, config_file: Path | None = None, house: Iterable[DoctorCheck] | None = None
) -> tuple[Finding, ...]:
    """Check everything and spend nothing; never raises.

    `config_file` is where the settings were read from. `house` is what the
    house is built of: by default, what the settings choose.
    """
    return await run_checks(
        (
            DoctorCheck("python", machine_checks.check_python),
            DoctorCheck("settings", lambda: settings_checks.report_settings_file(config_file, settings.outdated)),
            DoctorCheck("data_dir", lambda: machine_checks.check_data_folder(settings.home)),
            *(_default_checks(settings) if house is None else house),
            DoctorCheck("web", lambda: machine_checks.check_port(settings.web)),
            DoctorCheck("links", lambda: settings_checks.check_links(settings.web)),
            DoctorCheck("pictures", lambda: settings_checks.check_store_links(settings)),
            DoctorCheck("quotas", lambda: settings_checks.check_quotas(settings)),
            DoctorCheck("membership", lambda: settings_checks.check_membership(settings)),
            DoctorCheck("chats", lambda: settings_checks.report_front_ends(settings)),
        )
    )


def _default_checks(settings: Settings) -> Iterable[DoctorCheck]:
    from bot.doctor.house_checks import house_checks

    return house_checks(settings)
