"""Asks the disk store what only a disk is asked: full and read-only ones, planted links, and what crashes leave."""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.health import Health
from bot.errors import ObjectMissing, StorageFailed
from storage.objects.disk import DiskObjects

KEY = "pictures/ab/abcdef.png"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder that nobody has made yet."""
    return tmp_path / "not" / "yet"


def files_in(root: Path) -> list[str]:
    """Return every file in there, whatever it is called."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def in_a_process_of_its_own(program: str, *arguments: str) -> str:
    """Run what would not be good for this process; give what it printed."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_path_of_tells_where_the_bytes_are(root: Path) -> None:
    """The command line prints it; there is no address for others."""
    store = DiskObjects(root)
    await store.put(KEY, b"picture", "image/png")
    assert await store.link(KEY, timedelta(hours=1)) is None
    assert store.path_of(KEY) == root / KEY
    assert (root / KEY).read_bytes() == b"picture"
    assert files_in(root) == [KEY]


async def test_a_key_that_is_the_folder_of_another_is_refused(root: Path) -> None:
    """With a reason, and without harm to what is there."""
    store = DiskObjects(root)
    await store.put("a/b", b"first", "image/png")
    for key, reason in (("a", "is a directory"), ("a/b/c", "a file is where a folder should be")):
        with pytest.raises(StorageFailed, match=reason):
            await store.put(key, b"second", "image/png")
    assert await store.get("a/b") == b"first"
    assert files_in(root) == ["a/b"]


WRITE_UNDER_A_LIMIT = """
import asyncio, resource, sys
from pathlib import Path
from bot.errors import StorageFailed
from storage.objects.disk import DiskObjects

async def main(root):
    store = DiskObjects(root)
    await store.put("a/b.png", b"small", "image/png")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    for key in ("a/b.png", "a/c.png"):
        try:
            await store.put(key, bytes(3 << 20), "image/png")
        except StorageFailed as failure:
            print(failure)

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_picture_that_does_not_fit_leaves_no_trace(root: Path) -> None:
    """The system refuses to write more than 1 MiB of it, in the middle of the file."""
    said = in_a_process_of_its_own(WRITE_UNDER_A_LIMIT, str(root))
    assert said.splitlines() == ["store=disk reason=file too large"] * 2
    assert files_in(root) == ["a/b.png"]
    assert (root / "a/b.png").read_bytes() == b"small"


WRITE_WITHOUT_LEAVE = """
import asyncio, os, sys
from pathlib import Path
from bot.errors import StorageFailed
from storage.objects.disk import DiskObjects

async def main(open_root, closed_root):
    await DiskObjects(open_root).put("a/b.png", b"loads all modules", "image/png")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)  # root may write everywhere, whatever the modes say
    store = DiskObjects(closed_root)
    for act in (store.put("a/b.png", b"x", "image/png"), store.delete("kept.png")):
        try:
            await act
        except StorageFailed as failure:
            print(failure)
    for finding in await store.check():
        print(finding.health, finding.text, finding.mend)

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


@pytest.fixture
def closed_root() -> Iterator[Path]:
    """Make a folder that everybody may read and nobody but root may write; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        closed = Path(outer) / "closed"
        closed.mkdir()
        (closed / "kept.png").write_bytes(b"kept")
        closed.chmod(0o555)
        yield closed
        closed.chmod(0o755)


def test_a_folder_without_leave_to_write_is_named(root: Path, closed_root: Path) -> None:
    """Asked as a user who really has none."""
    put, delete, check = in_a_process_of_its_own(WRITE_WITHOUT_LEAVE, str(root), str(closed_root)).splitlines()
    assert put == delete == "store=disk reason=permission denied"
    assert check.startswith("wrong")
    assert "permission denied" in check
    assert "Let the user that runs easel write" in check
    assert files_in(closed_root) == ["kept.png"]


