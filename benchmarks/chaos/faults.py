"""What goes wrong: a plan that a seed decides, and how each of its parts is done."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.chaos.replicas import Replica
from benchmarks.chaos.surroundings import Surroundings, flush

S3_DOWN_S = 10.0
REDIS_DOWN_S = 3.0

_PROVIDER_CUTS = (
    ("images", "cut_after_paid"),
    ("images", "cut_mid_stream"),
    ("images", "cut_before"),
    ("chat", "cut_before"),
    ("moderations", "bad_gateway"),
)
_CHAT_TROUBLES: tuple[dict[str, object], ...] = ({"cut": "after"}, {"cut": "before"}, {"status": 502})
_DISCORD_METHODS = ("POST", "PATCH")
_SLACK_METHODS = ("chat.postMessage", "chat.update", "files.completeUploadExternal")


class FaultKind(StrEnum):
    """One kind of trouble; the value is what one types."""

    WORKER = "worker"
    """A worker is killed."""

    FREEZE = "freeze"
    """A worker, or now and then another process, is stopped past the lease, and goes on."""

    STOP = "stop"
    """Any process is asked to end, as for an upgrade."""

    GATEWAY = "gateway"
    WEB = "web"
    REDIS = "redis"
    """Redis is killed and started again, at once or after a while."""

    FLUSH = "flush"
    """Redis forgets everything."""

    POSTGRES = "postgres"
    """PostgreSQL restarts at once."""

    S3 = "s3"
    """The S3 server is away for ten seconds."""

    PROVIDER = "provider"
    """A connection is cut after OpenAI has accepted a picture, or while it judges or rewrites words."""

    CHATS = "chats"
    """A connection is cut before or after Discord or Slack has taken a message, or they are broken for a moment."""


WEIGHTS = {
    FaultKind.WORKER: 5,
    FaultKind.FREEZE: 2,
    FaultKind.STOP: 2,
    FaultKind.GATEWAY: 3,
    FaultKind.WEB: 3,
    FaultKind.REDIS: 2,
    FaultKind.FLUSH: 2,
    FaultKind.POSTGRES: 2,
    FaultKind.S3: 1,
    FaultKind.PROVIDER: 3,
    FaultKind.CHATS: 3,
}


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """One part of a plan: `target` says which of several, and `variant` how."""

    kind: FaultKind
    target: int
    variant: int


def plan_faults(kinds: Sequence[FaultKind], count: int, rng: random.Random) -> list[PlannedFault]:
    """Return so many faults; the same numbers by chance give the same ones."""
    chosen = rng.choices(kinds, [WEIGHTS[kind] for kind in kinds], k=count)
    return [PlannedFault(kind, rng.randrange(60), rng.randrange(60)) for kind in chosen]


class Trouble:
    """Does what is planned. What is in trouble of the same kind already is left alone."""

    def __init__(self, surroundings: Surroundings, replicas: Sequence[Replica], *, lease_s: float) -> None:
        self._surroundings = surroundings
        self._replicas = replicas
        self._lease_s = lease_s
        self._locks = {kind: asyncio.Lock() for kind in FaultKind}
        self.done: Counter[FaultKind] = Counter()

    async def make(self, planned: PlannedFault) -> None:
        """Do it, and wait until it is over."""
        acts: dict[FaultKind, Callable[[PlannedFault], Awaitable[None]]] = {
            FaultKind.WORKER: self._kill,
            FaultKind.GATEWAY: self._kill,
            FaultKind.WEB: self._kill,
            FaultKind.FREEZE: self._freeze,
            FaultKind.STOP: self._ask_to_end,
            FaultKind.REDIS: self._restart_redis,
            FaultKind.FLUSH: self._flush_redis,
            FaultKind.POSTGRES: self._restart_postgres,
            FaultKind.S3: self._take_s3_away,
            FaultKind.PROVIDER: self._cut_provider,
            FaultKind.CHATS: self._cut_chats,
        }
        lock = self._locks[FaultKind.REDIS if planned.kind is FaultKind.FLUSH else planned.kind]
        if lock.locked():
            return
        async with lock:
            await acts[planned.kind](planned)
            self.done[planned.kind] += 1

    def _one_of(self, planned: PlannedFault, role: str) -> Replica:
        of_role = [one for one in self._replicas if one.role == role]
        return of_role[planned.target % len(of_role)]

    def _any(self, planned: PlannedFault) -> Replica:
        return self._replicas[planned.target % len(self._replicas)]

    async def _kill(self, planned: PlannedFault) -> None:
        self._one_of(planned, planned.kind).kill()

    async def _freeze(self, planned: PlannedFault) -> None:
        frozen = self._any(planned) if planned.variant % 4 == 0 else self._one_of(planned, FaultKind.WORKER)
        await frozen.freeze(self._lease_s * 2)

    async def _ask_to_end(self, planned: PlannedFault) -> None:
        self._any(planned).ask_to_end()

    async def _restart_redis(self, planned: PlannedFault) -> None:
        redis = self._surroundings.redis
        await asyncio.to_thread(redis.kill)
        try:
            await asyncio.sleep(REDIS_DOWN_S if planned.variant % 2 else 0)
        finally:
            await asyncio.to_thread(redis.start)

    async def _flush_redis(self, planned: PlannedFault) -> None:  # noqa: ARG002 - all are made alike
        await flush(self._surroundings.redis)

    async def _restart_postgres(self, planned: PlannedFault) -> None:  # noqa: ARG002 - as above
        await self._surroundings.postgres.crash()

    async def _take_s3_away(self, planned: PlannedFault) -> None:  # noqa: ARG002 - as above
        await self._surroundings.s3.cut()
        try:
            await asyncio.sleep(S3_DOWN_S)
        finally:
            await self._surroundings.s3.mend()

    async def _cut_provider(self, planned: PlannedFault) -> None:
        endpoint, kind = _PROVIDER_CUTS[planned.variant % len(_PROVIDER_CUTS)]
        await self._surroundings.openai.post("faults", {"endpoint": endpoint, "kind": kind})

    async def _cut_chats(self, planned: PlannedFault) -> None:
        how = _CHAT_TROUBLES[planned.variant % len(_CHAT_TROUBLES)]
        if planned.target % 2:
            method = _DISCORD_METHODS[planned.variant // len(_CHAT_TROUBLES) % len(_DISCORD_METHODS)]
            await self._surroundings.discord.post("fault", method=method, **how)
        else:
            method = _SLACK_METHODS[planned.variant // len(_CHAT_TROUBLES) % len(_SLACK_METHODS)]
            await self._surroundings.slack.post("fault", method=method, **how)
