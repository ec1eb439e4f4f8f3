"""Asks of every implementation of `PictureSearch`: does one find one's own pictures by their words, and nothing else?"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.collections import Collection, CollectionId
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, REGISTERED, AccountId, Identity
from bot.domain.picture_search import PictureQuery, search_words
from bot.domain.pictures import PictureId
from bot.domain.wishes import Wish
from bot.ports.accounts import Accounts
from bot.ports.collections import Collections
from bot.ports.jobs import Jobs
from bot.ports.picture_search import PictureSearch
from bot.ports.pictures import Pictures
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database, open_database
from storage.sql.jobs import SqlJobs
from storage.sql.old_records import SqlOldRecords
from storage.sql.picture_search import SqlPictureSearch
from tests.contract.conftest import ENGINES, ON_DISK
from tests.contract.examples import ANN, DONE, LEASE, SECOND, WEB, a_hold, a_job, some_pictures
from tests.contract.tables import bring_to
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

SEA = "Ein Café am Meer: “Möwen”, sea_gulls and v2.5 light-houses"


async def draw(jobs: Jobs, name: str, account: AccountId, prompt: str, *, count: int = 1) -> None:
    """Have pictures drawn for these words."""
    await jobs.accept(a_job(name, account, wish=Wish(prompt=prompt)), a_hold(account, count))
    await keep(jobs, name, count)


async def keep(jobs: Jobs, name: str, count: int = 1) -> None:
    """Have an accepted job drawn."""
    await jobs.claim(JobId(name), LEASE)
    await jobs.keep(JobId(name), 1, some_pictures(JobId(name), count))
    await jobs.finish(JobId(name), 1, DONE)
    await jobs.mark_notified(JobId(name))


async def found(search: PictureSearch, account: AccountId, typed: str = "", **changes: Any) -> list[str]:
    """Return the ids of what is found."""
    query = replace(PictureQuery(words=search_words(typed)), **changes)
    return [picture.id for picture in await search.find(account, query, most=10)]


@pytest.mark.parametrize(
    "typed",
    [
        "café",
        "CAFE",
        "möwen",
        "mow",
        "gulls",
        "sea",
        "light-houses",
        "houses light",
        "v2.5",
        "“meer”",
        "am me",
        "cafe\u0301 (SEA)",
    ],
)
async def test_a_picture_is_found_by_the_words_that_were_asked_for(
    picture_search: PictureSearch, jobs: Jobs, ann: AccountId, typed: str
) -> None:
    """Or how they begin, whatever their case, their accents, and the signs around them."""
    await draw(jobs, "sea", ann, SEA)
    await draw(jobs, "fox", ann, "a fox in the snow")
    assert await found(picture_search, ann, typed) == ["sea.0"]


@pytest.mark.parametrize("typed", ["afé", "fox meer", "houseboat", "sea snow"])
async def test_words_that_were_not_asked_for_find_nothing(
    picture_search: PictureSearch, jobs: Jobs, ann: AccountId, typed: str
) -> None:
    """All of them have to be there, from their beginning."""
    await draw(jobs, "sea", ann, SEA)
    assert await found(picture_search, ann, typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        'fox" OR "sea',
        "fox* NOT sea",
        "prompt:fox",
        "NEAR(fox snow, 2)",
        "^fox",
        "fox' | 'sea",
        "fox:* & !sea",
        "fox <-> sea",
        "{prompt} : fox",
        "fox\x00 \ud83e sea",
        "fox; DROP TABLE jobs --",
    ],
)
async def test_no_query_language_comes_through(picture_search: PictureSearch, jobs: Jobs, ann: AccountId, typed: str) -> None:
    """What looks like one is words, all of which would have to be there."""
    await draw(jobs, "fox", ann, "a fox in the snow")
    await draw(jobs, "sea", ann, "the sea")
    assert await found(picture_search, ann, typed) in (["fox.0"] if search_words(typed) == ("fox",) else [], [])


async def test_thousands_of_letters_are_only_words(picture_search: PictureSearch, jobs: Jobs, ann: AccountId) -> None:
    """Long ones, many of them, or one again and again."""
    await draw(jobs, "fox", ann, "a fox in the snow")
    assert await found(picture_search, ann, "fox " * 1000) == ["fox.0"]
    assert await found(picture_search, ann, "x" * 4000) == []
    assert await found(picture_search, ann, " ".join(f"w{number}" for number in range(1000))) == []


async def test_pages_follow_each_other_newest_first(
    picture_search: PictureSearch, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """With and without words; a page ends where the next one begins."""
    for number in range(3):
        await draw(jobs, f"fox{number}", ann, f"fox number {number}", count=2)
        await draw(jobs, f"elk{number}", ann, "an elk")
        clock.move(SECOND)
    for words, expected in (
        (("fox",), ["fox2.1", "fox2.0", "fox1.1", "fox1.0", "fox0.1", "fox0.0"]),
        ((), ["fox2.1", "fox2.0", "elk2.0", "fox1.1", "fox1.0", "elk1.0", "fox0.1", "fox0.0", "elk0.0"]),
    ):
        query, ids, last = PictureQuery(words=words), [], None
        while page := await picture_search.find(ann, query, most=2, before=last):
            ids += [picture.id for picture in page]
            last = PictureId(ids[-1])
        assert ids == expected


async def test_a_page_may_begin_after_what_is_out_of_sight_by_now(
    picture_search: PictureSearch, pictures: Pictures, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Where it was; of what is not known nobody can say that."""
    for name in ("old", "middle", "new"):
        await draw(jobs, name, ann, "a fox")
        clock.move(SECOND)
    await pictures.hide(JobId("middle"), NOON)
    [picture] = await picture_search.find(ann, PictureQuery(), most=9, before=PictureId("middle.0"))
    assert picture.id == "old.0"
    assert await picture_search.find(ann, PictureQuery(), most=9, before=PictureId("nobody's")) == ()


