"""Asks every object store what `bot.ports.objects` promises."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.health import Health
from bot.errors import ObjectMissing, StorageFailed
from bot.ports.objects import ObjectStore, StoredObject
from storage.objects.disk import DiskObjects
from storage.objects.s3 import S3Address, S3Objects
from tests.fakes.s3 import CuttingProxy, make_bucket, serving
from tests.fakes.waiting import until

KEY = "pictures/ab/abcdef0123456789.png"
HOUR = timedelta(hours=1)
HOSTILE = [
    "../../etc/passwd",
    "a/../../b",
    "/abs",
    "end/",
    "a\x00b",
    "a\nb",
    "x" * 900,
    "a//b",
    "",
    ".",
    "a/./b",
    "ünï/cødé",
    "UPPER",
    "a\\b",
    "~tmp",
    "%2e%2e/a",
]
LEGAL = ["a", "a.b", "a-b_c/d.e", ".hidden", "a/.b/c", "x" * 512, "a/" * 200 + "b", "-rf", "con/nul"]

_numbers = itertools.count()


@dataclass(frozen=True)
class StoreBench:
    """A store to be asked, and ways to see what a client of it does not."""

    store: ObjectStore
    slow: ObjectStore
    """The same store, so slow that a put can be met half way."""
    half_way: Callable[[], Awaitable[None]]
    settled: Callable[[], Awaitable[None]]
    """Until nothing that a cancelled put began goes on."""
    broken: ObjectStore


def disk_bench(tmp_path: Path) -> StoreBench:
    """Set up a folder, and a file where another store wants its folder to be."""
    root = tmp_path / "pictures"
    (tmp_path / "file").write_bytes(b"not a folder")

    def unfinished() -> list[Path]:
        return [path for path in root.rglob("~*") if path.is_file()]

    async def half_way() -> None:
        await until(lambda: any(path.stat().st_size for path in unfinished()))

    async def settled() -> None:
        await until(lambda: not unfinished())

    store = DiskObjects(root)
    return StoreBench(store, store, half_way, settled, broken=DiskObjects(tmp_path / "file"))


async def s3_bench(server: str, stack: AsyncExitStack) -> StoreBench:
    """Set up a bucket, a bad way to it, and a store whose bucket nobody made."""
    bucket = f"bench-{next(_numbers)}"
    await make_bucket(server, bucket)
    proxy = CuttingProxy(server, most=1 << 20)
    slow_server = await stack.enter_async_context(serving(proxy))

    def store(endpoint: str, bucket: str) -> S3Objects:
        address = S3Address.parse(
            f"s3://{bucket}/house", endpoint_url=endpoint, path_style=True, access_key="test", secret_key="test"
        )
        objects = S3Objects(address)
        stack.push_async_callback(objects.close)
        return objects

    async def half_way() -> None:
        await proxy.is_cut.wait()

    async def settled() -> None:
        await until(lambda: proxy.open_connections == 0)

    return StoreBench(
        store(server, bucket), store(slow_server, bucket), half_way, settled, broken=store(server, "nobody-made-this")
    )


def names_below(folder: Path) -> set[str]:
    """Return the names of all files and folders in there."""
    return {path.name for path in folder.rglob("*")}


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.needs("s3"))])
async def bench(request: pytest.FixtureRequest, tmp_path: Path, no_aws_settings: None) -> AsyncIterator[StoreBench]:
    """Set up one store of each kind."""
    async with AsyncExitStack() as stack:
        if request.param == "disk":
            yield disk_bench(tmp_path)
        else:
            yield await s3_bench(request.getfixturevalue("s3_server"), stack)


@pytest.fixture
def store(bench: StoreBench) -> ObjectStore:
    """Return the store alone."""
    return bench.store


async def test_what_is_put_comes_back(store: ObjectStore) -> None:
    """Byte for byte, whatever bytes they are."""
    content = bytes(range(256)) * 3
    await store.put(KEY, content, "image/png")
    assert await store.get(KEY) == content


async def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    """No bytes are not the same as no object."""
    await store.put(KEY, b"", "image/png")
    assert await store.get(KEY) == b""


async def test_the_same_key_again_replaces(store: ObjectStore) -> None:
    """Also by something shorter."""
    await store.put(KEY, b"the first and longer one", "image/png")
    await store.put(KEY, b"the second", "image/png")
    assert await store.get(KEY) == b"the second"


async def test_what_was_never_put_is_missing(store: ObjectStore) -> None:
    """In a folder that exists, and in one that does not."""
    await store.put(KEY, b"x", "image/png")
    for key in ("pictures/ab/other.png", "nowhere/at/all.png", "pictures/ab"):
        with pytest.raises(ObjectMissing):
            await store.get(key)


async def test_deleting_twice_is_no_error(store: ObjectStore) -> None:
    """Nor is deleting what never was."""
    await store.put(KEY, b"x", "image/png")
    await store.delete(KEY)
    with pytest.raises(ObjectMissing):
        await store.get(KEY)
    await store.delete(KEY)
    await store.delete("nowhere/at/all.png")
    await store.delete("pictures")


async def test_deleting_one_leaves_the_others(store: ObjectStore) -> None:
    """Neighbours and keys that begin alike stay."""
    await store.put("a/b", b"1", "image/png")
    await store.put("a/bc", b"2", "image/png")
    await store.delete("a/b")
    assert await store.get("a/bc") == b"2"


async def test_every_legal_key_is_taken(store: ObjectStore) -> None:
    """The rule of the port is all there is to know about keys."""
    for key in LEGAL:
        await store.put(key, key.encode(), "image/png")
        assert await store.get(key) == key.encode()
        await store.delete(key)
        with pytest.raises(ObjectMissing):
            await store.get(key)


@pytest.mark.parametrize("key", HOSTILE, ids=repr)
async def test_no_other_key_is_taken(store: ObjectStore, tmp_path: Path, key: str) -> None:
    """By none of the methods; and nothing appears anywhere, nor is the key repeated into the log."""
    asked: list[Awaitable[object]] = [store.put(key, b"x", "image/png"), store.get(key), store.delete(key), store.link(key, HOUR)]
    for answer in asked:
        with pytest.raises(StorageFailed) as failure:
            await answer
        assert not isinstance(failure.value, ObjectMissing)
        assert key == "" or len(key) == 1 or key not in str(failure.value)
    assert names_below(tmp_path) <= {"pictures", "file"}


async def listed(store: ObjectStore, folder: str, page: int = 3) -> dict[str, StoredObject]:
    """List all pages; none is too large, and nothing comes twice."""
    pages = [objects async for objects in store.list(folder, page=page)]
    assert all(len(objects) <= page for objects in pages)
    by_key = {one.key: one for objects in pages for one in objects}
    assert len(by_key) == sum(len(objects) for objects in pages)
    return by_key


async def test_a_folder_is_listed_page_by_page(store: ObjectStore) -> None:
    """With sizes and times; keys that only begin alike are not in it."""
    assert await listed(store, "pictures") == {}
    inside = [f"pictures/{rest}" for rest in ("a.png", "ab/b.png", "ab/c/d", f"{'x' * 450}/{'y' * 40}", "z", "zz")]
    for size, key in enumerate([*inside, "picturesque/a", "other", "a/pictures/b"]):
        await store.put(key, bytes(size), "image/png")
    found = await listed(store, "pictures")
    assert {key: one.size_bytes for key, one in found.items()} == {key: size for size, key in enumerate(inside)}
    assert all(abs(datetime.now(UTC) - one.modified_at) < HOUR for one in found.values())


async def test_what_vanishes_while_it_is_listed_breaks_nothing(store: ObjectStore) -> None:
    """What stays all along is listed."""
    keys = [f"pictures/{number:02d}/{number}.png" for number in range(8)]
    for key in keys:
        await store.put(key, b"x", "image/png")
    seen: set[str] = set()
    async for objects in store.list("pictures", page=2):
        seen |= {one.key for one in objects}
        for key in keys[2:6]:
            await store.delete(key)
    assert seen >= {keys[0], keys[1], keys[6], keys[7]}


async def test_a_broken_store_is_not_an_empty_one(bench: StoreBench) -> None:
    """It must not look as if nothing was there."""
    for store, folder in ((bench.broken, "pictures"), (bench.store, "../pictures")):
        with pytest.raises(StorageFailed):
            await listed(store, folder)


async def test_twelve_megabytes_come_back(store: ObjectStore) -> None:
    """A big picture is an object like any other."""
    content = os.urandom(12 << 20)
    await store.put(KEY, content, "image/png")
    assert await store.get(KEY) == content


async def test_puts_of_one_key_at_once_leave_one_of_them_whole(store: ObjectStore) -> None:
    """Readers in between see a whole one too, never a mixture."""
    contents = [bytes([number]) * 300_000 for number in range(6)]
    await store.put(KEY, contents[0], "image/png")
    puts = [store.put(KEY, content, "image/png") for content in contents]
    gets = [store.get(KEY) for _ in range(6)]
    answers = await asyncio.gather(*puts, *gets)
    assert all(answer in contents for answer in answers[6:])
    assert await store.get(KEY) in contents


async def test_a_put_that_is_cancelled_half_way_leaves_nothing(bench: StoreBench) -> None:
    """Neither a whole object, nor half of one, nor one that turns up later."""
    put = asyncio.create_task(bench.slow.put(KEY, bytes(64 << 20), "image/png"))
    await bench.half_way()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    with pytest.raises(ObjectMissing):
        await bench.store.get(KEY)
    await bench.settled()
    with pytest.raises(ObjectMissing):
        await bench.store.get(KEY)


async def test_a_cancelled_replacement_leaves_what_was_there(bench: StoreBench) -> None:
    """The old object stays whole."""
    await bench.store.put(KEY, b"the old one", "image/png")
    put = asyncio.create_task(bench.slow.put(KEY, bytes(64 << 20), "image/png"))
    await bench.half_way()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    await bench.settled()
    assert await bench.store.get(KEY) == b"the old one"


async def test_a_store_that_is_well_says_so(store: ObjectStore) -> None:
    """And it leaves nothing of its check-up behind that a second one would trip over."""
    for _ in range(2):
        findings = await store.check()
        assert findings
        assert {finding.health for finding in findings} == {Health.OK}


async def test_check_ups_at_the_same_time_do_not_disturb_each_other(store: ObjectStore) -> None:
    """A doctor may look while the house starts."""
    reports = await asyncio.gather(*(store.check() for _ in range(5)))
    assert {finding.health for findings in reports for finding in findings} == {Health.OK}


async def test_a_broken_store_says_what_is_wrong_and_how_to_mend_it(bench: StoreBench) -> None:
    """In findings, and never by raising; its methods raise."""
    findings = await bench.broken.check()
    assert [finding.health for finding in findings] == [Health.WRONG]
    assert all(finding.text and finding.mend for finding in findings)
    with pytest.raises(StorageFailed):
        await bench.broken.put(KEY, b"x", "image/png")
