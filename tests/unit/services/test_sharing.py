"""Asks what a share page shows, and when it shows nothing any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import JobId
from bot.domain.removals import RemovalReason
from bot.domain.shares import Share
from tests.fakes.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """Set up a house on the workbench."""
    return Bench()


async def share_fox(bench: Bench, *, shows_words: bool = False, count: int = 1) -> tuple[Share, ...]:
    """Have foxes drawn and shared."""
    job = await bench.draw("a fox", count=count)
    return await bench.sharing.share(await bench.gallery.visible(job.id), shows_words=shows_words)


@pytest.mark.parametrize("shows_words", [True, False])
async def test_a_page_shows_the_picture_and_the_words_where_that_is_allowed(bench: Bench, *, shows_words: bool) -> None:
    """With the model that drew it, and when."""
    [share] = await share_fox(bench, shows_words=shows_words)
    assert await bench.sharing.get(share.id) == share
    shown = await bench.sharing.open(share)
    assert shown is not None
    assert shown.words == ("a fox" if shows_words else "")
    assert (shown.model, shown.drawn_at) == (bench.painter.model, bench.clock.now())
    assert shown.picture.id == share.picture


async def test_sharing_again_keeps_the_links_and_changes_what_they_show(bench: Bench) -> None:
    """Each picture of a set has its own."""
    before = await share_fox(bench, count=2)
    job = JobId(next(iter(bench.jobs.rows)))
    again = await bench.sharing.share(await bench.gallery.visible(job), shows_words=True)
    assert again == tuple(replace(share, shows_words=True) for share in before)
    assert len({share.id for share in again}) == 2


async def test_sharing_once_more_changes_nothing_where_that_is_asked_for(bench: Bench) -> None:
    """What is shared stays as it is; what is not is shared without its words."""
    [share] = await share_fox(bench, shows_words=True)
    picture = await bench.pictures.get(share.picture)
    assert picture is not None
    assert await bench.sharing.share_as_before(picture) == await bench.sharing.find_share(picture) == share
    await bench.sharing.revoke([picture])
    assert await bench.sharing.find_share(picture) is None
    anew = await bench.sharing.share_as_before(picture)
    assert (anew.shows_words, anew.id != share.id, await bench.sharing.find_share(picture)) == (False, True, anew)


async def test_what_was_revoked_deleted_or_taken_down_shows_nothing(bench: Bench) -> None:
    """Until it is brought back, if it can be; a new share of what was revoked is a new link."""
    [share] = await share_fox(bench)
    job = JobId(next(iter(bench.jobs.rows)))
    pictures = await bench.gallery.visible(job)
    await bench.gallery.delete(job)
    assert await bench.sharing.open(share) is None
    await bench.gallery.restore(job)
    assert await bench.sharing.open(share) is not None
    await bench.decisions.hide(share.picture, RemovalReason.RULES, "mo")
    assert await bench.sharing.open(share) is None
    await bench.decisions.restore(share.picture, "mo")
    assert await bench.sharing.revoke(pictures) == 1
    revoked = await bench.sharing.get(share.id)
    assert revoked is not None
    assert await bench.sharing.open(revoked) is None
    [again] = await bench.sharing.share(pictures, shows_words=False)
    assert again.id != share.id


async def test_words_that_were_erased_are_not_shown(bench: Bench) -> None:
    """However the page was shared; nor is anything of a job that is gone."""
    [share] = await share_fox(bench, shows_words=True)
    row = next(iter(bench.jobs.rows.values()))
    row.job = replace(row.job, erased_at=bench.clock.now() + timedelta(days=1))
    shown = await bench.sharing.open(share)
    assert shown is not None
    assert shown.words == ""
    bench.jobs.rows.clear()
    assert await bench.sharing.open(share) is None
