"""Asking for pictures, asking again, and calling it off."""

from bot.app.quota_services import weights_of
from bot.app.services import Services
from bot.commands.imagine import imagine
from bot.commands.mistakes import mistake
from bot.commands.pictures import cancel
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.spec import AnyCommand
from storage.sql.refusals import SqlRefusals


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/imagine`, and the buttons under what it says."""
    studio, base = services.studio, services.base
    return (
        imagine(studio, weights_of(base.settings)),
        again(studio),
        vary(studio),
        reword(studio),
        safer(studio),
        mistake(
            studio,
            refusals=SqlRefusals(base.database),
            cases=base.records.cases,
            review=services.cases,
            people=services.people,
        ),
        cancel(studio, services.delivery),
    )
