"""In whatever order people report, decide, undo, appeal, delete and crash: does what is seen agree with what was decided?"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.cases import UNDO_WINDOW, CaseDecision, CaseKind, CaseState
from bot.domain.jobs import Job
from bot.domain.moderation_log import ModerationAction
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalState
from bot.errors import StorageFailed
from tests.fakes.bench import Bench
from tests.fakes.case_setup import CaseSetup
from tests.fakes.fast_forward_loop import FastForwardLoop

MODS = ("mo", "zoe")


class CaseOrders:
    """Two pictures of one person, two moderators, and all that may happen to them."""

    def __init__(self, setup: CaseSetup, jobs: list[Job]) -> None:
        self.setup = setup
        self.jobs = jobs

    async def report(self, number: int) -> None:
        """Have a picture reported."""
        await self.setup.report(self.jobs[number % 2])

    async def decide(self, number: int) -> None:
        """Have a moderator decide the oldest open case, and another one at once."""
        cases = await self.setup.cases.page(None, state=CaseState.OPEN, most=1)
        for case in cases:
            first, second = (case.decisions[(number + step) % len(case.decisions)] for step in (0, 1))
            await asyncio.gather(
                self.setup.press(first, case, MODS[number % 2]), self.setup.press(second, case, MODS[(number + 1) % 2])
            )

    async def crash(self, number: int) -> None:
        """Write a decision down and die."""
        for case in await self.setup.cases.page(None, state=CaseState.OPEN, most=1):
            decision = case.decisions[number % len(case.decisions)]
            await self.setup.cases.decide(case.id, decision, await self.setup.account("mo"))

    async def undo(self, number: int) -> None:
        """Undo the newest decision."""
        for case in (await self.setup.cases.page(None, state=CaseState.DECIDED, most=9))[:1]:
            await self.setup.press("undo", case, MODS[number % 2])

    async def appeal(self, number: int) -> None:
        """Have the author appeal against a decision."""
        decided = await self.setup.cases.page(None, state=CaseState.DECIDED, most=9)
        for case in [one for one in decided if one.kind is CaseKind.REPORT][number % 3 :][:1]:
            job = next(job for job in self.jobs if job.id == case.job)
            await self.setup.report(job, kind=CaseKind.APPEAL, appeals=case.id)

    async def delete(self, number: int) -> None:
        """Have the author delete a picture."""
        await self.setup.bench.gallery.delete(self.jobs[number % 2].id)

    async def fail(self, number: int) -> None:
        """Have the next sanction fail."""
        self.setup.bench.sanction_book.failures.fail_next("impose", StorageFailed("memory", "away"))

    async def wait(self, number: int) -> None:
        """Let time pass, and the sweep come."""
        self.setup.bench.clock.move(UNDO_WINDOW / (1 + number % 2))
        await self.setup.review.carry_on()

    async def settle(self) -> None:
        """Let all that is left be done."""
        self.setup.bench.sanction_book.failures.clear()
        for _ in range(2):
            await self.setup.review.carry_on()
        await self.setup.messages.show_due()

    async def check(self) -> None:
        """Compare."""
        await self.check_pictures()
        rows = [row.case for row in self.setup.cases.rows.values()]
        about = Counter(case.about for case in rows if case.state is CaseState.OPEN)
        assert max(about.values(), default=1) == 1
        assert await self.setup.cases.to_enforce(most=99) == ()
        assert await self.setup.cases.to_show(most=99) == ()
        lines = Counter(line.action for line in self.setup.log.entries)
        assert lines[ModerationAction.OPENED] == len(rows)
        assert lines[ModerationAction.DECIDED] == sum(case.rounds for case in rows)
        decided = sum(case.state is CaseState.DECIDED for case in rows)
        assert lines[ModerationAction.UNDONE] == sum(case.rounds for case in rows) - decided
        await self._check_sanctions()

    async def check_pictures(self) -> None:
        """See that no picture is both seen and removed, at any moment."""
        for job in self.jobs:
            for picture in await self.setup.bench.pictures.of_job(job.id):
                removal = await self.setup.bench.removals.get(picture.id)
                is_removed = removal is not None and removal.state is RemovalState.REMOVED
                assert not (is_removed and picture.state is PictureState.VISIBLE)

    async def _check_sanctions(self) -> None:
        """See that a sanction holds only by a case that says so."""
        author = self.jobs[0].account
        for sanction in await self.setup.bench.sanction_book.of(author):
            if sanction.lifted_at is None:
                case = next(row.case for row in self.setup.cases.rows.values() if row.case.id == sanction.case)
                assert case.decision in {CaseDecision.WARN, CaseDecision.MUTE, CaseDecision.BAN}


# Twice what most follows from.
STEPS: tuple[Callable[[CaseOrders, int], Awaitable[None]], ...] = (
    CaseOrders.report,
    CaseOrders.decide,
    CaseOrders.decide,
    CaseOrders.crash,
    CaseOrders.undo,
    CaseOrders.undo,
    CaseOrders.appeal,
    CaseOrders.delete,
    CaseOrders.fail,
    CaseOrders.wait,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 20)), min_size=5, max_size=14))
def test_what_is_seen_agrees_with_what_was_decided(steps: list[tuple[Callable[[CaseOrders, int], Awaitable[None]], int]]) -> None:
    """No picture is both seen and removed, one case is open about each, and each change is on record."""

    async def live() -> None:
        bench = Bench()
        setup = CaseSetup(bench)
        await setup.set_channel()
        orders = CaseOrders(setup, [await bench.draw(key=key) for key in ("one", "two")])
        await orders.report(0)
        for step, number in steps:
            await step(orders, number)
            await orders.check_pictures()
        await orders.settle()
        await orders.check()

    with asyncio.Runner(loop_factory=FastForwardLoop) as runner:
        runner.run(live())
