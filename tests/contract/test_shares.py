"""Asks of every implementation of `Shares`: is there one page of a picture at a time, until it is revoked?"""

from dataclasses import replace

import pytest

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.shares import Share, ShareId
from bot.ports.jobs import Jobs
from bot.ports.shares import Shares
from tests.contract.examples import LEASE, SECOND, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON

FOX, OWL = PictureId("fox.0"), PictureId("fox.1")
SHARE = Share(id=ShareId("one"), picture=FOX, shows_words=False, created_at=NOON)


@pytest.fixture(autouse=True)
async def foxes(jobs: Jobs, ann: AccountId) -> None:
    """Keep two pictures."""
    await jobs.accept(a_job("fox", ann), a_hold(ann, 2))
    await jobs.claim(JobId("fox"), LEASE)
    await jobs.keep(JobId("fox"), 1, some_pictures(JobId("fox"), 2))


async def test_a_share_comes_back_as_it_went_in(shares: Shares) -> None:
    """And of what is not known there is nothing."""
    assert await shares.add(SHARE) == SHARE
    assert await shares.get(SHARE.id) == SHARE
    assert await shares.get(ShareId("none")) is None


async def test_a_share_is_found_by_its_picture(shares: Shares) -> None:
    """Until it is revoked."""
    assert await shares.of_picture(FOX) is None
    await shares.add(SHARE)
    assert (await shares.of_picture(FOX), await shares.of_picture(OWL)) == (SHARE, None)
    await shares.revoke([FOX], NOON + SECOND)
    assert await shares.of_picture(FOX) is None


async def test_of_a_picture_there_is_one_at_a_time(shares: Shares) -> None:
    """Whoever shares it again has the same link; once that is revoked, a new one."""
    await shares.add(SHARE)
    again = replace(SHARE, id=ShareId("two"), shows_words=True)
    assert await shares.add(again) == SHARE
    assert await shares.get(again.id) is None
    assert await shares.revoke([FOX], NOON + SECOND) == 1
    assert await shares.add(again) == again
    assert await shares.get(SHARE.id) == replace(SHARE, revoked_at=NOON + SECOND)


async def test_words_are_shown_and_hidden_where_it_is_shared(shares: Shares) -> None:
    """Of the pictures that are named alone, and never of what was revoked."""
    other = await shares.add(replace(SHARE, id=ShareId("other"), picture=OWL))
    await shares.add(SHARE)
    await shares.show_words([FOX], shown=True)
    assert await shares.get(SHARE.id) == replace(SHARE, shows_words=True)
    assert await shares.get(other.id) == other
    await shares.revoke([FOX], NOON)
    await shares.show_words([FOX], shown=False)
    assert await shares.get(SHARE.id) == replace(SHARE, shows_words=True, revoked_at=NOON)


async def test_what_is_not_shared_cannot_be_revoked(shares: Shares) -> None:
    """Nor twice, nor nothing at all."""
    await shares.add(SHARE)
    assert await shares.revoke([OWL], NOON) == 0
    assert await shares.revoke([], NOON) == 0
    assert await shares.revoke([FOX, OWL], NOON) == 1
    assert await shares.revoke([FOX], NOON + SECOND) == 0
    assert await shares.get(SHARE.id) == replace(SHARE, revoked_at=NOON)
