"""Asks whether reports open one case, hide a picture when they are enough, and show it again when they are not."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.cases import Case, CaseDecision, CaseKind, CaseState, NewCase
from bot.domain.images import PictureId, PictureState
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId
from bot.domain.removals import RemovalOrder, RemovalReason
from bot.domain.reports import ReporterTrust, ReportReason, ReportTally
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from bot.errors import StorageFailed
from bot.services.cases import CaseReview
from bot.services.removal import Removals
from bot.services.report_decisions import ReportDecisions
from bot.services.report_follow_up import ReportFollowUp
from storage.limits.local import LocalLocks
from tests.fakes.bench import Bench
from tests.fakes.cases import MemoryCases
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.reports import MemoryReports

KNOWN, NEW, MODERATOR = ReporterTrust.KNOWN, ReporterTrust.NEW, ReporterTrust.MODERATOR
MO = Actor(AccountId("mo"), "Mo")
MINUTE = timedelta(minutes=1)


def reporter(name: str) -> Actor:
    """Return somebody."""
    return Actor(AccountId(name), name)


class RestlessReports(MemoryReports):
    """Somebody else reports the picture whenever its reports have just been acted upon, `coming` times."""

    coming = 0

    async def complete(self, picture: PictureId, tally: ReportTally) -> bool:
        """Let the next one come first."""
        if self.coming:
            self.coming -= 1
            await self.add(picture, reporter(f"late {self.coming}"), KNOWN)
        return await super().complete(picture, tally)


class Desk:
    """Where reports of one picture arrive, with what follows from them."""

    def __init__(self, bench: Bench, job: Job, picture: PictureId) -> None:
        self.bench, self.job, self.picture = bench, job, picture
        self.reports = RestlessReports(bench.clock)
        self.locks = LocalLocks()
        self.cases = MemoryCases(bench.clock, bench.ids, MemoryModerationLog(bench.clock))
        self.review = CaseReview(self.cases, bench.sanction_book, (ReportDecisions(self.reports),), bench.clock)
        self.removals = Removals(bench.removals, bench.clock)
        self.follow_up = ReportFollowUp(
            reports=self.reports,
            jobs=bench.jobs,
            pictures=bench.pictures,
            cases=self.cases,
            review=self.review,
            removals=self.removals,
            removal_record=bench.removals,
            quotas=bench.quotas,
            locks=self.locks,
            clock=bench.clock,
        )

    async def report(self, name: str, trust: ReporterTrust = KNOWN, reason: ReportReason | None = None) -> None:
        """Report the picture."""
        await self.reports.add(self.picture, reporter(name), trust, reason)
        await self.follow_up.follow_up(self.picture)

    async def withdraw(self, name: str) -> None:
        """Take a report back."""
        await self.reports.withdraw([self.picture], reporter(name), self.bench.clock.now())
        await self.follow_up.follow_up(self.picture)

    async def open_case(self, kind: CaseKind, *, is_about_picture: bool = True) -> Case:
        """Open a case that reports had no part in."""
        new = NewCase(
            kind=kind,
            community=self.job.community,
            platform=self.job.place.platform,
            tenant=self.job.place.tenant,
            account=self.job.account,
            picture=self.picture if is_about_picture else None,
            words="" if is_about_picture else "a fox",
        )
        return (await self.review.open(new)).case

    async def pending(self) -> tuple[PictureId, ...]:
        """Return what a sweep would look at in a minute."""
        return await self.reports.pending(self.bench.clock.now() + MINUTE, most=9)

    async def is_hidden(self) -> bool:
        """Whether nobody sees the picture."""
        found = await self.bench.pictures.get(self.picture)
        assert found is not None
        return found.state is PictureState.HIDDEN

    async def all_cases(self) -> tuple[Case, ...]:
        """Return every case about the picture, newest first."""
        return await self.cases.of_picture(self.picture)

    async def set_threshold(self, value: str) -> None:
        """Set how many reports hide a picture."""
        key = RuleKey(RuleKind.SETTING, "reports_to_hide")
        await self.bench.rulebook.change(Change(community=HOUSE, key=key, value=value, by=MO))


@pytest.fixture
async def desk() -> Desk:
    """Return a desk with a picture of ann's."""
    bench = Bench()
    job = await bench.draw(user="ann")
    [picture] = await bench.pictures.of_job(job.id)
    return Desk(bench, job, picture.id)


async def test_the_first_report_opens_the_one_case_and_the_third_hides_the_picture(desk: Desk) -> None:
    """With what it is about, and the reason that was given."""
    await desk.report("bob", reason=ReportReason.HATEFUL)
    await desk.report("cat")
    assert not await desk.is_hidden()
    await desk.report("dan")
    assert await desk.is_hidden()
    [case] = await desk.all_cases()
    assert (case.account, case.job, case.reason) == (desk.job.account, desk.job.id, "hateful")
    assert await desk.pending() == ()


