"""What open pages are shown as it happens: changes of the channel, and unfinished pictures."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bot.adapters.web.feed import Feed
from bot.adapters.web.previews import Previews
from bot.ports.events import Events, EventsMissed, MessagesChanged, PreviewChanged
from bot.ports.page_messages import PageMessages


class LiveChannel:
    """Follows what the surfaces of all processes publish."""

    def __init__(self, messages: PageMessages, events: Events) -> None:
        self.messages = messages
        self.feed = Feed(messages)
        self.previews = Previews()
        self._events = events

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Take events in while the body runs; then end every open event stream, and take no new ones.

        A server waits for its connections to end, so this ends before it stops.
        """
        with ExitStack() as stack:
            stack.enter_context(self._events.subscribe(MessagesChanged, self._read_rows))
            stack.enter_context(self._events.subscribe(EventsMissed, self._read_rows))
            stack.enter_context(self._events.subscribe(PreviewChanged, self._keep_preview))
            try:
                yield
            finally:
                self.feed.close()

    def _read_rows(self, _: MessagesChanged | EventsMissed) -> None:
        self.feed.notify()

    def _keep_preview(self, changed: PreviewChanged) -> None:
        if changed.content:
            self.previews.keep(changed.message, changed.content)
        else:
            self.previews.drop(changed.message)
