"""Asks of every implementation of `Cases`: is one case open about one thing, is it decided once, and is all of it on record?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import UNDO_WINDOW, Case, CaseDecision, CaseId, CaseKind, CaseNote, CaseState, NewCase
from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from bot.ports.accounts import Accounts
from bot.ports.cases import Cases
from bot.ports.jobs import Jobs
from bot.ports.moderation_log import ModerationLog
from tests.contract.conftest import ON_DISK
from tests.contract.examples import ANN as ANN_ON_THE_PAGE
from tests.contract.examples import DISCORD, SECOND, TODAY
from tests.contract.linked import BOB, by, draw
from tests.fakes.clock import NOON, StoppedClock

ANN = AccountId("ann")
MO = Actor(AccountId("mo"), "Mo")
ZOE = Actor(AccountId("zoe"), "Zoe")
REPORT = NewCase(
    kind=CaseKind.REPORT,
    community=HOUSE,
    platform=DISCORD,
    tenant="1",
    account=ANN,
    by=Actor(AccountId("bob"), "Bob"),
    picture=PictureId("fox.0"),
    job=JobId("fox"),
    reason="gore",
    scores={"violence": 0.5},
)
WORDS = NewCase(
    kind=CaseKind.MISTAKE, community=HOUSE, platform=DISCORD, tenant="1", account=ANN, words="a shooting star over Scunthorpe"
)
APPEAL = replace(REPORT, kind=CaseKind.APPEAL, appeals="some case")


@pytest.fixture
async def case(cases: Cases) -> Case:
    """Open a case."""
    return (await cases.open(REPORT)).case


async def read(cases: Cases, case: Case) -> Case:
    """Return a case as it stands."""
    found = await cases.get(case.id)
    assert found is not None
    return found


def about(number: int) -> NewCase:
    """Return a case about another picture."""
    return replace(REPORT, picture=PictureId(f"owl.{number}"))


class TestOpening:
    """One case at a time about one thing."""

    @pytest.mark.parametrize("new", [REPORT, WORDS, APPEAL])
    async def test_a_case_is_what_opened_it(self, cases: Cases, new: NewCase) -> None:
        """With all that was said."""
        opened = await cases.open(new)
        assert opened.is_new
        case = await read(cases, opened.case)
        assert opened.case == case
        assert {name: getattr(case, name) for name in NewCase.__slots__} == {
            name: getattr(new, name) for name in NewCase.__slots__
        }
        assert (case.opened_at, case.state, case.decision, case.rounds) == (NOON, CaseState.OPEN, None, 0)

    async def test_a_picture_has_one_open_case(self, cases: Cases, case: Case) -> None:
        """Whatever kind the second would be; it shows that somebody asked again, and takes on the scores."""
        again = await cases.open(replace(REPORT, kind=CaseKind.DOUBT, scores={"violence": 0.9}))
        assert not again.is_new
        assert again.case == replace(case, revision=2, scores={"violence": 0.9})
        assert (await cases.open(replace(REPORT, scores={}))).case.scores == {"violence": 0.9}

    async def test_a_storm_is_one_case(self, cases: Cases, moderation_log: ModerationLog) -> None:
        """Of many at once one opens it."""
        opened = await asyncio.gather(*(cases.open(REPORT) for _ in range(20)))
        assert [one.is_new for one in opened].count(True) == 1
        assert len({one.case.id for one in opened}) == 1
        assert len(await moderation_log.page(HOUSE, most=50)) == 1

    async def test_what_was_decided_can_be_a_case_again(self, cases: Cases, case: Case) -> None:
        """It is another one."""
        await cases.decide(case.id, CaseDecision.KEEP, MO)
        again = await cases.open(REPORT)
        assert again.is_new
        assert {one.id for one in await cases.of_picture(PictureId("fox.0"))} == {case.id, again.case.id}

    async def test_what_was_appealed_once_is_not_appealed_again(self, cases: Cases) -> None:
        """Even after it was decided."""
        appeal = (await cases.open(APPEAL)).case
        await cases.decide(appeal.id, CaseDecision.UPHOLD, MO)
        again = await cases.open(APPEAL)
        assert not again.is_new
        assert again.case.id == appeal.id

    async def test_the_same_words_of_two_people_are_two_cases(self, cases: Cases) -> None:
        """And of one person they are one."""
        assert (await cases.open(WORDS)).is_new
        assert not (await cases.open(WORDS)).is_new
        assert (await cases.open(replace(WORDS, account=AccountId("bob")))).is_new


class TestDeciding:
    """One decision wins."""

    async def test_a_decision_stands_with_who_and_when(self, cases: Cases, case: Case, clock: StoppedClock) -> None:
        """And how long it took."""
        clock.move(SECOND)
        assert await cases.decide(case.id, CaseDecision.BAN, MO)
        decided = await read(cases, case)
        assert (decided.state, decided.decision, decided.decided_by) == (CaseState.DECIDED, CaseDecision.BAN, MO)
        assert (decided.time_to_decision, decided.rounds) == (SECOND, 1)

    async def test_of_many_who_decide_at_once_one_does(self, cases: Cases, case: Case, moderation_log: ModerationLog) -> None:
        """The record names the one."""
        people = [Actor(AccountId(f"mod{number}"), f"Mod {number}") for number in range(8)]
        won = await asyncio.gather(*(cases.decide(case.id, CaseDecision.REMOVE, one) for one in people))
        assert won.count(True) == 1
        winner = people[won.index(True)]
        assert (await read(cases, case)).decided_by == winner
        assert [line.by for line in await moderation_log.of_case(case.id)] == [REPORT.by, winner]

    async def test_there_has_to_be_a_case(self, cases: Cases) -> None:
        """Nothing comes of a guess."""
        nothing = CaseId("nothing")
        assert await cases.get(nothing) is None
        assert await cases.message(nothing) is None
        assert await cases.notes(nothing) == ()
        assert not await cases.decide(nothing, CaseDecision.KEEP, MO)
        assert not await cases.undo(nothing, MO)
        assert not await cases.assign(nothing, MO, MO)
        assert not await cases.add_note(nothing, "hm", MO)

    async def test_another_moderator_is_known_by_what_they_decided(self, cases: Cases, clock: StoppedClock) -> None:
        """The latest of them, if it is not too long ago."""
        for number, moderator in enumerate((ZOE, MO)):
            case = (await cases.open(about(number))).case
            await cases.decide(case.id, CaseDecision.KEEP, moderator)
            clock.move(SECOND)
        long_ago = NOON - SECOND
        assert await cases.last_decider_but(HOUSE, ANN, since=long_ago) == MO
        assert await cases.last_decider_but(HOUSE, MO.account, since=long_ago) == ZOE
        assert await cases.last_decider_but(HOUSE, MO.account, since=NOON) is None
        assert await cases.last_decider_but(HOUSE, MO.account, ZOE.account, since=long_ago) is None
        assert await cases.last_decider_but(CommunityId("discord:2"), ANN, since=long_ago) is None


class TestUndoing:
    """For ten minutes."""

    async def test_an_undone_decision_is_as_if_it_had_not_been(
        self, cases: Cases, case: Case, moderation_log: ModerationLog
    ) -> None:
        """But for the record, and the number of the next one."""
        await cases.decide(case.id, CaseDecision.REMOVE, MO)
        assert await cases.undo(case.id, ZOE)
        assert await read(cases, case) == replace(case, revision=3, rounds=1)
        assert not await cases.undo(case.id, ZOE)
        assert await cases.decide(case.id, CaseDecision.KEEP, ZOE)
        lines = await moderation_log.of_case(case.id)
        assert [line.action for line in lines] == ["opened", "decided", "undone", "decided"]
        assert [line.detail for line in lines] == ["report", "remove", "", "keep"]

    async def test_after_ten_minutes_it_stands(self, cases: Cases, case: Case, clock: StoppedClock) -> None:
        """It is closed once, and never undone."""
        await cases.decide(case.id, CaseDecision.REMOVE, MO)
        clock.move(UNDO_WINDOW - SECOND)
        assert await cases.close_due(most=9) == ()
        clock.move(SECOND)
        assert not await cases.undo(case.id, MO)
        [closed] = await cases.close_due(most=9)
        assert closed == await read(cases, case)
        assert closed.closed_at == clock.now()
        assert await cases.close_due(most=9) == ()
        assert not await cases.undo(case.id, MO)

    async def test_they_are_closed_in_pages(self, cases: Cases, clock: StoppedClock) -> None:
        """The earliest first."""
        for number in range(3):
            await cases.decide((await cases.open(about(number))).case.id, CaseDecision.KEEP, MO)
            clock.move(SECOND)
        clock.move(UNDO_WINDOW)
        assert [case.picture for case in await cases.close_due(most=2)] == ["owl.0", "owl.1"]
        assert [case.picture for case in await cases.close_due(most=2)] == ["owl.2"]

    async def test_a_newer_case_is_in_the_way(self, cases: Cases, case: Case) -> None:
        """There would be two open ones."""
        await cases.decide(case.id, CaseDecision.KEEP, MO)
        await cases.open(REPORT)
        assert not await cases.undo(case.id, MO)


class TestEnforcing:
    """What was decided happens, over crashes."""

    async def test_each_decision_waits_to_be_enforced(self, cases: Cases, case: Case, clock: StoppedClock) -> None:
        """So do an undo, and the end of the time for it."""
        assert await cases.to_enforce(most=9) == ()
        await cases.decide(case.id, CaseDecision.REMOVE, MO)
        [decided] = await cases.to_enforce(most=9)
        assert await cases.note_enforced(decided)
        assert await cases.to_enforce(most=9) == ()
        await cases.undo(case.id, MO)
        [undone] = await cases.to_enforce(most=9)
        assert (undone.state, undone.rounds) == (CaseState.OPEN, 1)
        await cases.note_enforced(undone)
        await cases.decide(case.id, CaseDecision.REMOVE, MO)
        await cases.note_enforced(await read(cases, case))
        clock.move(UNDO_WINDOW)
        await cases.close_due(most=9)
        [closed] = await cases.to_enforce(most=9)
        assert closed.closed_at is not None

    async def test_what_has_changed_meanwhile_is_not_enforced_yet(self, cases: Cases, case: Case) -> None:
        """Whoever was slow has to look again."""
        await cases.decide(case.id, CaseDecision.REMOVE, MO)
        [decided] = await cases.to_enforce(most=9)
        await cases.undo(case.id, MO)
        assert not await cases.note_enforced(decided)
        assert await cases.to_enforce(most=9) == (await read(cases, case),)


class TestWorking:
    """What moderators see and write."""

    async def test_notes_are_kept_in_their_order(self, cases: Cases, case: Case, clock: StoppedClock) -> None:
        """On a decided case too."""
        assert await cases.add_note(case.id, "looks real", MO)
        clock.move(SECOND)
        await cases.decide(case.id, CaseDecision.KEEP, MO)
        assert await cases.add_note(case.id, "it is a drawing", ZOE)
        assert await cases.notes(case.id) == (CaseNote(NOON, MO, "looks real"), CaseNote(NOON + SECOND, ZOE, "it is a drawing"))

    async def test_no_note_is_in_the_record(self, cases: Cases, case: Case, moderation_log: ModerationLog) -> None:
        """It may quote what was asked for."""
        await cases.add_note(case.id, "they asked for a fox", MO)
        assert "fox" not in "".join(line.detail for line in await moderation_log.of_case(case.id))

    async def test_somebody_takes_a_case_and_gives_it_back(self, cases: Cases, case: Case) -> None:
        """While it is open."""
        assert await cases.assign(case.id, MO, MO)
        assert (await read(cases, case)).assignee == MO
        assert await cases.assign(case.id, None, ZOE)
        assert (await read(cases, case)).assignee is None
        await cases.decide(case.id, CaseDecision.KEEP, MO)
        assert not await cases.assign(case.id, MO, MO)

    async def test_pages_have_each_case_once(self, cases: Cases, clock: StoppedClock) -> None:
        """Open ones oldest first, also those of one moment; decided ones newest first."""
        for number in range(6):
            opened = await cases.open(about(number))
            if number >= 4:
                await cases.decide(opened.case.id, CaseDecision.KEEP, MO)
            if number % 2:
                clock.move(SECOND)
        first = await cases.page(HOUSE, state=CaseState.OPEN, most=3)
        rest = await cases.page(HOUSE, state=CaseState.OPEN, most=3, after=first[-1].id)
        assert [case.picture for case in (*first, *rest)] == ["owl.0", "owl.1", "owl.2", "owl.3"]
        [newest] = await cases.page(None, state=CaseState.DECIDED, most=1)
        [older] = await cases.page(None, state=CaseState.DECIDED, most=9, after=newest.id)
        assert (newest.picture, older.picture) == ("owl.5", "owl.4")
        assert await cases.count_open(HOUSE) == await cases.count_open(None) == 4

    async def test_a_community_sees_its_own(self, cases: Cases, case: Case) -> None:
        """And whoever runs the bot sees all."""
        other = CommunityId("discord:2")
        assert await cases.page(other, state=CaseState.OPEN, most=9) == ()
        assert await cases.count_open(other) == 0
        assert await cases.page(None, state=CaseState.OPEN, most=9) == (case,)

    async def test_a_server_sees_its_own(self, cases: Cases, case: Case) -> None:
        """Of a community that has several."""
        here, elsewhere = Place(case.platform, case.tenant, "lobby"), Place(case.platform, "elsewhere", "lobby")
        assert await cases.page(HOUSE, state=CaseState.OPEN, most=9, at=here) == (case,)
        assert await cases.page(HOUSE, state=CaseState.OPEN, most=9, at=elsewhere) == ()
        assert (await cases.count_open(HOUSE, at=here), await cases.count_open(None, at=elsewhere)) == (1, 0)

    async def test_somebodys_cases_are_found(self, cases: Cases, case: Case, clock: StoppedClock) -> None:
        """The newest first, and of this community."""
        clock.move(timedelta(days=1))
        second = (await cases.open(about(1))).case
        await cases.open(replace(about(2), community=CommunityId("discord:2")))
        await cases.open(replace(about(3), account=AccountId("bob")))
        assert await cases.about(HOUSE, ANN, most=9) == (second, case)
        assert await cases.about(HOUSE, ANN, most=1) == (second,)


class TestShowing:
    """The message in the review channel follows the case."""

    async def test_a_case_is_to_be_shown_after_each_change(self, cases: Cases, case: Case) -> None:
        """Until somebody has shown it as it stands."""
        message = MessageRef(Place(DISCORD, "1", "mods"), "77")
        assert await cases.to_show(most=9) == (case,)
        await cases.note_shown(case, message)
        assert await cases.to_show(most=9) == ()
        assert await cases.message(case.id) == message
        await cases.assign(case.id, MO, MO)
        await cases.note_shown(case, message)
        assert await cases.to_show(most=9) == (await read(cases, case),)

    async def test_a_case_is_shown_anew_when_what_belongs_to_it_changes(self, cases: Cases, case: Case) -> None:
        """Also where somebody was just showing it as it stood before; nothing else about it changes."""
        await cases.show_anew(case.id)
        await cases.note_shown(case, None)
        assert await cases.to_show(most=9) == (replace(case, revision=2),)
        await cases.show_anew(CaseId("nothing"))

    async def test_what_is_older_is_not_noted_over_what_is_newer(self, cases: Cases, case: Case) -> None:
        """Two processes may show it at once."""
        newer, older = (MessageRef(Place(DISCORD, "1", "mods"), number) for number in ("78", "77"))
        await cases.assign(case.id, MO, MO)
        await cases.note_shown(await read(cases, case), newer)
        await cases.note_shown(case, older)
        assert await cases.message(case.id) == newer
        assert await cases.to_show(most=9) == ()

    async def test_there_may_be_no_place_for_it(self, cases: Cases, case: Case) -> None:
        """Then it waits for the next change."""
        await cases.note_shown(case, None)
        assert await cases.to_show(most=9) == ()
        assert await cases.message(case.id) is None


@ON_DISK
class TestLinkedAccounts:
    """Cases and the record follow their person; memory knows no accounts."""

    @pytest.fixture
    async def bob(self, accounts: Accounts) -> AccountId:
        """Return the account that Ann has elsewhere."""
        return (await accounts.get_or_create(BOB, GUEST)).id

    async def test_all_that_names_an_account_moves(
        self, accounts: Accounts, cases: Cases, moderation_log: ModerationLog, ann: AccountId, bob: AccountId
    ) -> None:
        """Whether it is about them or they are a moderator."""
        mine = Actor(bob, "Bob")
        case = (await cases.open(replace(REPORT, account=bob, by=mine))).case
        await cases.assign(case.id, mine, mine)
        await cases.add_note(case.id, "hm", mine)
        await cases.decide(case.id, CaseDecision.KEEP, mine)
        await accounts.join(ann, bob)
        [found] = await cases.about(HOUSE, ann, most=9)
        assert [who and who.account for who in (found.by, found.assignee, found.decided_by)] == [ann] * 3
        assert [note.by.account for note in await cases.notes(case.id)] == [ann]
        lines = await moderation_log.about(HOUSE, ann, most=9)
        assert [line.by and line.by.account for line in lines] == [ann] * 4

    async def test_what_is_about_a_parted_job_goes_with_it(
        self, accounts: Accounts, jobs: Jobs, cases: Cases, moderation_log: ModerationLog, ann: AccountId, bob: AccountId
    ) -> None:
        """And the rest stays."""
        await accounts.join(ann, bob)
        await draw(jobs, by(ANN_ON_THE_PAGE, "fox", ann), 1)
        await draw(jobs, by(BOB, "owl", ann), 1)
        for name in ("fox", "owl"):
            await cases.open(replace(REPORT, account=ann, job=JobId(name), picture=PictureId(f"{name}.0")))
        parted = await accounts.part(BOB, GUEST, TODAY.day)
        for account, name in ((ann, "fox.0"), (parted.id, "owl.0")):
            assert [case.picture for case in await cases.about(HOUSE, account, most=9)] == [name]
            assert [line.picture for line in await moderation_log.about(HOUSE, account, most=9)] == [name]
