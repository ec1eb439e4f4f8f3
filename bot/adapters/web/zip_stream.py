"""Pictures as one file that is written while it is sent: no more than one picture is in memory at a time."""

import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.jobs import Job
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.errors import StorageFailed
from bot.ports.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A picture, and what its file is called."""

    name: str
    job: Job
    picture: Picture


FindPicture = Callable[[PictureId], Awaitable[Picture | None]]
"""Reads a picture's record as it stands."""


async def write_zip(entries: Sequence[ZipEntry], find: FindPicture, objects: ObjectStore) -> AsyncIterator[bytes]:
    """Yield the file piece by piece.

    At its end are a list of prompts for people and a manifest for programs. A picture that the store does not give now
    is left out, and both say so; of one that was hidden or removed since the file was begun they say no more than that.
    """
    pipe = _Pipe()
    lines, manifest = [], []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            content, is_gone = await _read(entry.picture, find, objects)
            if content is not None:
                archive.writestr(_info(entry), content)
            lines.append(_line(entry, is_there=content is not None, is_gone=is_gone))
            manifest.append(_facts(entry, is_there=content is not None, is_gone=is_gone))
            yield pipe.take()
        archive.writestr("prompts.txt", "\n".join([*lines, ""]))
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    yield pipe.take()


async def _read(picture: Picture, find: FindPicture, objects: ObjectStore) -> tuple[bytes | None, bool]:
    """Return the bytes of a picture, if it may be seen at this moment, and whether it may not: a file can take minutes."""
    try:
        content = await objects.get(picture.file.key)
        now = await find(picture.id)
    except StorageFailed:
        return None, False
    is_gone = now is None or now.state is not PictureState.VISIBLE
    return None if is_gone else content, is_gone


def _info(entry: ZipEntry) -> zipfile.ZipInfo:
    job = entry.job
    return zipfile.ZipInfo(entry.name, (job.kept_at or job.created_at).timetuple()[:6])


def _line(entry: ZipEntry, *, is_there: bool, is_gone: bool) -> str:
    if is_gone:
        return f"{entry.name} (not to be seen any more)"
    words = entry.job.wish.prompt if entry.job.erased_at is None else "words that are not kept any more"
    return f"{entry.name}{'' if is_there else ' (could not be read now)'}: {words}"


def _facts(entry: ZipEntry, *, is_there: bool, is_gone: bool) -> dict[str, object]:
    job, picture = entry.job, entry.picture
    drawn = job.prepared_prompt.text if job.prepared_prompt else job.wish.prompt
    knows_words = job.erased_at is None and not is_gone
    return {
        "file": entry.name if is_there else None,
        "id": picture.id,
        "is_gone": is_gone,
        "prompt": job.wish.prompt if knows_words else None,
        "drawn_prompt": drawn if knows_words else None,
        "drawn_at": (job.kept_at or job.created_at).isoformat(),
        "width": picture.file.width,
        "height": picture.file.height,
        "media_type": picture.file.media_type,
        "sha256": picture.file.sha256,
        "is_favourite": picture.starred_at is not None,
    }


class _Pipe:
    """A file that an archive is written to, and that is sent at once, so that nothing in it can be changed later."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Write a part, and return its length."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Do nothing: what was written is taken soon."""

    def close(self) -> None:
        """Do nothing: everything was taken by then."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
