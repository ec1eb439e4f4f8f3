"""Does every picture arrive in the other store as it was stored once, however often the copy is interrupted?"""

import hashlib

import pytest

from bot.domain.inputs import input_key
from bot.domain.pictures import thumbnail_key
from bot.errors import StorageFailed
from storage.objects.copying import CopyReport, copy_objects, count_objects
from tests.fakes.objects import MemoryObjects

CONTENTS = [f"picture number {number}".encode() for number in range(20)]


def key_of(content: bytes) -> str:
    """Return the key that a picture with these bytes has."""
    digest = hashlib.sha256(content).hexdigest()
    return f"pictures/{digest[:2]}/{digest}-{'d' * 22}.png"


@pytest.fixture
async def source() -> MemoryObjects:
    """Return a store with pictures, a smaller copy of one, and what is none of ours."""
    store = MemoryObjects()
    for content in CONTENTS:
        await store.put(key_of(content), content, "image/png")
    await store.put(thumbnail_key(key_of(CONTENTS[0]), 512), b"smaller", "image/webp")
    await store.put("pictures/ab/notes.txt", b"not ours", "text/plain")
    return store


def watch_nothing(_done: int) -> None:
    """See objects arrive."""


async def test_all_pictures_arrive_with_their_media_types(source: MemoryObjects) -> None:
    """With their smaller copies, and nothing else; and the progress adds up to all of them."""
    target, done = MemoryObjects(), list[int]()
    report = await copy_objects(source, target, done.append)
    expected = {key: kept for key, kept in source.objects.items() if not key.endswith(".txt")}
    assert target.objects == expected
    assert report == CopyReport(copied=21, copied_bytes=sum(len(content) for content, _ in expected.values()))
    assert sum(done) == await count_objects(source) == 21


async def test_pictures_that_people_brought_arrive_too() -> None:
    """Those that have the bytes that their key says."""
    source, target, key = MemoryObjects(), MemoryObjects(), input_key(hashlib.sha256(b"photo").hexdigest(), "own", "jpg")
    await source.put(key, b"photo", "image/jpeg")
    await source.put(input_key("ab" * 32, "own", "jpg"), b"other", "image/jpeg")
    report = await copy_objects(source, target, watch_nothing)
    assert (target.objects, report.damaged) == ({key: (b"photo", "image/jpeg")}, (input_key("ab" * 32, "own", "jpg"),))


async def test_what_was_interrupted_goes_on_where_it_was(source: MemoryObjects) -> None:
    """What had arrived is not read again."""

    class Leaving(MemoryObjects):
        async def put(self, key: str, content: bytes, media_type: str) -> None:
            if len(self.objects) == 5:
                raise StorageFailed("memory", "away")
            await super().put(key, content, media_type)

    leaving, target = Leaving(), MemoryObjects()
    with pytest.raises(StorageFailed):
        await copy_objects(source, leaving, watch_nothing)
    target.objects, arrived = leaving.objects, 5
    report = await copy_objects(source, target, watch_nothing)
    assert (report.present, report.copied) == (arrived, 21 - arrived)
    assert (await copy_objects(source, target, watch_nothing)).present == 21


async def test_half_an_object_is_copied_again(source: MemoryObjects) -> None:
    """Another program may have left it there."""
    target = MemoryObjects()
    await target.put(key_of(CONTENTS[0]), CONTENTS[0][:3], "image/png")
    await copy_objects(source, target, watch_nothing)
    assert await target.get(key_of(CONTENTS[0])) == CONTENTS[0]


async def test_a_damaged_picture_is_named_and_not_passed_on(source: MemoryObjects) -> None:
    """All others arrive: one bad file must not keep the whole house from moving."""
    target, damaged = MemoryObjects(), key_of(CONTENTS[3])
    await source.put(damaged, b"rot", "image/png")
    report = await copy_objects(source, target, watch_nothing)
    assert report.damaged == (damaged,)
    assert (report.copied, damaged in target.objects) == (20, False)


async def test_a_picture_that_is_deleted_meanwhile_is_left_out(source: MemoryObjects) -> None:
    """Easel may run on."""

    class Deleting(MemoryObjects):
        async def put(self, key: str, content: bytes, media_type: str) -> None:
            await super().put(key, content, media_type)
            source.objects.pop(key_of(CONTENTS[-1]), None)

    target = Deleting()
    report = await copy_objects(source, target, watch_nothing)
    assert (report.copied, report.damaged) in {(20, ()), (21, ())}  # it may have been among the first
    assert len(target.objects) == report.copied


async def test_a_target_that_loses_bytes_is_found_out(source: MemoryObjects) -> None:
    """Before anybody deletes the source."""

    class Lossy(MemoryObjects):
        async def put(self, key: str, content: bytes, media_type: str) -> None:
            await super().put(key, content[:-1], media_type)

    with pytest.raises(StorageFailed, match="other bytes"):
        await copy_objects(source, Lossy(), watch_nothing)
