"""What the fake was set up with, what waits, runs and ended, and what was drawn."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the fake behaves all the time. `most_pixels` is what there is memory for, in all pictures of one drawing."""

    delay: float = 0.0
    loading: float = 0.0
    most_pixels: int = 64_000_000
    picture_bytes: int = 20_000
    chooses_ids: bool = False
    """Servers of before 2025-10 do not take the client's `prompt_id`."""


class Trouble(StrEnum):
    """What goes wrong with one drawing."""

    CUT_BEFORE = "cut_before"
    """The connection is cut before the drawing is accepted."""

    CUT_AFTER = "cut_after"
    """It is accepted, and the connection is cut without an answer."""

    SERVER_ERROR = "server_error"
    """The server answers 500, and nothing is accepted."""

    EXECUTION_ERROR = "execution_error"
    """A node raises an error."""

    NO_PICTURES = "no_pictures"
    """It ends well and saves nothing."""

    HTML = "html"
    """Some other server answers."""

    NO_TIMES = "no_times"
    """The history has no times, as that of old servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawing that was begun: it takes the graphics card's time, whatever comes of it."""

    prompt_id: str
    words: str
    seed: int
    width: int
    height: int
    count: int


@dataclass(slots=True)
class Item:
    """A drawing in the queue."""

    number: int
    prompt_id: str
    graph: Json
    client_id: str
    trouble: Trouble | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def row(self) -> list[Any]:
        """The same as `/queue` shows it."""
        return [self.number, self.prompt_id, self.graph, {"client_id": self.client_id}, []]


@dataclass
class State:
    """All that handlers share."""

    options: Options
    pending: list[Item] = field(default_factory=list)
    running: Item | None = None
    history: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    """What is in its folder `input`, by name."""

    drawn: list[Drawn] = field(default_factory=list)
    interrupts: list[object] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    troubles: deque[Trouble] = field(default_factory=deque)
    number: int = 0
    is_closed: bool = False
    """Whether a proxy in front of it answers 403."""

    has_models: bool = False
    may_draw: asyncio.Event = field(default_factory=asyncio.Event)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one is drawn: whoever asks and whoever works through the queue draw one after the other."""

    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.may_draw.set()

    async def note(self, change: Callable[[], object]) -> None:
        """Change something that may be waited for."""
        async with self.changed:
            change()
            self.changed.notify_all()

    def restart(self) -> None:
        """Forget everything but the files on disk, as the real one does when it restarts."""
        if self.running:
            self.running.stop.set()
        self.pending, self.running, self.history, self.has_models = [], None, {}, False
