"""Asks of every implementation of `Pictures`: is what was taken out of sight out of sight, and what was removed gone for good?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import CaseDecision, CaseKind, NewCase
from bot.domain.chat import Place
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, CommunityId, Identity
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.rules import Actor
from bot.ports.accounts import Accounts
from bot.ports.cases import Cases
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from tests.contract.examples import DISCORD, LEASE, SECOND, WEB, a_file, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock

FOX = JobId("fox")
LATER = NOON + timedelta(minutes=10)


async def keep(jobs: Jobs, account: AccountId, kept: tuple[Picture, ...]) -> None:
    """Have a job of the account keep these."""
    job = JobId(kept[0].job)
    await jobs.accept(a_job(job, account), a_hold(account, len(kept)))
    await jobs.claim(job, LEASE)
    await jobs.keep(job, 1, kept)


@pytest.fixture
async def foxes(jobs: Jobs, ann: AccountId) -> tuple[Picture, ...]:
    """Keep two pictures."""
    kept = some_pictures(FOX, 2)
    await keep(jobs, ann, kept)
    return kept


async def states(pictures: Pictures) -> list[PictureState]:
    """Look at the foxes."""
    return [picture.state for picture in await pictures.of_job(FOX)]


async def test_a_kept_picture_comes_back_as_it_went_in(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """One by one, and by job in order of position."""
    assert await pictures.get(foxes[1].id) == foxes[1]
    assert await pictures.of_job(FOX) == foxes


async def test_there_are_no_unknown_pictures(pictures: Pictures, ann: AccountId) -> None:
    """Nothing, not an error."""
    assert await pictures.get(PictureId("none")) is None
    assert await pictures.of_job(JobId("none")) == ()
    assert await pictures.latest(ann, 10) == ()
    assert not await pictures.is_key_needed("pictures/none.png")


async def test_the_latest_come_newest_first_and_only_ones_own(
    pictures: Pictures, jobs: Jobs, accounts: Accounts, ann: AccountId, clock: StoppedClock
) -> None:
    """As many as were asked for."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    for name, account in [("old", ann), ("other", bob), ("new", ann)]:
        await keep(jobs, account, some_pictures(JobId(name), 2))
        clock.move(SECOND)
    assert [picture.id for picture in await pictures.latest(ann, 3)] == ["new.1", "new.0", "old.1"]
    assert [picture.id for picture in await pictures.latest(bob, 3)] == ["other.1", "other.0"]


