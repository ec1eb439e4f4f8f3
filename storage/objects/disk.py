"""Pictures in a folder of this machine."""

import asyncio
import errno
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.domain.health import Finding, Health, judge_free_space
from bot.errors import ObjectMissing, StorageFailed
from bot.ports.objects import StoredObject
from storage.objects import folders
from storage.objects.object_keys import SUBJECT, TRIAL_CONTENT, check_key, is_key, trial_key

T = TypeVar("T")

_STORE = "disk"
_MARK = "~"
"""No key holds a tilde: nothing that is named with one is ever taken for an object."""

_LONGEST_NAME = 200
"""Characters; file systems take 255 bytes."""

_PATIENCE = timedelta(seconds=60)
_STALE = timedelta(hours=1)

_REASONS = {
    errno.ELOOP: "a symbolic link is in the way",
    errno.ENOTDIR: "a file is where a folder should be",
    errno.EEXIST: "a file is where a folder should be",
}
_MAKE_ROOM = "Make room on that disk, or set another folder."
_MENDS = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EROFS: "Mount that disk for writing, or set another folder.",
    errno.ELOOP: "Replace the link inside the folder by what it points to.",
    errno.ENOTDIR: "Move that file away, or set another folder.",
    errno.EEXIST: "Move that file away, or set another folder.",
}
_LOOK_AFTER = "See whether that disk is well, or set another folder."
_LET_US_WRITE = "Let the user that runs easel write in that folder, or set another one."


class DiskObjects:
    """Keeps each object as a file below `root`, which is made when it is first needed.

    No key, and no symbolic link planted below `root`, leads out of it. A key
    cannot be the folder of another: `a` and `a/b` do not fit side by side.
    Half-written files that a crash left are deleted at the first `put` or
    `check`, once they are an hour old. `patience` is for disks that hang.
    """

    def __init__(self, root: Path, *, patience: timedelta = _PATIENCE) -> None:
        self._root = root
        self._patience = patience
        self._is_swept = False

    def path_of(self, key: str) -> Path:
        """Return the file that `key` is kept in, whether it is there or not.

        Raises:
            StorageFailed: It is not a key.
        """
        return self._root.joinpath(*_names(key))

    async def put(self, key: str, content: bytes, media_type: str) -> None:  # noqa: ARG002 - a file has no media type
        """Keep `content` whole or not at all; it is on the disk, not only in its cache, when this returns."""
        names, token = _names(key), folders.CancelToken()
        try:
            await self._run_in_thread(lambda: self._write(names, content, token))
        finally:
            token.cancel()

    async def get(self, key: str) -> bytes:
        """Return the bytes back."""
        names = _names(key)
        return await self._run_in_thread(lambda: self._read(names))

    async def delete(self, key: str) -> None:
        """Forget the key; its folder stays."""
        names = _names(key)
        await self._run_in_thread(lambda: self._remove(names))

    async def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """Yield the objects of one folder after another, each listed off the loop."""
        waiting, found = [_names(folder)], list[StoredObject]()
        while waiting:
            names = waiting.pop()
            files, inner = await self._run_in_thread(lambda: folders.list_folder(self._root, names))  # noqa: B023 - awaited within the turn
            waiting += [(*names, name) for name in inner]
            found += [one for file in files if (one := _stored_object((*names, file.name), file)) is not None]
            while len(found) >= page:
                yield tuple(found[:page])
                del found[:page]
        if found:
            yield tuple(found)

    async def link(self, key: str, lasts: timedelta) -> str | None:  # noqa: ARG002 - there is no address to last
        """Return None: only `get` reads a disk."""
        check_key(key, _STORE)
        return None

    async def check(self) -> tuple[Finding, ...]:
        """Write, read back and delete a small file, and look how much room is left."""
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await asyncio.to_thread(self._examine)
        except TimeoutError:
            return (self._wrong("does not answer", _LOOK_AFTER),)

    async def _run_in_thread(self, act: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await asyncio.to_thread(act)
        except TimeoutError:
            raise StorageFailed(_STORE, "no answer from the disk") from None
        except OSError as error:
            raise StorageFailed(_STORE, _reason(error)) from error

    def _write(self, names: tuple[str, ...], content: bytes, token: folders.CancelToken) -> None:
        self._sweep()
        with folders.open_folder(self._root, names[:-1], make=True) as folder_fd:
            folders.write(folder_fd, _temporary(), names[-1], content, token)

    def _read(self, names: tuple[str, ...]) -> bytes:
        try:
            with folders.open_folder(self._root, names[:-1]) as folder_fd:
                return folders.read(folder_fd, names[-1])
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ObjectMissing(_STORE, "nothing under that key") from error

    def _remove(self, names: tuple[str, ...]) -> None:
        try:
            with folders.open_folder(self._root, names[:-1]) as folder_fd:
                os.unlink(names[-1], dir_fd=folder_fd)
                os.fsync(folder_fd)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return

    def _sweep(self) -> None:
        """Delete what crashed writers left, once. A new file tells the time: the disk's clock may not be ours."""
        if self._is_swept:
            return
        self._is_swept = True
        probe = _temporary()
        # What cannot be swept cannot be written either, and that is told by the write that comes next.
        with suppress(OSError), folders.open_folder(self._root, (), make=True) as folder_fd:
            os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, dir_fd=folder_fd))
            now = os.stat(probe, dir_fd=folder_fd).st_mtime
            os.unlink(probe, dir_fd=folder_fd)
            folders.remove_older(self._root, _MARK, now - _STALE.total_seconds())

    def _examine(self) -> tuple[Finding, ...]:
        names = _names(trial_key())
        try:
            self._write(names, TRIAL_CONTENT, folders.CancelToken())
            is_same = self._read(names) == TRIAL_CONTENT
            self._remove(names)
            free = shutil.disk_usage(self._root).free
        except OSError as error:
            return (self._wrong(f"cannot be used: {_reason(error)}", _MENDS.get(error.errno or 0, _LET_US_WRITE)),)
        except ObjectMissing:
            is_same, free = False, 0
        if not is_same:
            return (self._wrong("loses what is written to it", _LOOK_AFTER),)
        return (judge_free_space(SUBJECT, f"Pictures are kept in {self._root}", free, _MAKE_ROOM),)

    def _wrong(self, text: str, mend: str) -> Finding:
        return Finding(SUBJECT, Health.WRONG, f"The folder for pictures, {self._root}, {text}.", mend)


def _names(key: str) -> tuple[str, ...]:
    """Return the folders and the file of a key; a part too long for a file name becomes several, marked as no key can be."""
    names: list[str] = []
    for part in check_key(key, _STORE).split("/"):
        cuts = range(0, len(part), _LONGEST_NAME)
        pieces = [part[cut : cut + _LONGEST_NAME] for cut in cuts]
        names += [piece + _MARK for piece in pieces[:-1]] + pieces[-1:]
    return tuple(names)


def _stored_object(names: tuple[str, ...], file: folders.FileInfo) -> StoredObject | None:
    """Return the object that a file holds; None where no key leads to it."""
    key = "".join(name.removesuffix(_MARK) if name.endswith(_MARK) else f"{name}/" for name in names).removesuffix("/")
    if not is_key(key) or _names(key) != names:
        return None
    return StoredObject(key, datetime.fromtimestamp(file.modified, UTC), file.size)


def _temporary() -> str:
    return f"{_MARK}{secrets.token_hex(8)}"


def _reason(error: OSError) -> str:
    """Return what went wrong, without the path."""
    return _REASONS.get(error.errno or 0, os.strerror(error.errno or errno.EIO).lower())
