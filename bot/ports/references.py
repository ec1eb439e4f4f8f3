"""Which stored objects are still referenced."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.pictures import ImageFile


class References(Protocol):
    """Finds which keys of originals and inputs the record references. All methods may raise `StorageFailed`."""

    async def began_at(self) -> datetime | None:
        """Return when the first job of this record was accepted; None where there is none."""
        ...

    async def find_awaited_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return those that a drawing of a job that is not final has among its files, or may get: `KEPT` is not final."""
        ...

    async def find_unstored_files(self, keys: Collection[str]) -> tuple[ImageFile, ...]:
        """Return the files of those that have to reach the store: a `DRAWN` drawing has them, whose job has no pictures yet."""
        ...

    async def find_ended_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return those whose keys are of a drawing's own whose job is final."""
        ...

    async def find_needed_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Return those that are awaited, of a picture that is not `REMOVED`, of an input that is there, or of a template."""
        ...

    async def newest(self, most: int) -> tuple[str, ...]:
        """Return the keys of the newest pictures that people can see, newest first."""
        ...
