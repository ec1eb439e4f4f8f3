"""What moderators do about people, and how somebody stands."""

from bot.app.moderation import build_appeals
from bot.app.services import FeatureServices
from bot.commands.appeal import appeal, contest
from bot.commands.sanction_input import SanctionInput
from bot.commands.sanctions import (
    sanction_ban,
    sanction_lift,
    sanction_list,
    sanction_mute,
    sanction_warn,
    standing_command,
    unsanction,
)
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/sanction`, `/standing` and `/appeal`."""
    sanctions, appeals = services.moderation.sanctions, build_appeals(services.base, services.moderation.cases)
    typed = SanctionInput(services.people, services.quotas, services.base.clock, is_owner=services.is_owner)
    return (
        standing_command(sanctions, typed),
        sanction_warn(sanctions, typed),
        sanction_mute(sanctions, typed),
        sanction_ban(sanctions, typed),
        sanction_lift(sanctions, typed),
        sanction_list(sanctions, typed),
        unsanction(sanctions, typed),
        appeal(appeals, services.people, services.quotas),
        contest(appeals, services.people, services.quotas),
    )
