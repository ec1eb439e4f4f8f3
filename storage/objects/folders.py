"""Files below one folder, reached without ever following a symbolic link."""

import errno
import os
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20


class Dropped(Exception):
    """The writer learned that its file is not wanted any more."""


class Pledge:
    """Whether a file that is being written is still wanted; told from one thread to another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_dropped = False

    def drop(self) -> None:
        """Want the file no more: from now on it will not appear, unless it has already."""
        with self._lock:
            self._is_dropped = True

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Hold the pledge for a moment in which it cannot be dropped.

        Raises:
            Dropped: It was dropped before.
        """
        with self._lock:
            if self._is_dropped:
                raise Dropped
            yield


@contextmanager
def folder(root: Path, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder that `names` lead to from `root`, making the missing ones if told to.

    Raises:
        OSError: It is not there, or a link or a file stands in the way.
    """
    if make:
        root.mkdir(parents=True, exist_ok=True)
    here = os.open(root, _FOLDER)
    try:
        for name in names:
            inner = _inner(here, name, make=make)
            os.close(here)
            here = inner
        yield here
    finally:
        os.close(here)


def read(here: int, name: str) -> bytes:
    """Give the bytes of a regular file.

    Raises:
        FileNotFoundError: There is none of that name.
        OSError: It cannot be read.
    """
    with _opened(here, name, _READ) as file:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with open(file, "rb", closefd=False) as stream:
            return stream.read()


def write(here: int, temporary: str, name: str, content: bytes, pledge: Pledge) -> None:
    """Have `content` under `name` whole and for good, by way of the file `temporary`, or not at all.

    Raises:
        Dropped: The pledge was dropped on the way.
        OSError: It cannot be written.
    """
    try:
        _fill(here, temporary, content, pledge)
        with pledge.kept():
            os.replace(temporary, name, src_dir_fd=here, dst_dir_fd=here)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=here)
        raise
    os.fsync(here)


def remove_older(root: Path, mark: str, limit: float) -> int:
    """Delete the regular files below `root` whose names start with `mark` and that last changed before `limit`; count them."""
    count = 0
    for _, _, names, here in os.fwalk(root, follow_symlinks=False):
        for name in names:
            if not name.startswith(mark):
                continue
            with suppress(OSError):
                facts = os.stat(name, dir_fd=here, follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime < limit:
                    os.unlink(name, dir_fd=here)
                    count += 1
    return count


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A regular file's name, its size in bytes, and when it last changed, in seconds since 1970."""

    name: str
    size: int
    modified: float


def look_into(root: Path, names: Sequence[str]) -> tuple[list[FileFacts], list[str]]:
    """Return the regular files and the names of the folders in a folder; links are neither, and what is not there has none.

    Raises:
        OSError: It cannot be read.
    """
    files: list[FileFacts] = []
    inner: list[str] = []
    with suppress(FileNotFoundError), folder(root, names) as here, os.scandir(here) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(facts.st_mode):
                    inner.append(entry.name)
                elif stat.S_ISREG(facts.st_mode):
                    files.append(FileFacts(entry.name, facts.st_size, facts.st_mtime))
    return files, inner


def _inner(here: int, name: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=here)
            os.fsync(here)
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
    except NotADirectoryError:
        # Linux says the same of a link as of a file; whoever has to mend it wants to know which.
        if stat.S_ISLNK(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise


def _fill(here: int, temporary: str, content: bytes, pledge: Pledge) -> None:
    with _opened(here, temporary, _WRITE_NEW) as file:
        rest = memoryview(content)
        while rest:
            with pledge.kept():
                pass
            rest = rest[os.write(file, rest[:_CHUNK]) :]
        os.fsync(file)


@contextmanager
def _opened(here: int, name: str, flags: int) -> Iterator[int]:
    file = os.open(name, flags, 0o666, dir_fd=here)
    try:
        yield file
    finally:
        os.close(file)
