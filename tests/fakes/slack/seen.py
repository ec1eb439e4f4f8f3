"""What the fake has seen, for assertions and for measurements."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.deliveries import SlackEventDelivery


@dataclass(slots=True)
class SeenApiCall:
    """One call: of a Web API method, of a response URL (`response_url`) or of an upload URL (`upload`).

    `started` is on the monotonic clock, in seconds. `encoding` is how the
    arguments came: `json`, `form`, `query`, `multipart`, `raw`.
    """

    method: str
    at: datetime
    started: float
    args: Json = field(default_factory=dict)
    encoding: str = "query"
    verb: str = "POST"
    workspace: str = ""
    """The id of the workspace (or organisation) of the token."""
    status: int = 0
    answer: Json = field(default_factory=dict)
    took: float = 0.0

    @property
    def error(self) -> str:
        """The error's code, empty when all went well."""
        return str(self.answer.get("error", ""))


@dataclass(slots=True)
class Seen:
    """Everything in the order it happened."""

    calls: list[SeenApiCall] = field(default_factory=list)
    deliveries: "list[SlackEventDelivery]" = field(default_factory=list)

    def of(self, method: str) -> list[SeenApiCall]:
        """Return the calls of a method; `*` is allowed."""
        return [one for one in self.calls if fnmatchcase(one.method, method)]

    def clear(self) -> None:
        """Forget all of it."""
        self.calls.clear()
        self.deliveries.clear()

    def json(self, overruns: Counter[str]) -> Json:
        """Return all of it as JSON."""
        return {
            "calls": [{**asdict(one), "at": one.at.isoformat()} for one in self.calls],
            "deliveries": [one.json() for one in self.deliveries],
            "overruns": dict(overruns),
        }
