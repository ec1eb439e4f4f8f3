"""Ids that can be guessed, so that tests can name them."""

import itertools


class CountingIds:
    """Gives 22 characters that count up, in the order of their making."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Return the next id."""
        return f"id{next(self._numbers):020d}"
