"""Asks whether an old picture comes again for whoever may see it, and for nobody else."""

from bot.domain.chat import Place
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, SQUARE
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
