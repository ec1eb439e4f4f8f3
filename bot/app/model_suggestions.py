"""Which image models somebody can choose, as forms and menus offer them."""

from bot.app.services import FeatureServices
from bot.commands.spec import Suggest
from bot.domain.chat import Place
from bot.domain.options import Suggestion
from bot.domain.people import Person


def model_suggestions(services: FeatureServices) -> Suggest:
    """Return a function that suggests the models that a person may ask for at a place."""

    async def suggest(person: Person, place: Place) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(offer.name, offer.summary) for offer in await services.quotas.offered_models(person, place))

    return suggest
