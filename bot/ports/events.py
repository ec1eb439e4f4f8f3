"""News between processes: what changed, not how it is now."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """A message of the page's channel was added, changed or deleted; the rows say which."""


@dataclass(frozen=True, slots=True)
class PreviewChanged:
    """A message of the page's channel has a newer unfinished picture, or none any more where `content` is empty."""

    message: str
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class PreviewLinked:
    """A platform is told to fetch an unfinished picture from us, under an address that ends with `name`."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WorkCancelled:
    """The worker of the job is to stop. Only engines whose broker cannot say so publish it."""

    job: str


@dataclass(frozen=True, slots=True)
class EventsMissed:
    """Events may have been lost. Never published: it is told to this process's own subscribers when a connection is back."""


Event = MessagesChanged | PreviewChanged | PreviewLinked | WorkCancelled | EventsMissed
"""The type of an event is its topic. Each can be written as JSON by its declaration, bytes as base64."""

E = TypeVar("E", MessagesChanged, PreviewChanged, PreviewLinked, WorkCancelled, EventsMissed)


class Events(Protocol):
    """Tells subscribers what has just happened, each event at most once; those of one publisher come in their order.

    What is published while nobody subscribes, or while a connection is lost,
    is lost. So a subscriber that has to know reads the rows when it begins,
    and at every `EventsMissed`.
    """

    async def publish(self, event: Event) -> None:
        """Tell the subscribers of the event's topic, in this process and in others. Never raises."""
        ...

    def subscribe(self, topic: type[E], subscriber: Callable[[E], None]) -> AbstractContextManager[None]:
        """Call `subscriber` with each event of the topic while the body runs.

        It must be quick and not raise: if it does, that is logged, and the
        others are told all the same.
        """
        ...
