"""Asks what programs are told about a job, at each of its steps."""

import pytest

from bot.domain.jobs import JobState
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalReason
from bot.errors import PromptRefused
from bot.services.job_views import ErrorView, JobViews
from tests.fakes.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """Set up a house that draws."""
    return Bench()


@pytest.fixture
def job_views(bench: Bench) -> JobViews:
    """Return what it tells."""
    return JobViews(jobs=bench.jobs, pictures=bench.pictures, removals=bench.removals, links=bench.links)


async def test_a_job_that_waits_has_nothing_yet(bench: Bench, job_views: JobViews) -> None:
    """But what was asked for."""
    view = await job_views.view(await bench.imagine("a fox"), knows_cost=True)
    assert (view.state, view.prompt, view.cost_microusd) == (JobState.QUEUED, "a fox", 0)
    assert (view.drawn_prompt, view.model, view.provider, view.finished_at, view.error) == (None,) * 5
    assert view.pictures == ()


async def test_a_job_that_is_done_says_what_was_drawn_and_where_it_is(bench: Bench, job_views: JobViews) -> None:
    """What it cost is for those who may know it."""
    job = await bench.draw("a fox")
    [picture] = await bench.pictures.of_job(job.id)
    view = await job_views.view(job, knows_cost=True)
    assert (view.drawn_prompt, view.model, view.provider) == ("a fox, in soft light", "painter-1", "painter")
    assert view.cost_microusd == (await bench.jobs.cost(job.id)).microusd > 0
    assert [(one.url, one.sha256, one.size_bytes) for one in view.pictures] == [
        (bench.links.picture(picture), picture.file.sha256, picture.file.size_bytes)
    ]
    assert (await job_views.view(job, knows_cost=False)).cost_microusd is None


async def test_a_picture_that_was_deleted_is_not_told(bench: Bench, job_views: JobViews) -> None:
    """The job stays as it is."""
    job = await bench.draw(count=2)
    bench.jobs.kept[(await bench.pictures.of_job(job.id))[0].id].picture = (await bench.pictures.of_job(job.id))[1]
    await bench.gallery.delete(job.id)
    assert {picture.state for picture in await bench.pictures.of_job(job.id)} == {PictureState.HIDDEN}
    assert (await job_views.view(job, knows_cost=True)).pictures == ()


async def test_what_was_taken_down_is_counted_and_not_shown(bench: Bench, job_views: JobViews) -> None:
    """The others are."""
    job = await bench.draw(count=2)
    [first, _] = await bench.gallery.visible(job.id)
    await bench.decisions.hide(first.id, RemovalReason.REPORTS, "reports")
    view = await job_views.view(job, knows_cost=True)
    assert (view.taken_down, len(view.pictures)) == (1, 1)
    await bench.decisions.restore(first.id, "mod")
    assert (await job_views.view(job, knows_cost=True)).taken_down == 0


async def test_a_job_that_failed_says_why(bench: Bench, job_views: JobViews) -> None:
    """A word for programs and a sentence for people; a call that failed is told as well."""
    bench.painter.will(PromptRefused(rule="hate", sentence="that is not drawn here."))
    view = await job_views.view(await bench.draw("a fox"), knows_cost=True)
    assert view.error == ErrorView("prompt_refused", "That is not drawn here. Nothing was drawn and nothing was counted.")
    assert (view.model, view.provider, view.pictures) == ("painter-1", "painter", ())
