"""Failures to come: a test says beforehand which call of a fake will fail, and how."""

from collections import defaultdict, deque


class ScriptedFailures:
    """Holds errors by the name of the method that will raise them."""

    def __init__(self) -> None:
        self._errors: defaultdict[str, deque[BaseException]] = defaultdict(deque)
        self._lasting: dict[str, BaseException] = {}

    def fail_next(self, method: str, error: BaseException, times: int = 1) -> None:
        """Have the next `times` calls of `method` raise `error`."""
        self._errors[method].extend([error] * times)

    def fail_always(self, method: str, error: BaseException) -> None:
        """Have every call of `method` raise `error`, until `clear`."""
        self._lasting[method] = error

    def clear(self) -> None:
        """Let everything work again."""
        self._errors.clear()
        self._lasting.clear()

    def raise_next(self, method: str) -> None:
        """Raise what was announced for `method`, if anything was."""
        if self._errors[method]:
            raise self._errors[method].popleft()
        if method in self._lasting:
            raise self._lasting[method]