async def test_of_many_pictures_those_are_told_apart_that_are_ones_own(
    pictures: Pictures, jobs: Jobs, accounts: Accounts, ann: AccountId, foxes: tuple[Picture, ...]
) -> None:
    """Whatever their state; what is unknown, or somebody else's, is passed over."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await keep(jobs, bob, some_pictures(JobId("owl")))
    named = [foxes[1].id, PictureId("owl.0"), PictureId("none"), foxes[0].id, foxes[1].id]
    assert {picture.id for picture in await pictures.find_owned(ann, named)} == {picture.id for picture in foxes}
    assert [picture.id for picture in await pictures.find_owned(bob, named)] == ["owl.0"]
    await pictures.hide(FOX, LATER)
    assert [picture.state for picture in await pictures.find_owned(ann, named[:1])] == [PictureState.HIDDEN]
    assert await pictures.find_owned(ann, []) == ()


async def test_hidden_pictures_are_not_among_the_latest_until_they_are_shown(
    pictures: Pictures, foxes: tuple[Picture, ...], ann: AccountId
) -> None:
    """Whoever asks for one by its id learns that it is hidden."""
    await pictures.hide(FOX, LATER)
    assert await states(pictures) == [PictureState.HIDDEN] * 2
    assert await pictures.latest(ann, 10) == ()
    assert await pictures.show(FOX)
    assert await pictures.of_job(FOX) == foxes
    assert len(await pictures.latest(ann, 10)) == 2


async def test_some_are_hidden_and_shown_whatever_the_others_of_their_job_are(
    pictures: Pictures, jobs: Jobs, ann: AccountId, foxes: tuple[Picture, ...]
) -> None:
    """Of several jobs at once; what is hidden already keeps its time, and what is removed stays so."""
    await keep(jobs, ann, some_pictures(JobId("owl")))
    chosen = [foxes[1].id, PictureId("owl.0"), PictureId("none")]
    await pictures.hide_several(chosen, LATER)
    await pictures.hide_several(chosen, LATER + SECOND)
    assert await states(pictures) == [PictureState.VISIBLE, PictureState.HIDDEN]
    assert {picture.id for picture in await pictures.due(LATER, most=9)} == set(chosen[:2])
    await pictures.begin_removal(PictureId("owl.0"))
    await pictures.show_several([*chosen, foxes[0].id])
    assert await states(pictures) == [PictureState.VISIBLE] * 2
    owl = await pictures.get(PictureId("owl.0"))
    assert (owl and owl.state, await pictures.due(LATER + SECOND, most=9)) == (PictureState.REMOVING, (owl,))
    await pictures.hide_several([], LATER)
    await pictures.show_several([])


async def test_showing_what_is_not_hidden_says_so(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """Nor is an unknown job hidden."""
    assert not await pictures.show(FOX)
    assert not await pictures.show(JobId("none"))


async def test_hidden_pictures_are_due_when_their_time_has_come(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """Hiding them again does not put it off."""
    await pictures.hide(FOX, LATER)
    await pictures.hide(FOX, LATER + SECOND)
    assert await pictures.due(LATER - SECOND, most=9) == ()
    assert {picture.id for picture in await pictures.due(LATER, most=9)} == {picture.id for picture in foxes}


async def test_what_is_due_comes_in_pages_the_longest_overdue_first(
    pictures: Pictures, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """However many are due, few are read at once; those that a page should leave out are the first ones."""
    for number in range(5):
        await keep(jobs, ann, some_pictures(JobId(f"job {number}")))
        await pictures.hide(JobId(f"job {number}"), LATER - number * SECOND)
    pages = [await pictures.due(LATER, most=2, skip=skip) for skip in (0, 2, 4, 5)]
    assert [[picture.job for picture in page] for page in pages] == [["job 4", "job 3"], ["job 2", "job 1"], ["job 0"], []]


async def test_shown_pictures_are_not_due(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """Undone is undone, until they are hidden once more."""
    await pictures.hide(FOX, LATER)
    await pictures.show(FOX)
    assert await pictures.due(LATER, most=9) == ()
    await pictures.hide(FOX, LATER + SECOND)
    assert await pictures.due(LATER, most=9) == ()


async def test_a_removed_picture_stays_removed(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """The other one of the job can still be shown."""
    await pictures.hide(FOX, LATER)
    assert await pictures.begin_removal(foxes[0].id)
    for _ in range(2):
        await pictures.remove(foxes[0].id)
        assert not await pictures.begin_removal(foxes[0].id)
    assert await states(pictures) == [PictureState.REMOVED, PictureState.HIDDEN]
    assert [picture.id for picture in await pictures.due(LATER, most=9)] == [foxes[1].id]
    assert await pictures.show(FOX)
    assert await states(pictures) == [PictureState.REMOVED, PictureState.VISIBLE]
    await pictures.hide(FOX, LATER)
    assert await states(pictures) == [PictureState.REMOVED, PictureState.HIDDEN]


async def test_a_picture_whose_removal_has_begun_is_due_and_cannot_be_shown(
    pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """Whoever began it may have died over it."""
    await pictures.hide(FOX, LATER)
    for _ in range(2):
        assert await pictures.begin_removal(foxes[0].id)
    assert {picture.id for picture in await pictures.due(LATER, most=9)} == {fox.id for fox in foxes}
    assert not await pictures.is_key_needed(foxes[0].file.key)
    await pictures.show(FOX)
    assert await states(pictures) == [PictureState.REMOVING, PictureState.VISIBLE]


async def test_a_visible_picture_cannot_be_removed(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """Somebody has just had it shown again."""
    assert not await pictures.begin_removal(foxes[0].id)
    await pictures.remove(foxes[0].id)
    assert await pictures.of_job(FOX) == foxes


async def test_bytes_are_needed_while_any_picture_has_them(pictures: Pictures, jobs: Jobs, ann: AccountId) -> None:
    """Two jobs may have drawn the very same."""
    same = a_file("same")
    for name in ("fox", "twin"):
        [picture] = some_pictures(JobId(name))
        await keep(jobs, ann, (replace(picture, file=same),))
    for name, is_needed in [("fox", True), ("twin", False)]:
        await pictures.hide(JobId(name), LATER)
        assert await pictures.is_key_needed(same.key)
        await pictures.begin_removal(PictureId(f"{name}.0"))
        await pictures.remove(PictureId(f"{name}.0"))
        assert await pictures.is_key_needed(same.key) == is_needed


async def test_a_communitys_old_pictures_are_hidden_the_oldest_first(
    pictures: Pictures, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Some at a time, so that nobody waits long; younger ones and those of others stay."""
    other = CommunityId("other")
    for name, community in [("old", HOUSE), ("older", HOUSE), ("foreign", other), ("young", HOUSE)]:
        kept = some_pictures(JobId(name))
        job = replace(a_job(name, ann), community=community)
        await jobs.accept(job, replace(a_hold(ann), community=community))
        await jobs.claim(job.id, LEASE)
        await jobs.keep(job.id, 1, kept)
        clock.move(SECOND)
    bound = NOON + 3 * SECOND
    assert await pictures.hide_older(HOUSE, bound, remove_at=LATER, most=1) == 1
    assert [picture.job for picture in await pictures.due(LATER, most=9)] == ["old"]
    assert await pictures.hide_older(HOUSE, bound, remove_at=LATER, most=9) == 1
    assert await pictures.hide_older(HOUSE, bound, remove_at=LATER, most=9) == 0
    assert {picture.job for picture in await pictures.latest(ann, 9)} == {"foreign", "young"}
    assert await pictures.hide_older(other, bound, remove_at=LATER, most=9) == 1


