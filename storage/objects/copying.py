"""Copies all pictures from one store to another. What is there already stays, so an interrupted copy goes on where it was."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from bot.domain.inputs import INPUTS_FOLDER, is_input_key
from bot.domain.pictures import PICTURES_FOLDER, is_picture_key, media_type_of, original_key, sha256_of
from bot.errors import ObjectMissing, StorageFailed
from bot.ports.objects import ObjectStore, StoredObject

OnProgress = Callable[[int], None]
"""Is told how many objects are done since the last time."""

_ROOTS = (PICTURES_FOLDER, INPUTS_FOLDER)
_FOLDERS = [f"{root}/{number:02x}" for root in _ROOTS for number in range(256)]
_PAGE = 1000
_AT_ONCE = 8
"""Objects on their way: pictures have a few megabytes each."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did. `damaged` are keys of originals that no longer have the bytes that they were stored with."""

    copied: int = 0
    copied_bytes: int = 0
    present: int = 0
    damaged: tuple[str, ...] = ()


async def count_objects(source: ObjectStore) -> int:
    """Return how many objects there are to copy.

    Raises:
        StorageFailed: The store is away.
    """
    return sum([len(page) for folder in _ROOTS async for page in _pages(source, folder)])


async def copy_objects(source: ObjectStore, target: ObjectStore, on_progress: OnProgress) -> CopyReport:
    """Copy every picture and input, and every smaller copy of one, that the target does not have yet in its full size.

    An original is compared with the hash in its key before it is written, and
    whatever is written is read back. What somebody deletes from the source
    meanwhile is left out.

    Raises:
        StorageFailed: One of the stores is away, or the target loses what is written; what has arrived stays there.
    """
    report = CopyReport()
    for folder in _FOLDERS:
        # One folder after another, so that only a small part of what the target has is in memory.
        there = {one.key: one.size_bytes async for page in _pages(target, folder) for one in page}
        async for page in _pages(source, folder):
            missing = [one for one in page if there.get(one.key) != one.size_bytes]
            report = replace(report, present=report.present + len(page) - len(missing))
            on_progress(len(page) - len(missing))
            for start in range(0, len(missing), _AT_ONCE):
                some = missing[start : start + _AT_ONCE]
                report = await _copy_some(some, source, target, report)
                on_progress(len(some))
    return report


async def _pages(store: ObjectStore, folder: str) -> AsyncIterator[list[StoredObject]]:
    async for page in store.list(folder, page=_PAGE):
        if ours := [one for one in page if is_picture_key(one.key) or is_input_key(one.key)]:
            yield ours


async def _copy_some(some: Sequence[StoredObject], source: ObjectStore, target: ObjectStore, report: CopyReport) -> CopyReport:
    """Copy a few at once. Where one fails the others are finished first, so that nothing goes on behind our back."""
    sizes = await asyncio.gather(*(_copy_one(one.key, source, target) for one in some), return_exceptions=True)
    for one, size in zip(some, sizes, strict=True):
        if isinstance(size, _Damaged):
            report = replace(report, damaged=(*report.damaged, one.key))
        elif isinstance(size, BaseException):
            raise size
        elif size is not None:
            report = replace(report, copied=report.copied + 1, copied_bytes=report.copied_bytes + size)
    return report


class _Damaged(Exception):
    """The bytes of an original do not have the hash in its key."""


async def _copy_one(key: str, source: ObjectStore, target: ObjectStore) -> int | None:
    """Return how many bytes were copied; None where there is nothing any more."""
    try:
        content = await source.get(key)
    except ObjectMissing:
        return None
    if key == original_key(key) and hashlib.sha256(content).hexdigest() != sha256_of(key):
        raise _Damaged
    await target.put(key, content, media_type_of(key))
    if await target.get(key) != content:
        raise StorageFailed("object store", "what was copied there is read back with other bytes")
    return len(content)
