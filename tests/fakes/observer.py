"""An observer that remembers what it was told."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.jobs import Job
from bot.ports.observer import Event, Step


class RecordingObserver:
    """Keeps every event, and each step with how it ended: `ok`, or the name of what was raised."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.steps: list[tuple[Step, str, str]] = []
        self.watched: list[Job] = []

    def note(self, event: Event) -> None:
        """Remember it."""
        self.events.append(event)

    @contextmanager
    def watch(self, step: Step, job: Job, provider: str = "") -> Iterator[None]:
        """Remember whose it is, and how the body ended."""
        self.watched.append(job)
        try:
            yield
        except BaseException as error:
            self.steps.append((step, provider, type(error).__name__))
            raise
        self.steps.append((step, provider, "ok"))
