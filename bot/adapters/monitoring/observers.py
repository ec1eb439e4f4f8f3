"""Several observers as one; none of them as one that watches nothing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from bot.domain.jobs import Job
from bot.ports.observer import Event, Observer, Step


class Observers:
    """Passes everything to each of several observers, in order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def note(self, event: Event) -> None:
        """Pass the event to each of them."""
        for observer in self._observers:
            observer.note(event)

    def watch(self, step: Step, job: Job, provider: str = "") -> AbstractContextManager[None]:
        """Have each of them time the body."""
        return self._watch_all(step, job, provider)

    @contextmanager
    def _watch_all(self, step: Step, job: Job, provider: str) -> Iterator[None]:
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.watch(step, job, provider))
            yield
