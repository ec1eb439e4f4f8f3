"""Templates, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.templates import KeptTemplate, TemplateId, TemplateOwner, check_name
from bot.errors import BadInput
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryTemplates:
    """Keeps templates by owner and name."""

    def __init__(self) -> None:
        self.rows: dict[tuple[TemplateOwner, str], KeptTemplate] = {}
        self.failures = ScriptedFailures()

    async def of(self, owners: Sequence[TemplateOwner]) -> tuple[KeptTemplate, ...]:
        """List theirs."""
        self.failures.raise_next("of")
        theirs = [key for key in self.rows if key[0] in owners]
        return tuple(self.rows[key] for key in sorted(theirs, key=lambda key: (owners.index(key[0]), key[1])))

    async def find(self, owners: Sequence[TemplateOwner], name: str) -> KeptTemplate | None:
        """Look each owner's up."""
        self.failures.raise_next("find")
        found = (self.rows.get((owner, check_name(name))) for owner in owners)
        return next((kept for kept in found if kept is not None), None)

    async def get(self, template: TemplateId) -> KeptTemplate | None:
        """Look through all."""
        return next((kept for kept in self.rows.values() if kept.id == template), None)

    async def save(self, kept: KeptTemplate, *, most: int) -> KeptTemplate:
        """Keep it."""
        self.failures.raise_next("save")
        key = (kept.owner, check_name(kept.template.name))
        if sum(one.owner == kept.owner for other, one in self.rows.items() if other != key) >= most:
            raise BadInput(f"{most} templates are the most, so it was not saved; /template remove makes room.")
        before = self.rows.get(key)
        self.rows[key] = kept if before is None else replace(kept, id=before.id)
        return self.rows[key]

    async def remove(self, owner: TemplateOwner, name: str) -> bool:
        """Drop it."""
        return self.rows.pop((owner, check_name(name)), None) is not None
