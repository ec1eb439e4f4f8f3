"""Sizes by the name of the place that a picture is for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.domain.images import Size
from bot.errors import BadInput
from bot.text import join_words, quote, suggest


@cache
def named_sizes() -> Mapping[str, Size]:
    """Return all of them by name, from the file that lies beside this module."""
    document = tomllib.loads((files(__package__) / "named_sizes.toml").read_text("utf-8"))
    return {name: Size(*edges) for name, edges in document.items()}


@dataclass(frozen=True, slots=True)
class NamedSize:
    """The name of a place that a picture is for, which says its size."""

    summary: str

    @property
    def values(self) -> tuple[str, ...]:
        """Return all the names."""
        return tuple(named_sizes())

    def parse(self, name: str, typed: object) -> Size:
        """Return the size."""
        word = str(typed).strip().lower()
        found = named_sizes().get(word)
        if found is None:
            known = list(named_sizes())
            raise BadInput(f"{name} can be {join_words(known)}, not {quote(typed)}.{suggest(word, known)} Nothing was counted.")
        return found
