"""Asks of every implementation of `Inputs`: is what somebody brought kept as long as it is needed, and due when it is not?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.inputs import InputPicture, InputRole, is_input_key
from bot.domain.jobs import Ending, Job, JobId, JobState
from bot.domain.people import GUEST, HOUSE, AccountId, CommunityId, Identity, Person
from bot.domain.pictures import Picture, PictureId
from bot.domain.wishes import Wish
from bot.ports.accounts import Accounts
from bot.ports.inputs import Inputs, KeptInput
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.references import References
from storage.schema.inputs import inputs as table
from storage.sql.database import Database
from storage.sql.old_records import SqlOldRecords
from storage.sql.personal_records import SqlPersonalRecords
from tests.contract.conftest import ON_DISK
from tests.contract.examples import DONE, LEASE, SECOND, TODAY, WEB, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.inputs import an_input

DAY = timedelta(days=1)
OWL = PictureId("owl.0")


async def accept(jobs: Jobs, name: str, account: AccountId, *brought: InputPicture, community: CommunityId = HOUSE) -> Job:
    """Have a job accepted that begins with these."""
    job = a_job(name, account, wish=Wish(prompt="make it night", inputs=brought), community=community)
    return (await jobs.accept(job, replace(a_hold(account), community=community))).job


async def draw(jobs: Jobs, name: str) -> tuple[Picture, ...]:
    """Have an accepted job drawn and ended."""
    await jobs.claim(JobId(name), LEASE)
    kept = some_pictures(JobId(name))
    await jobs.keep(JobId(name), 1, kept)
    await jobs.finish(JobId(name), 1, DONE)
    await jobs.mark_notified(JobId(name))
    return kept


async def remove(pictures: Pictures, picture: Picture) -> None:
    """Remove a picture for good."""
    await pictures.hide(JobId(picture.job), NOON)
    await pictures.begin_removal(picture.id)
    await pictures.remove(picture.id)


async def due(inputs: Inputs) -> list[str]:
    """Return the keys of what is to go."""
    return [one.key for one in await inputs.due(NOON + DAY, most=10)]


async def test_a_job_comes_back_with_its_inputs(jobs: Jobs, inputs: Inputs, ann: AccountId) -> None:
    """In their order, with what they are for; whoever has none has none."""
    brought = (an_input("a", parent=OWL), an_input("b", InputRole.REFERENCE), an_input("c", InputRole.MASK))
    await accept(jobs, "fox", ann, *brought)
    await accept(jobs, "elk", ann)
    found = await jobs.get(JobId("fox"))
    assert found is not None
    assert found.wish.inputs == brought
    kept = await inputs.of_job(JobId("fox"))
    assert kept == tuple(
        KeptInput(key=one.key, job=JobId("fox"), position=position, parent=PictureId(one.parent) if one.parent else None)
        for position, one in enumerate(brought)
    )
    assert await inputs.parents(JobId("fox")) == (OWL,)
    assert await inputs.of_job(JobId("elk")) == ()
    assert await inputs.parents(JobId("elk")) == ()


async def test_what_was_made_from_a_picture_is_found(
    jobs: Jobs, inputs: Inputs, pictures: Pictures, ann: AccountId, clock: StoppedClock
) -> None:
    """The newest first, where there is something to see of it, and where the picture was what was changed."""
    fox, elk = PictureId("fox.0"), PictureId("elk.0")
    brought = {
        "night": (an_input("a", parent=OWL),),
        "snow": (an_input("b", parent=OWL),),
        "hat": (an_input("c", parent=fox), an_input("d", InputRole.REFERENCE, parent=OWL)),
        "style": (an_input("e", InputRole.REFERENCE, parent=OWL),),
        "waiting": (an_input("f", parent=OWL),),
    }
    for name, own in brought.items():
        job = a_job(name, ann, wish=Wish(prompt="make it night", inputs=own))
        await jobs.accept(replace(job, created_at=clock.now()), a_hold(ann))
        clock.move(SECOND)
        if name != "waiting":
            await draw(jobs, name)
    assert await inputs.find_made_from([OWL], most=10) == ("snow", "night")
    assert await inputs.find_made_from([OWL, fox, elk], most=2) == ("hat", "snow")
    await pictures.hide(JobId("snow"), NOON + DAY)
    assert await inputs.find_made_from([OWL], most=10) == ("night",)
    assert await inputs.find_made_from([], most=10) == ()


async def test_the_same_call_again_brings_nothing(jobs: Jobs, inputs: Inputs, ann: AccountId) -> None:
    """What came with it the second time is not of the job."""
    await accept(jobs, "fox", ann, an_input("a"))
    again = replace(a_job("fox", ann, wish=Wish(prompt="make it night", inputs=(an_input("b"),))), id=JobId("other"))
    assert not (await jobs.accept(again, a_hold(ann))).is_new
    assert [one.key for one in await inputs.of_account(ann, 10)] == [an_input("a").key]


async def test_an_account_has_its_inputs_page_by_page(jobs: Jobs, inputs: Inputs, ann: AccountId) -> None:
    """By their keys."""
    keys = [an_input(own).key for own in "abc"]
    await accept(jobs, "fox", ann, *(an_input(own) for own in "cab"))
    assert [one.key for one in await inputs.of_account(ann, 2)] == keys[:2]
    assert [one.key for one in await inputs.of_account(ann, 2, after=keys[1])] == keys[2:]
    assert await inputs.of_account(AccountId("nobody"), 2) == ()


async def test_an_input_is_needed_until_its_bytes_are_gone(
    jobs: Jobs, inputs: Inputs, references: References, pictures: Pictures, ann: AccountId
) -> None:
    """Nobody else has its key."""
    await accept(jobs, "fox", ann, an_input("a"))
    keys = [an_input("a").key, an_input("b").key]
    assert await references.find_needed_keys(keys) == {keys[0]}
    [fox] = await draw(jobs, "fox")
    assert await due(inputs) == []
    await remove(pictures, fox)
    assert await due(inputs) == keys[:1]
    await inputs.note_removed(keys[0], NOON)
    assert await due(inputs) == []
    assert (await inputs.of_job(JobId("fox")), await inputs.of_account(ann, 10)) == ((), ())


async def test_what_is_removed_takes_its_copies_along(jobs: Jobs, inputs: Inputs, pictures: Pictures, ann: AccountId) -> None:
    """Wherever somebody began with it; what it was is still known."""
    await accept(jobs, "owl", ann)
    [owl] = await draw(jobs, "owl")
    await accept(jobs, "fox", ann, an_input("a", parent=owl.id), an_input("b", InputRole.REFERENCE))
    await draw(jobs, "fox")
    await remove(pictures, owl)
    assert await due(inputs) == [an_input("a").key]
    await inputs.note_removed(an_input("a").key, NOON)
    assert await inputs.parents(JobId("fox")) == (owl.id,)
    assert [one.position for one in await inputs.of_job(JobId("fox"))] == [1]


async def test_old_inputs_of_what_is_over_go(jobs: Jobs, inputs: Inputs, ann: AccountId) -> None:
    """Of the community that says so, a page at a time."""
    await accept(jobs, "fox", ann, an_input("a"), an_input("b"))
    await accept(jobs, "elk", ann, an_input("c"))
    await accept(jobs, "owl", ann, an_input("d"), community=CommunityId("other"))
    for name in ("fox", "owl"):
        await draw(jobs, name)
    assert await inputs.expire_older(HOUSE, NOON, most=10) == 0
    assert [await inputs.expire_older(HOUSE, NOON + DAY, most=1) for _ in range(3)] == [1, 1, 0]
    assert sorted(await due(inputs)) == [an_input("a").key, an_input("b").key]
    assert [one.key for one in await inputs.due(NOON + DAY, most=1, skip=1)] == (await due(inputs))[1:]


async def test_inputs_are_whose_their_job_is(jobs: Jobs, inputs: Inputs, accounts: Accounts, ann: AccountId) -> None:
    """After a linking, and after it was undone."""
    identity = Identity(WEB, "", "bob")
    bob = (await accounts.get_or_create(identity, GUEST)).id
    job = a_job("fox", bob, wish=Wish(prompt="make it night", inputs=(an_input("a"),)), author=Person(identity, "Bob"))
    await jobs.accept(job, a_hold(bob))
    await accounts.join(ann, bob)
    assert (len(await inputs.of_account(ann, 10)), len(await inputs.of_account(bob, 10))) == (1, 0)
    parted = await accounts.part(identity, GUEST, TODAY.day)
    assert (len(await inputs.of_account(ann, 10)), len(await inputs.of_account(parted.id, 10))) == (0, 1)


@ON_DISK
async def test_erased_words_take_the_inputs_along(
    jobs: Jobs, inputs: Inputs, database: Database, ann: AccountId, clock: StoppedClock
) -> None:
    """By age, or with their person: the wish does not name them any more."""
    for name, own in (("fox", "a"), ("elk", "b")):
        await accept(jobs, name, ann, an_input(own))
    await draw(jobs, "fox")
    assert await SqlOldRecords(database).erase_prompts(HOUSE, NOON + DAY, most=10, now=NOON) == 1
    assert await due(inputs) == [an_input("a").key]
    await draw(jobs, "elk")
    await SqlPersonalRecords(database, clock, CountingIds()).forget_job(JobId("elk"), NOON)
    assert sorted(await due(inputs)) == [an_input("a").key, an_input("b").key]
    for name in ("fox", "elk"):
        found = await jobs.get(JobId(name))
        assert found is not None
        assert found.wish.inputs == ()


@ON_DISK
async def test_an_old_job_goes_once_its_inputs_have(jobs: Jobs, inputs: Inputs, database: Database, ann: AccountId) -> None:
    """Their bytes first: nobody would find them after that."""
    old = SqlOldRecords(database)
    await accept(jobs, "fox", ann, an_input("a"))
    await jobs.claim(JobId("fox"), LEASE)
    await jobs.finish(JobId("fox"), 1, Ending(JobState.FAILED, "provider_failed", "It failed."))
    await jobs.mark_notified(JobId("fox"))
    assert await old.delete_jobs(HOUSE, NOON + DAY, most=10) == 0
    assert await due(inputs) == [an_input("a").key]
    await inputs.note_removed(an_input("a").key, NOON)
    assert await old.delete_jobs(HOUSE, NOON + DAY, most=10) == 1
    async with database.read_statement() as connection:
        assert (await connection.execute(select(table))).all() == []


@pytest.mark.parametrize(
    ("key", "is_ours"),
    [
        (an_input("J0MQvd4Rfse8E-MUapK-Iw").key, True),
        ("inputs/ab/other.png", False),
        (an_input("a").key.replace("inputs/ab", "inputs/cd"), False),
        (f"{an_input('a').key}.512.webp", False),
    ],
)
def test_keys_of_inputs_are_told_from_others(key: str, is_ours: bool) -> None:
    """So that the search for orphans leaves alone what it does not know."""
    assert is_input_key(key) is is_ours
