"""What the fake has seen, for assertions and for measurements."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase

from tests.fakes.discord.wire import Json


@dataclass(slots=True)
class Request:
    """One HTTP request. `path` begins after `/api/v10`; times are on the monotonic clock, in seconds."""

    method: str
    path: str
    at: datetime
    started: float
    is_bot: bool
    payload: Json = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, int], ...] = ()
    """Name and length of each uploaded file."""
    status: int = 0
    code: int = 0
    """The API's error code, 0 when there was none."""
    took: float = 0.0


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat of a shard; `late_by` is how many seconds after its time it came, never below 0."""

    shard: int
    at: float
    late_by: float


@dataclass(frozen=True, slots=True)
class Hello:
    """An IDENTIFY or a RESUME. `accepted` is false when the answer was op 9 or a close."""

    kind: str
    shard: tuple[int, int]
    at: float
    accepted: bool
    intents: int = 0
    replayed: int = 0
    """How many missed events a RESUME brought."""


@dataclass(frozen=True, slots=True)
class DiscordEventDelivery:
    """An interaction sent to the HTTP endpoint, and how that was answered (status 0: not at all)."""

    interaction: int
    status: int
    took: float


@dataclass(slots=True)
class Seen:
    """Everything in the order it happened."""

    requests: list[Request] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    hellos: list[Hello] = field(default_factory=list)
    deliveries: list[DiscordEventDelivery] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the platform's own schema has against bodies that were taken here."""
    sent: list[tuple[int, str]] = field(default_factory=list)
    """Shard and name of each event that went to a session."""

    def of(self, method: str, path: str = "*") -> list[Request]:
        """Return the requests of a kind; `path` may hold `*`."""
        return [one for one in self.requests if one.method == method and fnmatchcase(one.path, path)]

    def with_code(self, code: int) -> list[Request]:
        """Return the requests that were answered with an error code."""
        return [one for one in self.requests if one.code == code]

    @property
    def latest_beat(self) -> float:
        """By how many seconds the worst heartbeat was late: an event loop that stood still, seen from outside."""
        return max((beat.late_by for beat in self.beats), default=0.0)

    def clear(self) -> None:
        """Forget all of it."""
        for kept in (self.requests, self.beats, self.hellos, self.deliveries, self.sent):
            kept.clear()

    def json(self) -> Json:
        """Return all of it as JSON."""
        return {
            "requests": [{**asdict(one), "at": one.at.isoformat()} for one in self.requests],
            "heartbeats": [asdict(one) for one in self.beats],
            "worst_heartbeat_late_s": self.latest_beat,
            "hellos": [asdict(one) for one in self.hellos],
            "deliveries": [asdict(one) for one in self.deliveries],
            "events": [{"shard": shard, "name": name} for shard, name in self.sent],
        }