async def test_each_report_and_what_follows_has_the_case_shown_anew(desk: Desk) -> None:
    """Who looks at it knows how many there are by now, and that it is hidden."""
    for name in ("bob", "cat", "dan"):
        await desk.report(name)
        [case] = await desk.cases.to_show(most=9)
        await desk.cases.note_shown(case, None)
    await desk.withdraw("dan")
    assert len(await desk.cases.to_show(most=9)) == 1


async def test_newcomers_hide_nothing_by_themselves(desk: Desk) -> None:
    """However many they are; moderators are told all the same. Two people who are known need one of them."""
    for number in range(50):
        await desk.report(f"troll {number}", NEW)
    await desk.report("bob", ReporterTrust.DISTRUSTED)
    await desk.report("cat")
    assert not await desk.is_hidden()
    assert len(await desk.all_cases()) == 1
    await desk.report("dan")
    assert await desk.is_hidden()


async def test_the_threshold_is_the_community_s(desk: Desk) -> None:
    """With none, only moderators hide a picture."""
    await desk.set_threshold("0")
    for name in ("bob", "cat", "dan", "eve"):
        await desk.report(name)
    assert not await desk.is_hidden()
    await desk.report("mo", MODERATOR)
    assert await desk.is_hidden()


async def test_one_is_enough_where_admins_want_that(desk: Desk) -> None:
    """Whoever they are."""
    await desk.set_threshold("1")
    await desk.report("bob", NEW)
    assert await desk.is_hidden()


async def test_reports_that_are_taken_back_show_it_again_and_close_the_case(desk: Desk) -> None:
    """Nobody has to look at it any more; whoever reports it then opens another one."""
    for name in ("bob", "cat", "dan"):
        await desk.report(name)
    await desk.withdraw("dan")
    assert not await desk.is_hidden()
    for name in ("bob", "cat"):
        await desk.withdraw(name)
    [case] = await desk.all_cases()
    assert (case.state, case.decision) == (CaseState.DECIDED, CaseDecision.KEEP)
    assert case.decided_by is not None
    assert case.decided_by.account == EVERYBODY
    await desk.report("eve")
    assert [case.state for case in await desk.all_cases()] == [CaseState.OPEN, CaseState.DECIDED]
    assert await desk.reports.tally(desk.picture) == ReportTally(known=1)


async def test_what_moderators_kept_is_not_hidden_by_others_again(desk: Desk) -> None:
    """They are told, by a new case. Reporters who were wrong are remembered; an undone decision forgets that."""
    await desk.report("bob")
    [case] = await desk.all_cases()
    await desk.review.decide(case.id, CaseDecision.KEEP, MO, None)
    assert (await desk.reports.track_record(AccountId("bob"))).rejected == 1
    await desk.review.undo(case.id, MO, None)
    assert (await desk.reports.track_record(AccountId("bob"))).rejected == 0
    await desk.review.decide(case.id, CaseDecision.KEEP, MO, None)
    desk.bench.clock.move(MINUTE)
    for number in range(9):
        await desk.report(f"fan {number}")
    assert not await desk.is_hidden()
    assert [case.state for case in await desk.all_cases()] == [CaseState.OPEN, CaseState.DECIDED]
    [newer, _] = await desk.all_cases()
    await desk.review.decide(newer.id, CaseDecision.BAN, MO, None)
    assert (await desk.reports.track_record(AccountId("fan 1"))).upheld == 1


async def test_what_a_moderator_hid_is_not_shown_again_by_reports(desk: Desk) -> None:
    """However few they are."""
    await desk.removals.hide(desk.picture, RemovalReason.RULES, "mo")
    await desk.report("bob")
    await desk.withdraw("bob")
    assert await desk.is_hidden()


async def test_a_storm_of_reports_is_one_case(desk: Desk) -> None:
    """Five hundred at once are one case."""
    names = [f"fan {number}" for number in range(500)]
    await asyncio.gather(*(desk.report(name) for name in names))
    assert await desk.is_hidden()
    assert len(await desk.all_cases()) == 1
    assert (await desk.reports.tally(desk.picture)).known == 500
    assert await desk.pending() == ()


async def test_what_a_crash_left_undone_is_done_by_the_sweep(desk: Desk) -> None:
    """Half a minute later: until then whoever took the report is at it. A failure of one does not keep the others waiting."""
    desk.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    with pytest.raises(StorageFailed):
        await desk.report("bob", MODERATOR)
    await desk.follow_up.sweep()
    assert not await desk.is_hidden()
    desk.bench.clock.move(MINUTE)
    desk.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    await desk.follow_up.sweep()
    assert not await desk.is_hidden()
    desk.cases.failures.fail_next("open", RuntimeError("broken"))
    await desk.follow_up.sweep()
    await desk.follow_up.sweep()
    assert await desk.is_hidden()


