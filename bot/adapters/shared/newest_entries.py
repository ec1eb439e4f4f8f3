"""A memory of a bounded size."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class NewestEntries(OrderedDict[K, V]):
    """A dict of the `most` entries that were set last; with `most_bytes`, they are no more than that together by `size_of`."""

    def __init__(self, most: int, *, most_bytes: int = 0, size_of: Callable[[V], int] | None = None) -> None:
        super().__init__()
        self._most = most
        self._most_bytes = most_bytes
        self._size_of = size_of

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > self._most or self._is_too_large():
            self.popitem(last=False)

    def _is_too_large(self) -> bool:
        return self._size_of is not None and sum(map(self._size_of, self.values())) > self._most_bytes
