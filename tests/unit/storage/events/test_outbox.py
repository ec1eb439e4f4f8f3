"""Does the outbox keep order and bounds, and say what was lost?"""

import asyncio

from storage.events.outbox import Outbox


async def test_messages_come_out_as_they_went_in() -> None:
    """And it knows when all of them are sent."""
    outbox = Outbox(b"lost")
    await outbox.wait_until_sent()
    outbox.add(b"one")
    outbox.add(b"two")
    assert [await outbox.take(), await outbox.take()] == [b"one", b"two"]
    waiting = asyncio.create_task(outbox.wait_until_sent())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.note_sent()
    await waiting


async def test_what_has_no_room_takes_what_waits_with_it() -> None:
    """The next message says so, once, and what comes afterwards follows it."""
    outbox = Outbox(b"lost", most_bytes=10)
    for message in (b"12345", b"1234", b"12", b"1"):
        outbox.add(message)
    assert [await outbox.take() for _ in range(3)] == [b"lost", b"12", b"1"]


async def test_what_could_not_be_sent_is_lost_with_what_waits() -> None:
    """However often that happens, one message says so."""
    outbox = Outbox(b"lost")
    outbox.add(b"one")
    outbox.add(b"two")
    for _ in range(3):
        assert await outbox.take() in {b"one", b"lost"}
        outbox.lose()
    assert await outbox.take() == b"lost"
