"""What the REST API needs, of a house on the workbench."""

from bot.adapters.web.rest.jobs import RestDependencies
from bot.domain.people import Person
from bot.errors import BadInput
from bot.services.api_keys import ApiKeyRegistry
from bot.services.job_views import JobViews
from tests.fakes.bench import Bench
from tests.fakes.photos import photo


def rest_dependencies_of(bench: Bench, keys: ApiKeyRegistry, *, owner: str = "") -> RestDependencies:
    """Put it together; the user `owner` may read what pictures cost. There are photos at `https://photos.example/`."""

    async def knows_cost(person: Person) -> bool:
        return person.identity.user == owner

    async def fetch_picture(address: str) -> bytes:
        if not address.startswith("https://photos.example/"):
            raise BadInput("There is no picture that can be fetched at that address. Nothing was counted.")
        return photo()

    return RestDependencies(
        studio=bench.studio,
        quotas=bench.quotas,
        jobs=bench.jobs,
        gallery=bench.gallery,
        views=JobViews(jobs=bench.jobs, pictures=bench.pictures, removals=bench.removals, links=bench.links),
        objects=bench.objects,
        delivery=bench.delivery,
        keys=keys,
        ids=bench.ids,
        clock=bench.clock,
        knows_cost=knows_cost,
        fetch_picture=fetch_picture,
    )
