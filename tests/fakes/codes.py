"""Codes, in memory."""

from dataclasses import dataclass
from datetime import datetime

from bot.ports.clock import Clock
from bot.ports.codes import Purpose
from tests.fakes.scripted_failures import ScriptedFailures


@dataclass(frozen=True, slots=True)
class Issued:
    """What is known of a code."""

    holder: str
    expires_at: datetime


class MemoryCodes:
    """Keeps codes until they are used or a new one comes after they have expired."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.by_hash: dict[tuple[Purpose, str], Issued] = {}
        self.failures = ScriptedFailures()

    async def issue(self, purpose: Purpose, code_hash: str, holder: str, expires_at: datetime) -> None:
        """Drop what opens nothing any more, and keep the code."""
        self.failures.raise_next("issue")
        now = self._clock.now()
        self.by_hash = {
            key: issued
            for key, issued in self.by_hash.items()
            if issued.expires_at > now and not (key[0] == purpose and holder and issued.holder == holder)
        }
        self.by_hash[purpose, code_hash] = Issued(holder, expires_at)

    async def redeem(self, purpose: Purpose, code_hash: str) -> str | None:
        """Take the code out."""
        self.failures.raise_next("redeem")
        issued = self.by_hash.pop((purpose, code_hash), None)
        return issued.holder if issued is not None and issued.expires_at > self._clock.now() else None

    async def find(self, purpose: Purpose, code_hash: str) -> str | None:
        """Look the code up."""
        self.failures.raise_next("find")
        issued = self.by_hash.get((purpose, code_hash))
        return issued.holder if issued is not None and issued.expires_at > self._clock.now() else None
