"""Pictures whose style somebody asks for: one of ours by its link, or those of a template."""

import re
from dataclasses import replace

from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.template_pictures import TemplatePictures
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.quotas import Quotas
from bot.services.templates import TemplateShelf
from bot.text import pluralize, quote

_TEMPLATE_NAME = re.compile(r"[^\W_][\w-]{0,31}")


class Styles:
    """Finds style pictures for those who may see them. A saved style is a template that has pictures."""

    def __init__(self, *, shelf: TemplateShelf, pictures: TemplatePictures, bases: PictureBases, quotas: Quotas) -> None:
        self._shelf = shelf
        self._pictures = pictures
        self._bases = bases
        self._quotas = quotas

    async def apply(self, named: str, draft: Draft, call: Call) -> Draft:
        """Return a draft with the pictures whose style it takes, and a line that says so.

        Raises:
            BadInput: There are none of that name, or they are not there any more.
            NotAllowed: The picture is somebody else's, and from another place.
        """
        brought = await self._find(named, call)
        first, last = len(draft.picture) + 1, len(draft.picture) + len(brought)
        which = f"picture {first}" if first == last else f"pictures {first} to {last}"
        line = f"Style: take colours, technique and mood from {which}, and nothing of what is seen there"
        return replace(draft, prompt=f"{draft.prompt}\n{line}", picture=(*draft.picture, *brought))

    async def _find(self, named: str, call: Call) -> tuple[BroughtPicture, ...]:
        template = await self._find_template(named, call)
        if template:
            return template
        account = await self._quotas.account(call.person)
        found = await self._bases.find(named, account.id, call.place)
        if len(found.pictures) > 1:
            raise BadInput(
                f"There are {pluralize(len(found.pictures), 'picture')} there: please give the link of one. Nothing was counted."
            )
        return (await self._bases.bring(found.pictures[0], InputRole.REFERENCE),)

    async def _find_template(self, named: str, call: Call) -> tuple[BroughtPicture, ...]:
        if not _TEMPLATE_NAME.fullmatch(named.strip()):
            return ()
        wanted = named.strip().casefold()
        all_there_are = await self._shelf.all(call.person, call.place)
        template = next((one.template for one in all_there_are if one.template.name.casefold() == wanted), None)
        if template is not None and not template.pictures:
            raise BadInput(f"The template {quote(named)} has no pictures to take a style from. Nothing was counted.")
        return () if template is None else await self._pictures.bring(template.pictures)
