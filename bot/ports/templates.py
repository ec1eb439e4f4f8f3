"""The templates that people, communities and the house keep."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.templates import KeptTemplate, TemplateId, TemplateOwner


class Templates(Protocol):
    """Keeps templates by their owner and name, whatever the name's case. All methods may raise `StorageFailed`."""

    async def of(self, owners: Sequence[TemplateOwner]) -> tuple[KeptTemplate, ...]:
        """Return the templates of these owners: those of the first owner first, and each one's by name."""
        ...

    async def find(self, owners: Sequence[TemplateOwner], name: str) -> KeptTemplate | None:
        """Return the template of that name; that of the first owner who has one."""
        ...

    async def get(self, template: TemplateId) -> KeptTemplate | None:
        """Return the template with this id, of any owner."""
        ...

    async def save(self, kept: KeptTemplate, *, most: int) -> KeptTemplate:
        """Save a template, in place of the one that its owner has under this name, whose id stays.

        Raises:
            BadInput: The owner has `most` others already.
        """
        ...

    async def remove(self, owner: TemplateOwner, name: str) -> bool:
        """Delete a template; return False where its owner has none of that name."""
        ...
