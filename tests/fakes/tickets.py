"""A provider that gives tickets, and draws what a test tells it to while nobody waits."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.health import Finding, Health
from bot.domain.images import Abilities, DrawingId, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import Cost
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.clock import StoppedClock
from tests.fakes.images import PRICE, SQUARE_ONLY, png

LIFETIME = timedelta(minutes=10)


@dataclass
class ScriptedCall:
    """A call that was accepted: what it comes to, once it is `done`."""

    outcome: ImageResult | Exception
    news: tuple[Progress, ...] = ()
    done: asyncio.Event = field(default_factory=asyncio.Event)


class ScriptedTicketProvider:
    """Takes its turns in order, and draws what was asked for when there are none left. What it accepts it charges for, once.

    `knows_ids` says whether a call goes by its drawing's id, `ticket_cost`
    what it says that a call costs, and `cancel_cost` what one that was
    cancelled costs all the same. The answers to the `lost_answers` next calls get lost.
    """

    def __init__(self, name: str = "ticketed", abilities: Abilities = SQUARE_ONLY, clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or StoppedClock()
        self._turns: deque[tuple[ImageResult | Exception, tuple[Progress, ...], bool]] = deque()
        self._refusals: deque[Exception] = deque()
        self._shade = 0
        self.abilities = abilities
        self.requests: list[ImageRequest] = []
        self.calls: dict[str, ScriptedCall] = {}
        self.collecting = 0
        self.cancelled: list[str] = []
        self.knows_ids = False
        self.ticket_cost: Cost | None = None
        self.cancel_cost: Cost | None = None
        self.lost_answers = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.cancels = asyncio.Event()
        self.cancels.set()

    @property
    def name(self) -> str:
        """What it was called by the test."""
        return self._name

    @property
    def model(self) -> str:
        """What it draws with."""
        return f"{self._name}-1"

    @property
    def attribution(self) -> str:
        """Who drew."""
        return f"drawn by {self._name}"

    def will(self, *outcomes: ImageResult | Exception, news: tuple[Progress, ...] = ()) -> None:
        """Have the next accepted calls come to these."""
        self._turns.extend((outcome, news, False) for outcome in outcomes)

    def will_hold(self, outcome: ImageResult | Exception | None = None, news: tuple[Progress, ...] = ()) -> None:
        """Have the next accepted call wait for `release`, and then come to this."""
        self._turns.append((outcome or self.drawn(), news, True))

    def will_not_accept(self, *errors: Exception) -> None:
        """Answer the next calls with these, and charge nothing."""
        self._refusals.extend(errors)

    def release(self) -> None:
        """Let every held call end."""
        for call in self.calls.values():
            call.done.set()

    def forget(self) -> None:
        """Know none of the calls any more."""
        self.calls.clear()

    def drawn(self, count: int = 1, cost: Cost = PRICE) -> ImageResult:
        """Return pictures that it never gave before."""
        self._shade += count
        pictures = tuple(png(100 + self._shade - number) for number in range(count))
        return ImageResult(pictures=pictures, model=self.model, cost=cost, request_id=f"req-{self._shade}")

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Guess what the script will cost."""
        return Cost(PRICE.microusd * count, is_estimate=True)

    async def submit(self, request: ImageRequest) -> Ticket:
        """Accept the call, and answer when `answers` is set."""
        if self._refusals:
            raise self._refusals.popleft()
        self.requests.append(request)
        ticket = self._ticket(request.drawing if self.knows_ids else f"ticket-{len(self.requests)}")
        outcome, news, is_held = self._turns.popleft() if self._turns else (self.drawn(request.count), (), False)
        call = self.calls[ticket.id] = ScriptedCall(outcome, news)
        if not is_held:
            call.done.set()
        await self.answers.wait()
        if self.lost_answers:
            self.lost_answers -= 1
            raise OutcomeUnknown(self.name, "cut")
        return ticket

    def known_ticket(self, drawing: DrawingId) -> Ticket | None:
        """Return the call that goes by the drawing's id."""
        return self._ticket(drawing) if self.knows_ids else None

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait until it is done; the same for whoever asks."""
        call = self.calls.get(ticket.id)
        if call is None:
            raise OutcomeUnknown(self.name, "forgotten", fault=ProviderFault.BAD_ANSWER)
        for news in call.news:
            await on_progress(news)
        self.collecting += 1
        try:
            await call.done.wait()
        finally:
            self.collecting -= 1
        if isinstance(call.outcome, Exception):
            raise call.outcome
        return call.outcome

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop it, when `cancels` is set."""
        self.cancelled.append(ticket.id)
        await self.cancels.wait()
        call = self.calls.get(ticket.id)
        if call is not None and not call.done.is_set():
            call.outcome = ProviderFailed(self.name, "cancelled", fault=ProviderFault.BAD_ANSWER)
            call.done.set()
        return self.cancel_cost

    async def check(self) -> tuple[Finding, ...]:
        """Find everything well."""
        return (Finding(self._name, Health.OK, "it draws what the test says"),)

    def _ticket(self, id_: str) -> Ticket:
        return Ticket(id=id_, expires_at=self._clock.now() + LIFETIME, details={"url": "https://x.test"}, cost=self.ticket_cost)
