"""The templates that somebody can use at a place: their own, the community's, the house's and those that are built in."""

from collections.abc import Iterable

from bot.domain.chat import Place
from bot.domain.people import Person
from bot.domain.template_options import ID_PREFIX
from bot.domain.templates import (
    MOST_TEMPLATES,
    THE_HOUSE,
    KeptTemplate,
    Template,
    TemplateId,
    TemplateOwner,
    TemplateScope,
    check_name,
    escape_words,
)
from bot.errors import BadInput
from bot.ports.clock import Clock, Ids
from bot.ports.templates import Templates
from bot.services.quotas import Quotas
from bot.services.template_files import built_in_templates
from bot.text import pluralize, quote, suggest

_BUILT_IN = "built-in."
"""What the ids of built-in templates begin with; no other id has a dot."""


LAST_WRITTEN = "last-written"
"""The name of the template that `/help-me-write` makes; the next one takes its place."""


class TemplateShelf:
    """Finds templates, and changes them. Commands check who may change which."""

    def __init__(self, templates: Templates, quotas: Quotas, clock: Clock, ids: Ids) -> None:
        self._templates = templates
        self._quotas = quotas
        self._clock = clock
        self._ids = ids

    async def all(self, person: Person, place: Place, *scopes: TemplateScope) -> tuple[KeptTemplate, ...]:
        """Return those that this person can use at a place, nearest first; of these scopes only, if any are named."""
        owners = await self._owners(person, place)
        wanted = [owner for owner in owners if not scopes or owner.scope in scopes]
        kept = await self._templates.of(wanted)
        of_house = {check_name(one.template.name) for one in kept if one.owner == THE_HOUSE}
        built_in = () if THE_HOUSE not in wanted else self._list_built_in()
        return (*kept, *(one for one in built_in if check_name(one.template.name) not in of_house))

    async def find(self, person: Person, place: Place, ref: str) -> KeptTemplate:
        """Return the template of a name, or of what a button carries.

        Raises:
            BadInput: This person has none of that name there.
        """
        owners = await self._owners(person, place)
        if ref.startswith(ID_PREFIX):
            found = await self._get(TemplateId(ref.removeprefix(ID_PREFIX)))
            if found is None or found.owner not in owners:
                raise BadInput("That template is not there any more; /template list shows what there is. Nothing was counted.")
            return found
        name = check_name(ref)
        found = await self._templates.find(owners, name) or _find_named(self._list_built_in(), name)
        if found is None:
            known = [one.template.name for one in await self.all(person, place)]
            raise BadInput(
                f"There is no template {quote(ref)} here; /template list shows what there is.{suggest(name, known)} "
                "Nothing was counted."
            )
        return found

    async def save(
        self, person: Person, place: Place, scope: TemplateScope, templates: Iterable[Template]
    ) -> tuple[Template, ...]:
        """Save templates, and return those that they replaced.

        Raises:
            BadInput: They would be too many; nothing was changed.
        """
        owner = await self._owner(person, place, scope)
        new = {check_name(template.name): template for template in templates}
        before = {check_name(one.template.name): one.template for one in await self._templates.of([owner])}
        if len({*before, *new}) > MOST_TEMPLATES:
            raise BadInput(
                f"That would be {pluralize(len({*before, *new}), 'template')} and {MOST_TEMPLATES} are the most: "
                "please remove some first. Nothing was changed."
            )
        for template in new.values():
            id_ = TemplateId(self._ids.new())
            kept = KeptTemplate(id=id_, owner=owner, template=template, changed_at=self._clock.now())
            await self._templates.save(kept, most=MOST_TEMPLATES)
        return tuple(before[name] for name in new if name in before)

    async def keep_written(self, person: Person, place: Place, prompt: str) -> KeptTemplate:
        """Save words that were just generated for somebody, in place of the last ones, whose buttons stop working."""
        owner = await self._owner(person, place, TemplateScope.MINE)
        await self._templates.remove(owner, LAST_WRITTEN)
        template = Template(LAST_WRITTEN, escape_words(prompt), about="what /help-me-write made last")
        kept = KeptTemplate(id=TemplateId(self._ids.new()), owner=owner, template=template, changed_at=self._clock.now())
        return await self._templates.save(kept, most=MOST_TEMPLATES + 1)

    async def remove(self, person: Person, place: Place, scope: TemplateScope, name: str) -> Template:
        """Remove a template, and return it.

        Raises:
            BadInput: There is none of that name; nothing was changed.
        """
        owner = await self._owner(person, place, scope)
        kept = await self._templates.find([owner], name)
        if kept is None or not await self._templates.remove(owner, name):
            instead = await self._else(person, place, name)
            raise BadInput(f"There is no template {quote(name)} {WHERE[scope]}, so nothing was removed.{instead}")
        return kept.template

    async def _else(self, person: Person, place: Place, name: str) -> str:
        """Return a sentence that says whose the template of that name is instead."""
        found = _find_named(await self.all(person, place), check_name(name))
        if found is None:
            return ""
        if found.id.startswith(_BUILT_IN):
            return " That one is built in, and stays."
        return f" There is one {WHERE[found.owner.scope]}: add --whose {found.owner.scope}."

    async def _get(self, template: TemplateId) -> KeptTemplate | None:
        if template.startswith(_BUILT_IN):
            return next((one for one in self._list_built_in() if one.id == template), None)
        return await self._templates.get(template)

    async def _owners(self, person: Person, place: Place) -> list[TemplateOwner]:
        """Return whose templates this person can use; looking makes no account."""
        account = await self._quotas.find_account(person)
        mine = () if account is None else (TemplateOwner.of_account(account.id),)
        return [*mine, TemplateOwner.of_community(self._quotas.community(place)), THE_HOUSE]

    async def _owner(self, person: Person, place: Place, scope: TemplateScope) -> TemplateOwner:
        if scope is TemplateScope.MINE:
            return TemplateOwner.of_account((await self._quotas.account(person)).id)
        return TemplateOwner.of_community(self._quotas.community(place)) if scope is TemplateScope.COMMUNITY else THE_HOUSE

    def _list_built_in(self) -> tuple[KeptTemplate, ...]:
        now = self._clock.now()
        return tuple(
            KeptTemplate(id=TemplateId(f"{_BUILT_IN}{one.name}"), owner=THE_HOUSE, template=one, changed_at=now)
            for one in built_in_templates()
        )


WHERE = {
    TemplateScope.MINE: "of yours",
    TemplateScope.COMMUNITY: "of this community",
    TemplateScope.HOUSE: "of the house",
}
"""Whose a template is, in words."""


def _find_named(templates: Iterable[KeptTemplate], name: str) -> KeptTemplate | None:
    return next((one for one in templates if check_name(one.template.name) == name), None)