async def test_pictures_that_look_alike_are_found_the_newest_first(
    pictures: Pictures, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Visible ones of the community, or of one of its servers alone; not the picture itself, nor what shows something else."""
    town, village = (Place(DISCORD, tenant, "square") for tenant in ("town", "village"))
    wanted = [("fox", "f" * 64, town), ("same", "f" * 63 + "0", town), ("near", "f" * 64, village), ("cat", "0" * 64, town)]
    for name, fingerprint, place in [*wanted, ("hidden", "f" * 64, town), ("plain", None, town)]:
        [kept] = some_pictures(JobId(name))
        job = a_job(name, ann, place=place)
        await jobs.accept(job, a_hold(ann))
        await jobs.claim(job.id, LEASE)
        await jobs.keep(job.id, 1, (replace(kept, file=replace(kept.file, fingerprint=fingerprint)),))
        clock.move(SECOND)
    await pictures.hide(JobId("hidden"), LATER)
    [fox], [plain] = await pictures.of_job(FOX), await pictures.of_job(JobId("plain"))
    assert [one.job for one in await pictures.alike(fox, HOUSE, most=9)] == ["near", "same"]
    assert [one.job for one in await pictures.alike(fox, HOUSE, most=1)] == ["near"]
    assert [one.job for one in await pictures.alike(fox, HOUSE, most=9, at=town)] == ["same"]
    assert await pictures.alike(fox, CommunityId("other"), most=9) == ()
    assert await pictures.alike(plain, HOUSE, most=9) == ()


async def test_what_was_deleted_before_keeps_its_time(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """It is not visible, so it is not hidden once more."""
    await pictures.hide(FOX, LATER)
    assert await pictures.hide_older(HOUSE, LATER, remove_at=NOON, most=9) == 0
    assert await pictures.due(NOON, most=9) == ()


async def test_all_pictures_come_in_pages(pictures: Pictures, jobs: Jobs, accounts: Accounts, ann: AccountId) -> None:
    """Whatever their state; one person's alone, where they are asked for."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    for name, account in [("b", bob), ("a", ann), ("c", ann)]:
        await keep(jobs, account, some_pictures(JobId(name), 2))
    await pictures.hide(JobId("a"), LATER)
    first = await pictures.page(most=3)
    assert [picture.id for picture in first] == ["a.0", "a.1", "b.0"]
    assert [picture.id for picture in await pictures.page(most=9, after=first[-1].id)] == ["b.1", "c.0", "c.1"]
    assert [picture.id for picture in await pictures.page(most=3, account=ann)] == ["a.0", "a.1", "c.0"]
    assert await pictures.page(most=3, after=PictureId("c.1")) == ()


async def test_open_cases_are_shown_anew_where_somebody_else_decides_who_sees_the_picture(
    pictures: Pictures, cases: Cases, foxes: tuple[Picture, ...], ann: AccountId
) -> None:
    """It is deleted, brought back, too old, or gone; a case about another picture, or a decided one, says nothing of it."""
    open_case, decided = [(await cases.open(a_case(ann, fox.id))).case for fox in foxes]
    await cases.decide(decided.id, CaseDecision.KEEP, Actor(ann, "Mo"))

    async def revisions() -> list[int]:
        return [one.revision for case in (open_case, decided) if (one := await cases.get(case.id)) is not None]

    first, other = await revisions()
    await pictures.hide(FOX, LATER)
    assert await revisions() == [first + 1, other]
    await pictures.hide(FOX, LATER)
    assert await revisions() == [first + 1, other]
    await pictures.show(FOX)
    await pictures.hide_older(HOUSE, LATER, remove_at=LATER, most=9)
    assert await revisions() == [first + 3, other]
    await pictures.begin_removal(foxes[0].id)
    await pictures.remove(foxes[0].id)
    assert await revisions() == [first + 4, other]


def a_case(account: AccountId, picture: PictureId) -> NewCase:
    """Return a reported picture's case."""
    return NewCase(kind=CaseKind.REPORT, community=HOUSE, platform=WEB, tenant="", account=account, picture=picture)
