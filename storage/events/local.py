"""Events of a house in one process."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from bot.ports.events import E, Event

log = structlog.get_logger(__name__)


class LocalEvents:
    """Calls the subscribers before `publish` returns."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)

    async def publish(self, event: Event) -> None:
        """Call those of its topic, in the order in which they subscribed."""
        for subscriber in tuple(self._subscribers[type(event)]):
            try:
                subscriber(event)
            except Exception:
                log.exception("event.subscriber_broke", topic=type(event).__name__)

    @contextmanager
    def subscribe(self, topic: type[E], subscriber: Callable[[E], None]) -> Iterator[None]:
        """Call `subscriber` while the body runs."""
        subscribers = self._subscribers[topic]
        subscribers.append(subscriber)
        try:
            yield
        finally:
            subscribers.remove(subscriber)
