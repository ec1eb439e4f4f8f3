"""Calls to the fakes of services that work on them while nobody waits, and what goes wrong with them."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Kind(StrEnum):
    """What goes wrong, each for the next request or call it can happen to."""

    REPLY = "reply"
    """A call is answered with `status`, `headers` and `body`: it is not taken, and nothing is paid."""

    CUT_BEFORE = "cut_before"
    CUT_AFTER_PAID = "cut_after_paid"
    GARBAGE = "garbage"
    """A call is taken and paid for, and its answer is of no use: empty, or with `body` in the place of what is true."""

    POLL_REPLY = "poll_reply"
    POLL_CUT = "poll_cut"
    END = "end"
    """The call ends with `body`, and `status` where the service answers with one."""

    STATE = "state"
    """The call is in the state `where` until it is done, and at least once."""

    PICTURE = "picture"
    """Its picture is `where`: `html`, `huge`, `gone`, or another address."""

    FORGET = "forget"
    LATE = "late"
    """The call takes `delay` more seconds."""


class Trouble(StrEnum):
    """What every service says in its own words: see its `troubles`."""

    OUT_OF_MONEY = "out_of_money"
    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_WITHOUT_HEADERS = "rate_limited_without_headers"
    FLAGGED = "flagged"
    NO_MEMORY = "no_memory"
    BROKEN = "broken"
    LATE = "late"
    """It was not begun before its deadline."""

    NO_PICTURE = "no_picture"
    OTHER_CALL = "other_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong once; `times` repeats it. A `body` that is a string is sent as HTML."""

    kind: Kind
    times: int = 1
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    where: str = ""
    delay: float = 0.0

    @staticmethod
    def fill(answer: Json, prompt: str) -> Json:
        """Return an answer with the prompt in it, as models repeat it in their errors."""
        return {name: value.replace("{prompt}", prompt) if isinstance(value, str) else value for name, value in answer.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a fake behaves all the time: `queue` and `delay` are the seconds that a call waits, and is then worked on."""

    queue: float = 0.0
    delay: float = 0.0
    key: str | None = None
    link_seconds: float = 600.0
    picture_bytes: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it came; header names are in small letters, and the key is left out."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json


@dataclass(slots=True, kw_only=True)
class PaidCall:
    """A call that was taken: it costs money, whatever comes of it."""

    id: str
    model: str
    body: Json
    size: tuple[int, int]
    begins: float = math.inf
    ends: float = math.inf
    fate: Fault | None = None
    stopped_at: float | None = None
    is_odd: bool = False
    """Whether it is to be in a state that nobody knows before it ends."""

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return not self.is_odd and time.monotonic() >= self.ends

    @property
    def is_waiting(self) -> bool:
        """Whether nobody works on it yet."""
        return time.monotonic() < self.begins

    @property
    def is_cancelled(self) -> bool:
        """Whether it was stopped before anybody worked on it, so that nothing is paid."""
        return self.stopped_at is not None and self.stopped_at < self.begins

    def stop(self) -> None:
        """End it here, unless it has ended."""
        if not self.is_done and self.stopped_at is None:
            self.stopped_at = time.monotonic()

    def fate_of(self, kind: Kind) -> Fault | None:
        """Return what goes wrong with it, if it is of that kind."""
        return self.fate if self.fate is not None and self.fate.kind is kind else None

    def odd_state(self) -> str | None:
        """Return the state that nobody knows, if it is in one: it is told once, or for as long as it is worked on."""
        fate = self.fate_of(Kind.STATE)
        if fate is None or self.is_done:
            return None
        self.is_odd = False
        return fate.where
