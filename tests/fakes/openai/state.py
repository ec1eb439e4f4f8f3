"""What the fake was set up with, what it saw, and what it was paid for."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.fakes.openai.faults import Endpoint, FaultQueues

Json = dict[str, object]

MODELS: Mapping[str, str | None] = {
    "gpt-image-2": None,
    "gpt-image-2-2026-04-21": None,
    "gpt-image-2.5-sunburst": None,
    "gpt-image-2.5-flare": None,
    "gpt-image-2.6-sunburst": None,
    "gpt-image-2.6-flare": None,
    "gpt-image-1.5": "2026-12-01",
    "gpt-image-1-mini": "2026-12-01",
    "gpt-4o-mini": "2027-01-14",
    "gpt-6-luna": None,
    "omni-moderation-latest": None,
}
"""Each model with the day of its shutdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the fake behaves all the time. Without a `key` it accepts any bearer token."""

    delay: float = 0.0
    picture_bytes: int = 20_000
    key: str | None = None
    takes_response_format: bool = False
    has_models_list: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it came; header names are lower case, and the key is left out."""

    endpoint: Endpoint
    path: str
    headers: Mapping[str, str]
    body: Json
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """An accepted image call: this costs money, whatever comes of it."""

    endpoint: Endpoint
    prompt: str
    model: str
    size: str
    quality: str
    n: int


@dataclass
class State:
    """All that handlers share."""

    options: Options
    faults: FaultQueues = field(default_factory=FaultQueues)
    seen: list[Seen] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    responses: dict[str, object] = field(default_factory=dict)
    """What was accepted in the background, by its id; who clears it lets the service forget."""

    uploads: dict[str, bytes] = field(default_factory=dict)
    """Files by their id: of lines that are to be drawn, and of what came of them."""

    batches: dict[str, object] = field(default_factory=dict)
    """Batches by their id, the oldest first; who clears it lets the service forget."""

    fetched: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """Files that were asked for, each with the request's headers."""

    gone: int = 0
    """Clients that went away before their answer was whole."""

    drawing: int = 0
    most_drawing: int = 0
    """Image calls that were accepted and have no answer yet: now, and at most so far."""

    may_draw: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is cleared no accepted picture is begun."""

    models: dict[str, str | None] = field(default_factory=lambda: dict(MODELS))
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    orders: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    """The numbers of accepted calls: each is drawn at once, for what was paid is noted only when nobody else notes anything."""

    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.may_draw.set()

    async def note(self, change: Callable[[], None]) -> None:
        """Change something that tests may wait for."""
        async with self.changed:
            change()
            self.changed.notify_all()

    @contextmanager
    def count_drawing(self) -> Iterator[None]:
        """Count the body among the calls that are answered at once."""
        self.drawing += 1
        self.most_drawing = max(self.most_drawing, self.drawing)
        try:
            yield
        finally:
            self.drawing -= 1

    def lose_client(self) -> None:
        """Count a client that did not wait."""
        self.gone += 1

    def new_request_id(self) -> str:
        """Return the next id; they count up, so that tests can tell them apart."""
        return f"req_{next(self.numbers):08d}"
