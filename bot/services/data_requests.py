"""Takes in what people ask about their data."""

from datetime import timedelta

from bot.domain.people import Person
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId
from bot.errors import Busy
from bot.ports.clock import Clock, Ids
from bot.ports.privacy import PrivacyRequests
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.services.quotas import Quotas
from bot.text import duration_text

_RATE = Rate(5, timedelta(days=1))


class DataRequests:
    """Writes requests down; this process or another one carries them out."""

    def __init__(self, *, quotas: Quotas, requests: PrivacyRequests, rate_limiter: RateLimiter, clock: Clock, ids: Ids) -> None:
        self._quotas = quotas
        self._requests = requests
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._ids = ids

    async def latest(self, person: Person, kind: PrivacyKind) -> PrivacyRequest | None:
        """Return somebody's newest request."""
        return await self._requests.latest((await self._quotas.account(person)).id, kind)

    async def ask(self, person: Person, kind: PrivacyKind) -> PrivacyRequest:
        """Write a request down, and return it, or the one that is open already.

        Raises:
            Busy: They have asked too often today.
        """
        account = (await self._quotas.account(person)).id
        wait = await self._rate_limiter.try_acquire(f"privacy:{kind}:{account}", _RATE)
        if wait > timedelta():
            raise Busy(
                f"You have asked for that {_RATE.most} times within a day; please ask again in {duration_text(wait)}. "
                "What you asked for before goes on.",
                retry_after=wait,
            )
        request = PrivacyRequest(
            id=PrivacyRequestId(self._ids.new()),
            kind=kind,
            account=account,
            identity=person.identity,
            requested_at=self._clock.now(),
        )
        return await self._requests.open(request)