async def test_only_what_was_kept_since_then_is_found(
    picture_search: PictureSearch, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """That moment is part of it."""
    await draw(jobs, "old", ann, "a fox")
    clock.move(SECOND)
    await draw(jobs, "new", ann, "a fox")
    assert await found(picture_search, ann, "fox", since=clock.now()) == ["new.0"]
    assert await found(picture_search, ann, since=clock.now()) == ["new.0"]
    assert await found(picture_search, ann, "fox", since=NOON) == ["new.0", "old.0"]


async def test_only_favourites_are_found_where_these_are_wanted(
    picture_search: PictureSearch, pictures: Pictures, jobs: Jobs, ann: AccountId
) -> None:
    """With or without words; a picture that is none any more is not among them."""
    await draw(jobs, "fox", ann, "a fox", count=2)
    await draw(jobs, "elk", ann, "an elk")
    await pictures.star([PictureId("fox.0"), PictureId("elk.0")], NOON)
    assert await found(picture_search, ann, only_favourites=True) == ["fox.0", "elk.0"]
    assert await found(picture_search, ann, "fox", only_favourites=True) == ["fox.0"]
    await pictures.star([PictureId("fox.0")], None)
    await pictures.star([], None)
    assert await found(picture_search, ann, only_favourites=True) == ["elk.0"]
    await pictures.hide(JobId("elk"), NOON)
    assert await found(picture_search, ann, only_favourites=True) == []
    assert [one.starred_at for one in await pictures.of_job(JobId("elk"))] == [NOON]


async def test_only_what_is_in_a_collection_of_ones_own_is_found_where_that_is_wanted(
    picture_search: PictureSearch, jobs: Jobs, collections: Collections, accounts: Accounts, ann: AccountId
) -> None:
    """With words, too; in somebody else's collection nothing is found, and nor is in none."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await draw(jobs, "fox", ann, "a fox in the snow", count=2)
    await draw(jobs, "owl", bob, "an owl")
    for name, owner in (("mine", ann), ("his", bob)):
        id_ = CollectionId(name)
        await collections.add(Collection(id=id_, account=owner, community=HOUSE, name=name, created_at=NOON))
        await collections.put(id_, [PictureId("fox.1"), PictureId("owl.0")], NOON)
    mine, his = {"collection": CollectionId("mine")}, {"collection": CollectionId("his")}
    assert await found(picture_search, ann, **mine) == await found(picture_search, ann, "snow", **mine) == ["fox.1"]
    assert await found(picture_search, ann, "owl", **mine) == await found(picture_search, ann, **his) == []
    assert await found(picture_search, bob, **his) == ["owl.0"]
    assert await found(picture_search, ann, collection=CollectionId("none")) == []


async def test_only_ones_own_are_found_and_linked_platforms_are_one(
    picture_search: PictureSearch, jobs: Jobs, accounts: Accounts, ann: AccountId
) -> None:
    """Nobody finds anything of somebody else's until both are one account."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    await draw(jobs, "hers", ann, "a fox")
    await draw(jobs, "his", bob, "a fox")
    assert await found(picture_search, ann, "fox") == ["hers.0"]
    assert await found(picture_search, bob, "fox") == ["his.0"]
    await accounts.join(ann, bob)
    both = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    assert sorted(await found(picture_search, both, "fox")) == ["hers.0", "his.0"]


async def test_what_is_out_of_sight_is_not_found(
    picture_search: PictureSearch, pictures: Pictures, jobs: Jobs, ann: AccountId
) -> None:
    """Until it is brought back."""
    await draw(jobs, "fox", ann, "a fox")
    await pictures.hide(JobId("fox"), NOON + timedelta(minutes=10))
    assert await found(picture_search, ann, "fox") == await found(picture_search, ann) == []
    await pictures.show(JobId("fox"))
    assert await found(picture_search, ann, "fox") == ["fox.0"]


@ON_DISK
async def test_words_that_are_erased_are_found_no_longer(
    database: Database, picture_search: PictureSearch, jobs: Jobs, ann: AccountId
) -> None:
    """As when somebody is forgotten, or when words are kept for some days only; the picture may stay."""
    await draw(jobs, "fox", ann, "a fox")
    await draw(jobs, "elk", ann, "an elk")
    old_records = SqlOldRecords(database)
    await old_records.erase_prompts(HOUSE, NOON + SECOND, most=1, now=NOON)
    assert len([*await found(picture_search, ann, "fox"), *await found(picture_search, ann, "elk")]) == 1
    await old_records.erase_prompts(HOUSE, NOON + SECOND, most=10, now=NOON)
    assert await found(picture_search, ann, "fox") == await found(picture_search, ann, "elk") == []
    assert len(await found(picture_search, ann)) == 2


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_was_drawn_before_there_was_an_index_is_in_it(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, clock: StoppedClock
) -> None:
    """The step that makes it goes through all rows."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
    if engine != "sqlite":
        url = await request.getfixturevalue("postgres").new_database("old")
    before = create_async_engine(make_url(url))
    async with before.begin() as connection:
        await connection.run_sync(bring_to, "0027")
    await before.dispose()
    async with open_database(url) as database:
        jobs = SqlJobs(database, clock)
        ann = (await SqlAccounts(database, clock, CountingIds()).get_or_create(ANN, REGISTERED)).id
        await jobs.accept(a_job("fox", ann, wish=Wish(prompt="a fox")), a_hold(ann))
        await upgrade(url)
        await keep(jobs, "fox")
        await draw(jobs, "elk", ann, "an elk")
        assert await found(SqlPictureSearch(database), ann, "fox") == ["fox.0"]
        assert await found(SqlPictureSearch(database), ann, "elk") == ["elk.0"]
