"""Asking for pictures, asking again, and calling it off."""

from bot.app.quota_services import weights_of
from bot.app.services import Services
from bot.commands.edit import ask_edit, edit
from bot.commands.imagine import imagine
from bot.commands.mistakes import mistake
from bot.commands.pictures import cancel
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.spec import AnyCommand
from bot.domain.chat import Place
from bot.domain.options import Suggestion
from bot.domain.people import Person
from storage.sql.refusals import SqlRefusals


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/imagine`, and the buttons under what it says."""
    studio, base, quotas = services.studio, services.base, services.quotas

    async def suggest_models(person: Person, place: Place) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(offer.name, offer.summary) for offer in await quotas.offered_models(person, place))

    has_lanes = any(section.is_relaxed for section in base.settings.all_providers.values())
    return (
        imagine(studio, weights_of(base.settings), suggest_models, has_lanes=has_lanes),
        edit(studio, services.bases),
        ask_edit(studio, services.bases),
        again(studio),
        vary(studio),
        reword(studio, suggest_models),
        safer(studio),
        mistake(
            studio,
            refusals=SqlRefusals(base.database),
            cases=base.records.cases,
            review=services.cases,
            people=services.people,
            clock=services.base.clock,
        ),
        cancel(studio, services.delivery),
    )
