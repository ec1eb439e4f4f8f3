"""Asks whether reports open one case, hide a picture when they are enough, and show it again when they are not."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.cases import Case, CaseDecision, CaseKind, CaseState, NewCase
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import RemovalOrder, RemovalReason
from bot.domain.reports import ReporterTrust, ReportReason, ReportTally
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from bot.errors import StorageFailed
from bot.services.cases import CaseReview
from bot.services.removal import Removals
from bot.services.report_follow_up import ReportFollowUp
from bot.services.report_outcome_effect import ReportOutcomeEffect
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


class FollowUpSetup:
    """Where reports of one picture arrive, with what follows from them."""

    def __init__(self, bench: Bench, job: Job, picture: PictureId) -> None:
        self.bench, self.job, self.picture = bench, job, picture
        self.reports = RestlessReports(bench.clock)
        self.locks = LocalLocks()
        self.cases = MemoryCases(bench.clock, bench.ids, MemoryModerationLog(bench.clock))
        self.review = CaseReview(self.cases, bench.sanction_book, (ReportOutcomeEffect(self.reports),), bench.clock)
        self.removals = Removals(bench.removals, bench.clock)
        self.follow_up = ReportFollowUp(
            reports=self.reports,
            jobs=bench.jobs,
            pictures=bench.pictures,
            cases=self.cases,
            review=self.review,
            removals=self.removals,
            removal_records=bench.removals,
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
async def setup() -> FollowUpSetup:
    """Return one with a picture of ann's."""
    bench = Bench()
    job = await bench.draw(user="ann")
    [picture] = await bench.pictures.of_job(job.id)
    return FollowUpSetup(bench, job, picture.id)


async def test_the_first_report_opens_the_one_case_and_the_third_hides_the_picture(setup: FollowUpSetup) -> None:
    """With what it is about, and the reason that was given."""
    await setup.report("bob", reason=ReportReason.HATEFUL)
    await setup.report("cat")
    assert not await setup.is_hidden()
    await setup.report("dan")
    assert await setup.is_hidden()
    [case] = await setup.all_cases()
    assert (case.account, case.job, case.reason) == (setup.job.account, setup.job.id, "hateful")
    assert await setup.pending() == ()


async def test_each_report_and_what_follows_has_the_case_shown_anew(setup: FollowUpSetup) -> None:
    """Who looks at it knows how many there are by now, and that it is hidden."""
    for name in ("bob", "cat", "dan"):
        await setup.report(name)
        [case] = await setup.cases.to_show(most=9)
        await setup.cases.note_shown(case, None)
    await setup.withdraw("dan")
    assert len(await setup.cases.to_show(most=9)) == 1


async def test_newcomers_hide_nothing_by_themselves(setup: FollowUpSetup) -> None:
    """However many they are; moderators are told all the same. Two people who are known need one of them."""
    for number in range(50):
        await setup.report(f"troll {number}", NEW)
    await setup.report("bob", ReporterTrust.DISTRUSTED)
    await setup.report("cat")
    assert not await setup.is_hidden()
    assert len(await setup.all_cases()) == 1
    await setup.report("dan")
    assert await setup.is_hidden()


async def test_the_threshold_is_the_community_s(setup: FollowUpSetup) -> None:
    """With none, only moderators hide a picture."""
    await setup.set_threshold("0")
    for name in ("bob", "cat", "dan", "eve"):
        await setup.report(name)
    assert not await setup.is_hidden()
    await setup.report("mo", MODERATOR)
    assert await setup.is_hidden()


async def test_one_is_enough_where_admins_want_that(setup: FollowUpSetup) -> None:
    """Whoever they are."""
    await setup.set_threshold("1")
    await setup.report("bob", NEW)
    assert await setup.is_hidden()


