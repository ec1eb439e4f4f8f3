"""Does a page show at once what the surface of another process says?"""

from collections.abc import Iterator

import pytest

from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.previews import preview_id
from bot.adapters.web.surface import WEB, WebSurface
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.ports.events import EventsMissed
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.studio import png

STUDIO = Place(WEB, "", "studio")


class DrawingAndServing:
    """One that draws, and one that serves the page: they share the rows and the events, and nothing else."""

    def __init__(self) -> None:
        self.messages = MemoryPageMessages(StoppedClock(), CountingIds())
        self.events = LocalEvents()
        self.surface = WebSurface(self.messages, self.events)
        self.live = LiveChannel(self.messages, self.events)

    async def post(self) -> MessageRef:
        """Say that a fox is being drawn."""
        return await self.surface.post(STUDIO, Post("Drawing: a fox", Tone.WORKING), key="fox")

    async def show(self, message: MessageRef, *, tone: Tone = Tone.WORKING, preview: bytes | None = None) -> None:
        """Say how far it is."""
        await self.surface.update(message, Post("Drawing: a fox", tone, preview=preview))


@pytest.fixture
def processes() -> Iterator[DrawingAndServing]:
    """Open both."""
    processes = DrawingAndServing()
    with processes.live.follow():
        yield processes


async def test_what_is_said_wakes_open_pages(processes: DrawingAndServing) -> None:
    """Which then read the rows."""
    start = await processes.live.feed.head("studio")
    signal = processes.live.feed.signal
    message = await processes.post()
    assert signal.is_set()
    changes = await processes.live.feed.after("studio", start)
    assert changes is not None
    assert [change.id for change in changes] == [message.id]


async def test_what_is_deleted_wakes_them_too(processes: DrawingAndServing) -> None:
    """It goes from the page."""
    message = await processes.post()
    signal = processes.live.feed.signal
    await processes.surface.delete(message)
    assert signal.is_set()


async def test_a_preview_is_there_before_the_message_that_shows_it(processes: DrawingAndServing) -> None:
    """The newest one, under the id that the row has."""
    message = await processes.post()
    for colour in ("red", "blue"):
        await processes.show(message, preview=png(colour=colour))
        newest = processes.live.previews.newest(message.id)
        stored = await processes.messages.get(message.id)
        assert newest is not None
        assert stored is not None
        assert newest.id == preview_id(png(colour=colour))
        assert f'"preview":"{newest.id}"' in stored.body


async def test_progress_without_a_preview_keeps_the_last_one(processes: DrawingAndServing) -> None:
    """Until the picture is there."""
    message = await processes.post()
    await processes.show(message, preview=png())
    await processes.show(message)
    assert processes.live.previews.link(message.id) == f"previews/{message.id}/{preview_id(png())}"
    await processes.show(message, tone=Tone.DONE)
    assert processes.live.previews.link(message.id) is None


async def test_a_deleted_message_has_no_preview(processes: DrawingAndServing) -> None:
    """Its bytes are forgotten."""
    message = await processes.post()
    await processes.show(message, preview=png())
    await processes.surface.delete(message)
    assert processes.live.previews.newest(message.id) is None


async def test_what_was_missed_is_read_from_the_rows(processes: DrawingAndServing) -> None:
    """As after a connection was lost."""
    start = await processes.live.feed.head("studio")
    await processes.messages.add(channel="studio", author="", body="{}", key="unheard")
    assert await processes.live.feed.after("studio", start) == ()
    signal = processes.live.feed.signal
    await processes.events.publish(EventsMissed())
    assert signal.is_set()
    changes = await processes.live.feed.after("studio", start)
    assert changes is not None
    assert len(changes) == 1


async def test_streams_end_when_it_follows_no_more(processes: DrawingAndServing) -> None:
    """Before the server stops, which waits for them."""
    live = LiveChannel(processes.messages, processes.events)
    with live.follow():
        waiting = live.feed.signal
    assert waiting.is_set()
    assert live.feed.is_closed
    late = live.feed.signal
    await processes.post()
    assert not late.is_set()
