"""The whole check-up, in the order in which things are mended."""

from collections.abc import Iterable
from pathlib import Path

from bot.config import Settings
from bot.doctor import machine, paper
from bot.doctor.checks import Part, all_of
from bot.domain.health import Finding


async def examine(
    settings: Settings, *, config_file: Path | None = None, house: Iterable[Part] | None = None
) -> tuple[Finding, ...]:
    """Check everything and spend nothing; never raises.

    `config_file` is where the settings were read from. `house` is what the
    house is built of: by default, what the settings choose.
    """
    return await all_of(
        (
            Part("python", machine.python),
            Part("settings", lambda: paper.settings_file(config_file)),
            Part("data_dir", lambda: machine.data_folder(settings.home)),
            *(_chosen_by(settings) if house is None else house),
            Part("web", lambda: machine.port(settings.web)),
            Part("links", lambda: paper.links(settings.web)),
            Part("pictures", lambda: paper.ways_to_the_store(settings)),
            Part("quotas", lambda: paper.quotas(settings)),
            Part("membership", lambda: paper.memberships(settings)),
            Part("chats", lambda: paper.front_ends(settings)),
        )
    )


def _chosen_by(settings: Settings) -> Iterable[Part]:
    from bot.doctor.parts import house_parts

    return house_parts(settings)