async def test_reports_that_are_taken_back_show_it_again_and_close_the_case(setup: FollowUpSetup) -> None:
    """Nobody has to look at it any more; whoever reports it then opens another one."""
    for name in ("bob", "cat", "dan"):
        await setup.report(name)
    await setup.withdraw("dan")
    assert not await setup.is_hidden()
    for name in ("bob", "cat"):
        await setup.withdraw(name)
    [case] = await setup.all_cases()
    assert (case.state, case.decision) == (CaseState.DECIDED, CaseDecision.KEEP)
    assert case.decided_by is not None
    assert case.decided_by.account == EVERYBODY
    await setup.report("eve")
    assert [case.state for case in await setup.all_cases()] == [CaseState.OPEN, CaseState.DECIDED]
    assert await setup.reports.tally(setup.picture) == ReportTally(known=1)


async def test_what_moderators_kept_is_not_hidden_by_others_again(setup: FollowUpSetup) -> None:
    """They are told, by a new case. Reporters who were wrong are remembered; an undone decision forgets that."""
    await setup.report("bob")
    [case] = await setup.all_cases()
    await setup.review.decide(case.id, CaseDecision.KEEP, MO, None)
    assert (await setup.reports.track_record(AccountId("bob"))).rejected == 1
    await setup.review.undo(case.id, MO, None)
    assert (await setup.reports.track_record(AccountId("bob"))).rejected == 0
    await setup.review.decide(case.id, CaseDecision.KEEP, MO, None)
    setup.bench.clock.move(MINUTE)
    for number in range(9):
        await setup.report(f"fan {number}")
    assert not await setup.is_hidden()
    assert [case.state for case in await setup.all_cases()] == [CaseState.OPEN, CaseState.DECIDED]
    [newer, _] = await setup.all_cases()
    await setup.review.decide(newer.id, CaseDecision.BAN, MO, None)
    assert (await setup.reports.track_record(AccountId("fan 1"))).upheld == 1


async def test_what_a_moderator_hid_is_not_shown_again_by_reports(setup: FollowUpSetup) -> None:
    """However few they are."""
    await setup.removals.hide(setup.picture, RemovalReason.RULES, "mo")
    await setup.report("bob")
    await setup.withdraw("bob")
    assert await setup.is_hidden()


async def test_a_storm_of_reports_is_one_case(setup: FollowUpSetup) -> None:
    """Five hundred at once are one case."""
    names = [f"fan {number}" for number in range(500)]
    await asyncio.gather(*(setup.report(name) for name in names))
    assert await setup.is_hidden()
    assert len(await setup.all_cases()) == 1
    assert (await setup.reports.tally(setup.picture)).known == 500
    assert await setup.pending() == ()


async def test_what_a_crash_left_undone_is_done_by_the_sweep(setup: FollowUpSetup) -> None:
    """Half a minute later: until then whoever took the report is at it. A failure of one does not keep the others waiting."""
    setup.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    with pytest.raises(StorageFailed):
        await setup.report("bob", MODERATOR)
    await setup.follow_up.sweep()
    assert not await setup.is_hidden()
    setup.bench.clock.move(MINUTE)
    setup.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    await setup.follow_up.sweep()
    assert not await setup.is_hidden()
    setup.cases.failures.fail_next("open", RuntimeError("broken"))
    await setup.follow_up.sweep()
    await setup.follow_up.sweep()
    assert await setup.is_hidden()


async def test_only_the_leader_sweeps_and_a_failure_does_not_end_it(setup: FollowUpSetup) -> None:
    """Until it is stopped."""
    setup.cases.failures.fail_next("open", StorageFailed("database", "locked"))
    with pytest.raises(StorageFailed):
        await setup.report("bob", MODERATOR)
    setup.bench.clock.move(MINUTE)
    setup.reports.failures.fail_next("pending", StorageFailed("database", "locked"))
    setup.bench.leader.leads = False
    running = asyncio.create_task(setup.follow_up.run(setup.bench.leader, every=timedelta()))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not await setup.is_hidden()
    setup.bench.leader.leads = True
    for _ in range(20):
        await asyncio.sleep(0)
    assert await setup.is_hidden()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_author_who_deletes_meanwhile_is_no_trouble(setup: FollowUpSetup) -> None:
    """The case stays, for a picture that is gone."""
    await setup.bench.gallery.delete(setup.job.id)
    for name in ("bob", "cat", "dan"):
        await setup.report(name)
    assert len(await setup.all_cases()) == 1
    assert await setup.bench.removals.get(setup.picture) is None
    order = RemovalOrder(reason=RemovalReason.RULES, by="mo")
    assert not await setup.bench.removals.hide(setup.picture, order)


