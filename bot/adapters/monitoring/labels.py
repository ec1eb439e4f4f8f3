"""Values of labels, of which there are at most a fixed number: each new one makes a metric longer for ever."""

import re

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_./-]{0,39}")

OTHER = "other"
"""What stands for everything that there is no room for, and for whatever does not look like a word of ours."""


class BoundedLabel:
    """Lets the first `most` values through as they are, and calls all others `OTHER`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        """Return the value of the label."""
        if value in self._known:
            return value
        if len(self._known) >= self._most or not _PLAIN.fullmatch(value):
            return OTHER
        self._known.add(value)
        return value