async def test_only_the_leader_sweeps_and_a_failure_does_not_end_it(desk: Desk) -> None:
    """Until it is stopped."""
    desk.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    with pytest.raises(StorageFailed):
        await desk.report("bob", MODERATOR)
    desk.bench.clock.move(MINUTE)
    desk.reports.failures.fail_next("pending", StorageFailed("database", "locked"))
    desk.bench.leader.leads = False
    running = asyncio.create_task(desk.follow_up.run(desk.bench.leader, every=timedelta()))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not await desk.is_hidden()
    desk.bench.leader.leads = True
    for _ in range(20):
        await asyncio.sleep(0)
    assert await desk.is_hidden()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_author_who_deletes_meanwhile_is_no_trouble(desk: Desk) -> None:
    """The case stays, for a picture that is gone."""
    await desk.bench.gallery.delete(desk.job.id)
    for name in ("bob", "cat", "dan"):
        await desk.report(name)
    assert len(await desk.all_cases()) == 1
    assert await desk.bench.removals.get(desk.picture) is None
    order = RemovalOrder(reason=RemovalReason.RULES, by="mo")
    assert not await desk.bench.removals.hide(desk.picture, order)


async def test_whoever_finds_somebody_waiting_leaves_it_to_them(desk: Desk) -> None:
    """One works, one waits, and the others go: whoever waits will see their reports too."""
    async with desk.locks.lock(f"reports:{desk.picture}"):
        waiting = asyncio.create_task(desk.report("bob"))
        await asyncio.sleep(0)
        for name in ("cat", "dan"):
            await desk.report(name)
        assert await desk.all_cases() == ()
    await waiting
    assert await desk.is_hidden()
    [case] = await desk.all_cases()
    assert case.state is CaseState.OPEN
    assert await desk.pending() == ()


async def test_a_report_that_comes_as_others_are_acted_upon_is_acted_upon_too(desk: Desk) -> None:
    """Nobody sees the picture once there are three."""
    desk.reports.coming = 2
    await desk.report("bob")
    assert await desk.is_hidden()
    assert await desk.pending() == ()


async def test_reports_that_do_not_stop_coming_keep_nobody_for_ever(desk: Desk) -> None:
    """After five rounds the rest stays pending, for the sweep."""
    desk.reports.coming = 5
    await desk.report("bob")
    assert (await desk.reports.tally(desk.picture)).known == 6
    assert await desk.pending() == (desk.picture,)
    desk.bench.clock.move(MINUTE)
    await desk.follow_up.sweep()
    assert await desk.pending() == ()


async def test_reports_of_a_picture_that_is_not_known_any_more_come_to_nothing(desk: Desk) -> None:
    """They do not stay pending for ever either."""
    gone = PictureId("gone")
    await desk.reports.add(gone, reporter("bob"), MODERATOR)
    await desk.follow_up.follow_up(gone)
    assert await desk.cases.of_picture(gone) == ()
    assert await desk.pending() == ()


async def test_a_case_that_the_guard_opened_takes_reports_and_outlives_them(desk: Desk) -> None:
    """Somebody still has to look at the picture once they are all taken back."""
    doubt = await desk.open_case(CaseKind.DOUBT)
    await desk.report("bob")
    await desk.withdraw("bob")
    [case] = await desk.all_cases()
    assert (case.id, case.state) == (doubt.id, CaseState.OPEN)


async def test_a_moderator_who_decides_as_the_last_report_is_taken_back_has_decided_it(desk: Desk) -> None:
    """The case is left to them, and the picture is shown again all the same."""
    await desk.set_threshold("1")
    await desk.report("bob")
    desk.cases.is_taken = True
    await desk.withdraw("bob")
    [case] = await desk.all_cases()
    assert case.decision is None
    assert not await desk.is_hidden()
    assert await desk.pending() == ()


@pytest.mark.parametrize(("kind", "is_about_picture"), [(CaseKind.MISTAKE, False), (CaseKind.APPEAL, True)])
async def test_cases_about_something_else_say_nothing_of_reports(desk: Desk, kind: CaseKind, *, is_about_picture: bool) -> None:
    """Of refused words there is no picture, and an appeal is about what was decided before."""
    case = await desk.open_case(kind, is_about_picture=is_about_picture)
    await desk.report("bob")
    await desk.review.decide(case.id, CaseDecision.UPHOLD, MO, None)
    assert [report.outcome for report in await desk.reports.of(desk.picture)] == [None]
