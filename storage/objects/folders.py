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


class WriteCancelled(Exception):
    """The writer learned that its file is not wanted any more."""


class CancelToken:
    """Cancels a write that runs in another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False

    def cancel(self) -> None:
        """Cancel the write: from now on its file will not appear, unless it has already."""
        with self._lock:
            self._is_cancelled = True

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the write from being cancelled for a moment.

        Raises:
            WriteCancelled: It was cancelled before.
        """
        with self._lock:
            if self._is_cancelled:
                raise WriteCancelled
            yield


@contextmanager
def open_folder(root: Path, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder that `names` lead to from `root`, making the missing ones if told to.

    Raises:
        OSError: It is not there, or a link or a file stands in the way.
    """
    if make:
        root.mkdir(parents=True, exist_ok=True)
    folder_fd = os.open(root, _FOLDER)
    try:
        for name in names:
            inner = _open_subfolder(folder_fd, name, make=make)
            os.close(folder_fd)
            folder_fd = inner
        yield folder_fd
    finally:
        os.close(folder_fd)


def read(folder_fd: int, name: str) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        FileNotFoundError: There is none of that name.
        OSError: It cannot be read.
    """
    with _open_file(folder_fd, name, _READ) as file:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with open(file, "rb", closefd=False) as stream:
            return stream.read()


def write(folder_fd: int, temporary: str, name: str, content: bytes, token: CancelToken) -> None:
    """Have `content` under `name` whole and for good, by way of the file `temporary`, or not at all.

    Raises:
        WriteCancelled: It was cancelled on the way.
        OSError: It cannot be written.
    """
    try:
        _write_content(folder_fd, temporary, content, token)
        with token.hold():
            os.replace(temporary, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder_fd)
        raise
    os.fsync(folder_fd)


def remove_older(root: Path, mark: str, limit: float) -> int:
    """Delete regular files below `root` whose names start with `mark` and that changed before `limit`; return their number."""
    count = 0
    for _, _, names, folder_fd in os.fwalk(root, follow_symlinks=False):
        for name in names:
            if not name.startswith(mark):
                continue
            with suppress(OSError):
                facts = os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime < limit:
                    os.unlink(name, dir_fd=folder_fd)
                    count += 1
    return count


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A regular file's name, its size in bytes, and when it last changed, in seconds since 1970."""

    name: str
    size: int
    modified: float


def list_folder(root: Path, names: Sequence[str]) -> tuple[list[FileInfo], list[str]]:
    """Return the regular files and the names of the folders in a folder; links are neither, and what is not there has none.

    Raises:
        OSError: It cannot be read.
    """
    files: list[FileInfo] = []
    inner: list[str] = []
    with suppress(FileNotFoundError), open_folder(root, names) as folder_fd, os.scandir(folder_fd) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(facts.st_mode):
                    inner.append(entry.name)
                elif stat.S_ISREG(facts.st_mode):
                    files.append(FileInfo(entry.name, facts.st_size, facts.st_mtime))
    return files, inner


def _open_subfolder(folder_fd: int, name: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder_fd)
            os.fsync(folder_fd)
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder_fd)
    except NotADirectoryError:
        # Linux says the same of a link as of a file; whoever has to mend it wants to know which.
        if stat.S_ISLNK(os.stat(name, dir_fd=folder_fd, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise


def _write_content(folder_fd: int, temporary: str, content: bytes, token: CancelToken) -> None:
    with _open_file(folder_fd, temporary, _WRITE_NEW) as file:
        rest = memoryview(content)
        while rest:
            with token.hold():
                pass
            rest = rest[os.write(file, rest[:_CHUNK]) :]
        os.fsync(file)


@contextmanager
def _open_file(folder_fd: int, name: str, flags: int) -> Iterator[int]:
    file = os.open(name, flags, 0o666, dir_fd=folder_fd)
    try:
        yield file
    finally:
        os.close(file)
