"""Brand kits of communities: what is in one, and what it adds to a draft."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.brand import BrandKit
from bot.domain.chat import Place
from bot.domain.inputs import MOST_INPUTS, BroughtPicture
from bot.domain.templates import KeptTemplate, Template, TemplateId, TemplateOwner, TemplateScope
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.template_pictures import TemplatePictures
from bot.ports.clock import Clock, Ids
from bot.ports.surfaces import Call
from bot.ports.templates import Templates
from bot.services.quotas import Quotas

_LOGO = "logo"


class Brands:
    """Reads colours and words from a community's rules; its logo is kept as the picture of a template that nobody else finds."""

    def __init__(self, *, templates: Templates, pictures: TemplatePictures, quotas: Quotas, clock: Clock, ids: Ids) -> None:
        self._templates = templates
        self._pictures = pictures
        self._quotas = quotas
        self._clock = clock
        self._ids = ids

    async def kit(self, call: Call) -> BrandKit:
        """Return the brand kit of the place."""
        effective_limits = await self._quotas.effective_limits(call.person, call.place)
        kept = await self._templates.find([self._owner(call.place)], _LOGO)
        return BrandKit.of(effective_limits.of_community.rules, kept.template.pictures if kept else ())

    async def require(self, call: Call) -> BrandKit:
        """Return the brand kit of the place for somebody who asks for it.

        Raises:
            BadInput: There is nothing in it.
        """
        kit = await self.kit(call)
        if kit.is_empty:
            raise BadInput("There is nothing in the brand kit here; an admin fills it with /brandkit set. Nothing was counted.")
        return kit

    async def apply(self, kit: BrandKit, draft: Draft, call: Call) -> Draft:
        """Return a draft with what the kit adds: lines below its words, and the logo where a model takes one more picture."""
        has_logo = bool(kit.logo) and await self._takes_logo(draft, call)
        logo = await self._pictures.bring(kit.logo) if has_logo else ()
        logo_at = len(draft.picture) + 1 if has_logo else 0
        return replace(draft, prompt=kit.apply(draft.prompt, logo_at=logo_at), picture=(*draft.picture, *logo))

    async def set_logo(self, call: Call, brought: Sequence[BroughtPicture]) -> bool:
        """Keep a logo in place of the last one, or none; return whether there was one. Raises as `TemplatePictures.keep` does."""
        new, owner = await self._pictures.keep(brought), self._owner(call.place)
        before = await self._templates.find([owner], _LOGO)
        if new:
            template = Template(_LOGO, _LOGO, pictures=new)
            id_ = TemplateId(self._ids.new())
            await self._templates.save(KeptTemplate(id=id_, owner=owner, template=template, changed_at=self._clock.now()), most=1)
        else:
            await self._templates.remove(owner, _LOGO)
        await self._pictures.drop(before.template.pictures if before else ())
        return before is not None

    async def _takes_logo(self, draft: Draft, call: Call) -> bool:
        count = len(draft.picture) + 1
        offers = await self._quotas.offered_models(call.person, call.place)
        able = [offer for offer in offers if offer.name == draft.model or (draft.model is None and not offer.on_request)]
        return count <= MOST_INPUTS and any(offer.most_inputs >= count for offer in able)

    def _owner(self, place: Place) -> TemplateOwner:
        return TemplateOwner(TemplateScope.COMMUNITY, f"brand:{self._quotas.community(place)}")