def plant(link: Path, target: Path) -> None:
    """Put a symbolic link where no store would."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Make a folder that no key should ever reach."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.png").write_bytes(b"not yours")
    return outside


async def test_a_planted_link_to_a_folder_is_not_followed(root: Path, outside: Path) -> None:
    """Neither to write, nor to read, nor to delete; and the reason is told."""
    plant(root / "a", outside)
    store = DiskObjects(root)
    for act in (
        store.put("a/b.png", b"x", "image/png"),
        store.put("a/c/d", b"x", "image/png"),
        store.get("a/b.png"),
        store.delete("a/b.png"),
    ):
        with pytest.raises(StorageFailed, match="a symbolic link is in the way") as failure:
            await act
        assert not isinstance(failure.value, ObjectMissing)
    assert files_in(outside) == ["b.png"]
    assert (outside / "b.png").read_bytes() == b"not yours"


async def test_a_planted_link_to_a_file_is_not_followed(root: Path, outside: Path) -> None:
    """It is not read; to put or delete its key replaces or removes the link alone."""
    planted = root / "a" / "b.png"
    store = DiskObjects(root)
    plant(planted, outside / "b.png")
    with pytest.raises(StorageFailed, match="a symbolic link is in the way"):
        await store.get("a/b.png")
    await store.delete("a/b.png")
    assert not planted.is_symlink()
    plant(planted, outside / "b.png")
    await store.put("a/b.png", b"ours", "image/png")
    assert not planted.is_symlink()
    assert await store.get("a/b.png") == b"ours"
    assert (outside / "b.png").read_bytes() == b"not yours"


async def test_the_folder_itself_may_be_a_link(root: Path, outside: Path) -> None:
    """That one was set up by whoever runs the house."""
    plant(root, outside)
    assert await DiskObjects(root).get("b.png") == b"not yours"


async def test_a_planted_pipe_does_not_hang_the_house(root: Path) -> None:
    """It is no object, and nobody waits for somebody to write into it."""
    store = DiskObjects(root)
    await store.check()
    os.mkfifo(root / "a.png")
    with pytest.raises(ObjectMissing):
        await store.get("a.png")


async def test_a_disk_that_hangs_is_given_up(root: Path) -> None:
    """By `put` and by `check`, each with a sentence of its own."""
    disk_is_back = threading.Event()
    store = DiskObjects(root, patience=timedelta(seconds=0.05))
    with ThreadPoolExecutor(1) as threads:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(threads)
        hanging = loop.run_in_executor(None, disk_is_back.wait)
        try:
            with pytest.raises(StorageFailed, match="no answer from the disk"):
                await store.put(KEY, b"late", "image/png")
            [finding] = await store.check()
        finally:
            disk_is_back.set()
        await hanging
    assert finding.health is Health.WRONG
    assert "does not answer" in finding.text


async def test_a_put_that_was_given_up_does_not_turn_up_later(root: Path) -> None:
    """Its thread goes on for a moment, and must then find that nobody wants the file any more."""
    store = DiskObjects(root, patience=timedelta(milliseconds=2))
    with ThreadPoolExecutor(1) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        with pytest.raises(StorageFailed, match="no answer from the disk"):
            await store.put(KEY, bytes(64 << 20), "image/png")
        await asyncio.to_thread(bool)
    assert files_in(root) == []


def leave_half_written(root: Path, name: str, age: timedelta) -> None:
    """Leave what a crash in mid-put leaves."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half of a pic")
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))


@pytest.mark.parametrize("first_use", ["put", "check"])
async def test_what_a_crash_left_is_swept_once_it_is_old(root: Path, first_use: str) -> None:
    """A young one may be another process's that is still being written."""
    leave_half_written(root, "pictures/ab/~old", timedelta(hours=1, minutes=1))
    leave_half_written(root, "~old", timedelta(days=3))
    leave_half_written(root, "pictures/ab/~young", timedelta(minutes=50))
    leave_half_written(root, "pictures/ab/old.png", timedelta(days=300))
    store = DiskObjects(root)
    await (store.put("pictures/ab/old.png", b"x", "image/png") if first_use == "put" else store.check())
    assert files_in(root) == ["pictures/ab/old.png", "pictures/ab/~young"]


async def test_the_sweep_follows_no_planted_link(root: Path, outside: Path) -> None:
    """What lies outside is not ours to clean up."""
    leave_half_written(outside, "~old", timedelta(days=3))
    plant(root / "a", outside)
    plant(root / "~link", outside / "b.png")
    await DiskObjects(root).check()
    assert files_in(outside) == ["b.png", "~old"]


DIE_HALF_WAY = """
import asyncio, os, signal, sys, threading
from pathlib import Path
from storage.objects.disk import DiskObjects

def die(root):
    while not any(path.stat().st_size for path in root.rglob("~*")):
        pass
    os.kill(os.getpid(), signal.SIGKILL)

root = Path(sys.argv[1])
store = DiskObjects(root)
asyncio.run(store.put("a/b.png", b"the old one", "image/png"))
threading.Thread(target=die, args=(root,), daemon=True).start()
asyncio.run(store.put("a/b.png", bytes(256 << 20), "image/png"))
"""


async def test_a_crash_half_way_leaves_the_old_object_whole(root: Path) -> None:
    """The process is killed while it writes the new one."""
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", DIE_HALF_WAY, str(root), cwd=Path(__file__).parents[2])
    assert await program.wait() == -9
    assert await DiskObjects(root).get("a/b.png") == b"the old one"
    assert len(files_in(root)) == 2


async def test_findings_tell_where_and_how_much_room(root: Path) -> None:
    """So that whoever runs the house knows which disk to look at."""
    findings = await DiskObjects(root).check()
    assert any(str(root) in finding.text for finding in findings)
    assert any("are free" in finding.text for finding in findings)
    assert files_in(root) == []


async def test_foreign_files_are_not_listed(root: Path, tmp_path: Path) -> None:
    """Only regular files that a key leads to: no links, nothing half-written, no names that we would not give."""
    store = DiskObjects(root)
    await store.put(KEY, b"x", "image/png")
    folder = (root / KEY).parent
    for name in ("~0123456789abcdef", "Thumbs.db", "pict~", "a b.png"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.png").write_bytes(b"x")
    (folder / "link.png").symlink_to(tmp_path / "elsewhere" / "secret.png")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe.png")
    assert [[one.key for one in page] async for page in store.list("pictures", page=9)] == [[KEY]]
