"""The Edit a part button, and what is sent from the page that its link opens."""

from dataclasses import dataclass

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Link, Place, Post
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.people import Identity, Person, Platform
from bot.domain.pictures import Picture
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.part_links import LINK_LIFETIME, SESSION_LIFETIME, PartEdit, PartLinks
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import FoundPictures
from bot.services.quotas import Quotas
from bot.text import duration_text


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """What somebody sends from the page: what is to be drawn, and a mask that is clear where."""

    words: str
    mask: bytes


class PartEditing:
    """Lets people change a part of a picture. `page` is the platform of the page itself."""

    def __init__(self, studio: Studio, bases: PictureBases, links: PartLinks, quotas: Quotas, *, page: Platform) -> None:
        self._studio = studio
        self._bases = bases
        self._links = links
        self._quotas = quotas
        self._page = page

    async def offer(self, job: str, call: Call) -> tuple[Link, ...]:
        """Return a link for each picture of a job.

        Raises:
            BadInput: There is none to be seen, or nothing here changes pictures.
            NotAllowed: They are somebody else's, from another place.
        """
        if not any(offer.most_inputs for offer in await self._quotas.offered_models(call.person, call.place)):
            raise BadInput("No image model here changes pictures, so there is nothing to mark. Nothing was counted.")
        pictures = (await self._find(job, call.person, call.place)).pictures
        return tuple([await self._link(picture, number, call) for number, picture in enumerate(pictures, start=1)])

    async def _link(self, picture: Picture, number: int, call: Call) -> Link:
        edit = PartEdit(call.person, call.place, picture.id)
        address = await self._links.issue(edit, is_on_page=call.place.platform == self._page)
        return Link(f"Mark the part of picture {number}" if number > 1 else "Mark the part", address)

    async def open(self, visitor: Identity, secret: str) -> tuple[PartEdit, Picture]:
        """Make a link this visitor's, and return what it is for; raises as `PartLinks.open` and `PictureBases.find` do."""
        edit = await self._links.open(visitor, secret)
        [picture] = (await self._find(edit.picture, edit.person, edit.place)).pictures
        return edit, picture

    async def find(self, visitor: Identity, secret: str) -> PartEdit:
        """Return what the link was for that this visitor opened; raises as `PartLinks.find` does."""
        return await self._links.find(visitor, secret)

    async def send(self, marked: MarkedPart, edit: PartEdit, call: Call) -> None:
        """Draw the part, as a wish of the person whose link it was; raises as `Studio.accept` and `PictureBases.find` do."""
        found = await self._find(edit.picture, edit.person, edit.place)
        pictures = (await self._bases.bring(found.pictures[0]), BroughtPicture(marked.mask, InputRole.MASK))
        await self._studio.accept(Draft(prompt=marked.words, quality=found.job.wish.quality, picture=pictures), call)

    async def close(self, visitor: Identity, secret: str) -> None:
        """Accept nothing more by a link."""
        await self._links.close(visitor, secret)

    async def _find(self, named: str, person: Person, place: Place) -> FoundPictures:
        account = await self._studio.account(person)
        return await self._bases.find(named, account.id, place)


def part(editing: PartEditing, *, is_local: bool) -> Command[JobArgs]:
    """Build the Edit a part button. `is_local` says that the page opens only on the machine that easel runs on."""

    async def run(call: Call, args: JobArgs) -> None:
        links = await editing.offer(args.job, call)
        where = " The link opens on the machine that easel runs on only." if is_local else ""
        await call.whisper(
            Post(
                f"Mark what is to change, and say what should be there: the link is yours alone, opens once within "
                f"{duration_text(LINK_LIFETIME)}, and leaves you {duration_text(SESSION_LIFETIME)}. "
                f"The picture comes here, and counts as yours.{where}",
                links=links,
            )
        )

    return Command("edit-part", "Change a part of the picture", JobArgs, run, is_typed=False, is_for_one_picture=True)
