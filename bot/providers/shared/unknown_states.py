"""States of calls that are in no documentation: they count as still going on, and the operator reads of them."""

import structlog

log = structlog.get_logger(__name__)

_LONGEST = 40


class UnknownStates:
    """Logs each state of one provider once."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._seen: set[str] = set()

    def note(self, state: object, *, request_id: str) -> None:
        """Log a state the first time it is seen."""
        word = str(state)[:_LONGEST]
        if word not in self._seen:
            self._seen.add(word)
            log.info("provider.state", provider=self._provider, state=word, request_id=request_id)
