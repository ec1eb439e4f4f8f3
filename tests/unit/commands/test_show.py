"""Asks whether an old picture comes again for whoever may see it, and for nobody else."""

import asyncio
import contextlib

import pytest

from bot.domain.chat import Place
from bot.domain.jobs import Job
from bot.domain.removals import RemovalReason
from bot.errors import SurfaceFailed
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, SQUARE
from tests.fakes.waiting import until
from tests.unit.commands.hands import Hands

ELSEWHERE = Place(LOOM, "town", "elsewhere")


async def test_a_picture_is_posted_again_with_its_buttons(bench: Bench, hands: Hands) -> None:
    """Named by its link, by its id or by its job's; and the new message is noted, for what is removed later."""
    job = await bench.draw("a fox", count=2)
    first, _ = await bench.gallery.visible(job.id)
    for named, count in ((bench.links.picture(first), 1), (first.id, 1), (job.id, 2)):
        assert await hands.type(f"/show {named}", at=ELSEWHERE) == []
        posted = list(bench.surface.shown.values())[-1]
        assert len(posted.pictures) == count
        assert posted.buttons == bench.message(job).buttons
        assert posted.footer[0] == "asked by Ann"
    assert len(await bench.sent_messages.of_job(job.id)) == 3


async def test_somebody_elses_is_shown_only_where_it_was_asked_for(bench: Bench, hands: Hands) -> None:
    """Everybody there has seen it."""
    job = await bench.draw("a fox")
    assert await hands.type(f"/show {job.id}", user="bob", at=SQUARE) == []
    [refusal] = await hands.type(f"/show {job.id}", user="bob", at=ELSEWHERE)
    assert refusal.text == "That picture is somebody else's and from another place, so it is not shown here."


async def test_what_is_not_to_be_seen_is_not_shown(bench: Bench, hands: Hands) -> None:
    """Deleted, not drawn yet, or never there."""
    job = await bench.draw("a fox")
    await hands.press("delete", job)
    waiting = await bench.imagine("an owl", key="owl")
    shown = len(bench.surface.posted)
    for named in (job.id, waiting.id, "nothing", "https://elsewhere.example/p.png"):
        [refusal] = await hands.type(f"/show {named}")
        assert refusal.kind == "bad_input"
    assert len(bench.surface.posted) == shown


def messages_with_pictures(bench: Bench, job: Job) -> list[str]:
    """Return the ids of the messages beside the job's own that show pictures now."""
    own = bench.job(job).message
    return [id_ for id_, post in bench.surface.shown.items() if post.pictures and own is not None and id_ != own.id]


@pytest.mark.parametrize("dies_at", ["note_sent", "update", ""])
async def test_a_picture_that_is_taken_down_is_found_wherever_a_killed_process_was_showing_it(
    bench: Bench, hands: Hands, dies_at: str
) -> None:
    """Nothing is shown before it is written down where, so a process that dies in between leaves words alone."""
    job = await bench.draw("a fox")
    for failures in (bench.jobs.failures, bench.surface.failures):
        failures.fail_next(dies_at, asyncio.CancelledError())
    with contextlib.suppress(asyncio.CancelledError):
        await hands.type(f"/show {job.id}", at=ELSEWHERE)
    assert len(messages_with_pictures(bench, job)) == (not dies_at)
    [picture] = await bench.gallery.visible(job.id)
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await bench.removal_steps.sweep()
    assert messages_with_pictures(bench, job) == []


async def test_what_is_taken_down_while_it_is_being_shown_does_not_stay(bench: Bench, hands: Hands) -> None:
    """Whoever takes it down may have looked at the message before the picture was in it."""
    job = await bench.draw("a fox")
    bench.surface.hold_updates(1)
    typing = asyncio.create_task(hands.type(f"/show {job.id}", at=ELSEWHERE))
    await until(lambda: bool(bench.surface.under_way))
    await bench.gallery.delete(job.id)
    bench.surface.let_updates_go()
    await typing
    assert messages_with_pictures(bench, job) == []


async def test_what_cannot_be_shown_leaves_no_word(bench: Bench, hands: Hands) -> None:
    """And whoever asked is told why."""
    job = await bench.draw("a fox")
    bench.surface.failures.fail_always("update", SurfaceFailed(LOOM, "no pictures here"))
    before = set(bench.surface.shown)
    [refusal] = await hands.type(f"/show {job.id}", at=ELSEWHERE)
    assert refusal.kind == "surface_failed"
    assert set(bench.surface.shown) == before
