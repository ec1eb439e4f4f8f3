"""Asks what people are told of pictures that were taken down, and what they cannot do with them any more."""

from bot.domain.jobs import Job
from bot.domain.pictures import Picture
from bot.domain.removals import RemovalReason
from tests.fakes.bench import Bench
from tests.unit.commands.hands import Hands

RULES = "it breaks the rules of the place where it was posted"


async def taken_down(bench: Bench, *, hides: bool = False) -> tuple[Job, Picture]:
    """Have a picture drawn, and taken down or hidden."""
    job = await bench.draw()
    [picture] = await bench.gallery.visible(job.id)
    if hides:
        await bench.decisions.hide(picture.id, RemovalReason.REPORTS, "reports")
    else:
        await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod", "case 1")
    await bench.removal_steps.sweep()
    return job, picture


async def test_whoever_asked_is_told_why(bench: Bench, hands: Hands) -> None:
    """By the button under what is left."""
    job, _ = await taken_down(bench)
    [whisper] = await hands.press("why", job)
    assert RULES in whisper.text


async def test_what_is_hidden_is_not_decided_yet(bench: Bench, hands: Hands) -> None:
    """That is what is said."""
    job, _ = await taken_down(bench, hides=True)
    [whisper] = await hands.press("why", job)
    assert "nothing is decided yet" in whisper.text


async def test_there_is_no_why_for_what_is_still_there(bench: Bench, hands: Hands) -> None:
    """Somebody else's press came first, or it was brought back."""
    job, picture = await taken_down(bench)
    await bench.decisions.restore(picture.id, "mod", "case 1")
    [whisper] = await hands.press("why", job)
    assert "brought back" in whisper.text


async def test_its_author_can_neither_delete_it_nor_bring_it_back(bench: Bench, hands: Hands) -> None:
    """The message stays as it is."""
    job, _ = await taken_down(bench)
    [deleted] = await hands.press("delete", job)
    assert "no pictures to delete" in deleted.text
    [undeleted] = await hands.press("undelete", job)
    assert "taken down by a moderator" in undeleted.text
    assert bench.message(job).text == "This picture was taken down."


async def test_the_gallery_has_a_line_for_each(bench: Bench, hands: Hands) -> None:
    """With the reason, beside what can be seen."""
    await taken_down(bench)
    [whisper] = await hands.type("gallery")
    assert whisper.text.startswith("No picture of yours can be seen now.")
    await bench.draw("a hen", key="call-2")
    [whisper] = await hands.type("gallery")
    [_, details] = whisper.details
    assert len(whisper.pictures) == 1
    assert details.title == "Taken down"
    assert details.text == f"“a fox”, {bench.clock.now():%d %B %Y}: {RULES}."


async def test_the_gallery_says_what_a_moderator_looks_at(bench: Bench, hands: Hands) -> None:
    """Its author would look for it there."""
    await taken_down(bench, hides=True)
    [whisper] = await hands.type("gallery")
    assert "a moderator looks at it" in whisper.details[0].text
