"""Is a repeat told from something new, as far as one process can?"""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.post_deduplicator import PostDeduplicator
from bot.domain.chat import Attachment, MessageRef, Place, Post
from bot.errors import SurfaceFailed

MESSAGE = MessageRef(Place(SLACK, "T1", "C1"), "1.0")


class Mouth:
    """Counts what is said."""

    def __init__(self) -> None:
        self.count = 0
        self.error: Exception | None = None

    async def say(self) -> MessageRef:
        """Say it."""
        self.count += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return replace(MESSAGE, id=f"{self.count}.0")


async def test_the_same_key_is_said_once() -> None:
    """Also twice at the same moment."""
    deduplicator, mouth = PostDeduplicator(), Mouth()
    first, second = await asyncio.gather(deduplicator.once("k", mouth.say), deduplicator.once("k", mouth.say))
    assert first == second
    assert mouth.count == 1


async def test_what_failed_is_said_again() -> None:
    """It was not said."""
    deduplicator, mouth = PostDeduplicator(), Mouth()
    mouth.error = SurfaceFailed(SLACK, "status=503")
    with pytest.raises(SurfaceFailed):
        await deduplicator.once("k", mouth.say)
    mouth.error = None
    await deduplicator.once("k", mouth.say)
    assert mouth.count == 2


async def test_what_is_gone_is_said_again() -> None:
    """A new message takes its place."""
    deduplicator, mouth = PostDeduplicator(), Mouth()
    message = await deduplicator.once("k", mouth.say)
    deduplicator.note_shown(message, Post("a fox"))
    deduplicator.forget(message)
    assert await deduplicator.once("k", mouth.say) != message
    assert not deduplicator.is_showing(message, Post("a fox"))


@pytest.mark.parametrize(
    "other",
    [
        Post("an owl", preview=b"1", attachments=(Attachment("a.csv", "text/csv", b"1"),)),
        Post("a fox", preview=b"2", attachments=(Attachment("a.csv", "text/csv", b"1"),)),
        Post("a fox", preview=b"1", attachments=(Attachment("a.csv", "text/csv", b"2"),)),
    ],
)
def test_a_message_looks_like_the_post_it_shows_and_no_other(other: Post) -> None:
    """Bytes count."""
    deduplicator, post = PostDeduplicator(), Post("a fox", preview=b"1", attachments=(Attachment("a.csv", "text/csv", b"1"),))
    deduplicator.note_shown(MESSAGE, post)
    assert deduplicator.is_showing(MESSAGE, replace(post))
    assert not deduplicator.is_showing(MESSAGE, other)
