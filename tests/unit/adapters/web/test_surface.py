"""Asks whether what is final on the page stays, whatever another process still has to say."""

import asyncio

import pytest

from bot.adapters.web.surface import WEB, WebSurface
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.ports.page_messages import PageMessage
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.waiting import quiet

STUDIO = Place(WEB, "", "studio")
WORKING = Post("Drawing: a fox", Tone.WORKING)
HALF = Post("Drawing: a fox", Tone.WORKING, progress=0.5)
DONE = Post("a fox", Tone.DONE)


class HeldUpMessages(MemoryPageMessages):
    """Rows whose next change is written once it is let go, as over a connection that has to be opened again."""

    def __init__(self) -> None:
        super().__init__(StoppedClock(), CountingIds())
        self.holds = False
        self.go_on = asyncio.Event()

    async def replace(self, message: str, body: str, *, version: int | None = None) -> PageMessage | None:
        """Wait, if that was asked for, and change the body."""
        if self.holds:
            await self.go_on.wait()
        return await super().replace(message, body, version=version)


class TwoProcesses:
    """Two that show the same channel: one that is late, and one that has taken its job over."""

    def __init__(self) -> None:
        self.messages = HeldUpMessages()
        self.late, self.other = (WebSurface(self.messages, LocalEvents()) for _ in range(2))

    async def text_of(self, message: MessageRef) -> str:
        """Return the body as it is stored."""
        stored = await self.messages.get(message.id)
        assert stored is not None
        return stored.body


@pytest.fixture
def both() -> TwoProcesses:
    """Open them."""
    return TwoProcesses()


async def test_a_progress_that_is_held_up_does_not_cover_the_end(both: TwoProcesses) -> None:
    """It was read before the end was said, and is written afterwards."""
    message = await both.late.post(STUDIO, WORKING, key="fox")
    both.messages.holds = True
    both.late.show_progress(message, HALF)
    await quiet()
    both.messages.holds = False
    await both.other.update(message, DONE)
    both.messages.go_on.set()
    await quiet()
    assert '"tone":"done"' in await both.text_of(message)


async def test_a_progress_after_the_end_is_dropped(both: TwoProcesses) -> None:
    """A process that was frozen goes on where it was."""
    message = await both.late.post(STUDIO, WORKING, key="fox")
    await both.other.update(message, DONE)
    both.late.show_progress(message, HALF)
    await quiet()
    assert '"tone":"done"' in await both.text_of(message)


async def test_a_progress_of_a_message_that_is_gone_is_nothing(both: TwoProcesses) -> None:
    """And what is final says so."""
    message = await both.late.post(STUDIO, WORKING, key="fox")
    both.late.show_progress(message, HALF)
    await quiet()
    assert '"progress":0.5' in await both.text_of(message)
    await both.other.delete(message)
    both.late.show_progress(message, WORKING)
    await quiet()
    assert await both.messages.get(message.id) is None