async def test_whoever_finds_somebody_waiting_leaves_it_to_them(setup: FollowUpSetup) -> None:
    """One works, one waits, and the others go: whoever waits will see their reports too."""
    async with setup.locks.lock(f"reports:{setup.picture}"):
        waiting = asyncio.create_task(setup.report("bob"))
        await asyncio.sleep(0)
        for name in ("cat", "dan"):
            await setup.report(name)
        assert await setup.all_cases() == ()
    await waiting
    assert await setup.is_hidden()
    [case] = await setup.all_cases()
    assert case.state is CaseState.OPEN
    assert await setup.pending() == ()


async def test_a_report_that_comes_as_others_are_acted_upon_is_acted_upon_too(setup: FollowUpSetup) -> None:
    """Nobody sees the picture once there are three."""
    setup.reports.coming = 2
    await setup.report("bob")
    assert await setup.is_hidden()
    assert await setup.pending() == ()


async def test_reports_that_do_not_stop_coming_keep_nobody_for_ever(setup: FollowUpSetup) -> None:
    """After five rounds the rest stays pending, for the sweep."""
    setup.reports.coming = 5
    await setup.report("bob")
    assert (await setup.reports.tally(setup.picture)).known == 6
    assert await setup.pending() == (setup.picture,)
    setup.bench.clock.move(MINUTE)
    await setup.follow_up.sweep()
    assert await setup.pending() == ()


async def test_reports_of_a_picture_that_is_not_known_any_more_come_to_nothing(setup: FollowUpSetup) -> None:
    """They do not stay pending for ever either."""
    gone = PictureId("gone")
    await setup.reports.add(gone, reporter("bob"), MODERATOR)
    await setup.follow_up.follow_up(gone)
    assert await setup.cases.of_picture(gone) == ()
    assert await setup.pending() == ()


async def test_a_case_that_the_guard_opened_takes_reports_and_outlives_them(setup: FollowUpSetup) -> None:
    """Somebody still has to look at the picture once they are all taken back."""
    doubt = await setup.open_case(CaseKind.DOUBT)
    await setup.report("bob")
    await setup.withdraw("bob")
    [case] = await setup.all_cases()
    assert (case.id, case.state) == (doubt.id, CaseState.OPEN)


async def test_a_moderator_who_decides_as_the_last_report_is_taken_back_has_decided_it(setup: FollowUpSetup) -> None:
    """The case is left to them, and the picture is shown again all the same."""
    await setup.set_threshold("1")
    await setup.report("bob")
    setup.cases.is_taken = True
    await setup.withdraw("bob")
    [case] = await setup.all_cases()
    assert case.decision is None
    assert not await setup.is_hidden()
    assert await setup.pending() == ()


@pytest.mark.parametrize(("kind", "is_about_picture"), [(CaseKind.MISTAKE, False), (CaseKind.APPEAL, True)])
async def test_cases_about_something_else_say_nothing_of_reports(
    setup: FollowUpSetup, kind: CaseKind, *, is_about_picture: bool
) -> None:
    """Of refused words there is no picture, and an appeal is about what was decided before."""
    case = await setup.open_case(kind, is_about_picture=is_about_picture)
    await setup.report("bob")
    await setup.review.decide(case.id, CaseDecision.UPHOLD, MO, None)
    assert [report.outcome for report in await setup.reports.of(setup.picture)] == [None]
