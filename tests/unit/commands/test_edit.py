"""Asks whether a picture that is changed by words is the one that was meant, and nobody's that is not to be seen."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.typed_line import write_line
from bot.domain.chat import Button, Form, Place, Post
from bot.domain.images import Abilities, Quality, Size
from bot.domain.inputs import BroughtPicture
from bot.domain.jobs import Job, JobState
from bot.domain.pictures import Picture, PictureId
from bot.services.picture_links import PictureLinks
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import photo
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall
from tests.unit.commands.hands import Hands, newest

ELSEWHERE = Place(LOOM, "town", "the mill")
THREAD = Place(LOOM, "town", "under the arch", parent=SQUARE.channel)


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes pictures, and which people anywhere can reach."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=4)
    return Bench(
        painter=ScriptedProvider(abilities=able, edge=64), links=PictureLinks("http://here", public_url="https://easel.test")
    )


async def picture_of(bench: Bench, job: Job) -> Picture:
    """Return the first picture of a job."""
    return (await bench.pictures.of_job(job.id))[0]


async def edited(bench: Bench, hands: Hands, line: str, *, at: Place = SQUARE, user: str = "ann") -> Job:
    """Type an edit that is accepted, have it drawn, and return its job."""
    assert await hands.type(line, user, at=at) == []
    await bench.work()
    return bench.job(newest(bench))


async def refused(bench: Bench, hands: Hands, line: str, *, at: Place = SQUARE, user: str = "ann") -> Post:
    """Type an edit that is refused; nothing is counted or kept of it."""
    before, kept = newest(bench), list(bench.objects.objects)
    [answer] = await hands.type(line, user, at=at)
    assert newest(bench) is before
    assert list(bench.objects.objects) == kept
    return answer


async def test_an_edit_begins_with_the_newest_picture_of_the_place(bench: Bench, hands: Hands) -> None:
    """By the bytes that we have of it, as a picture to change."""
    first = await bench.draw("a fox")
    job = await edited(bench, hands, "/edit make it night")
    picture = await picture_of(bench, first)
    assert [(one.role, one.parent) for one in job.wish.inputs] == [("base", picture.id)]
    assert job.wish.inputs[0].source == picture.file.sha256
    assert bench.painter.requests[-1].prompt == "make it night"
    assert bench.message(job).footer[0] == f"changed from https://easel.test/p/{picture.id}.png"


async def test_the_second_edit_begins_with_the_first(bench: Bench, hands: Hands) -> None:
    """Not with what that one began with."""
    await bench.draw("a fox")
    first = await edited(bench, hands, "/edit make it night")
    second = await edited(bench, hands, "/edit and let it snow")
    assert second.wish.inputs[0].parent == (await picture_of(bench, first)).id


async def test_a_picture_stays_as_good_as_it_was(bench: Bench, hands: Hands) -> None:
    """An edit is of the quality of what it changes, whatever is usual there, and counts so."""
    await hands.type("/imagine a fox --quality high")
    await bench.work()
    assert (await edited(bench, hands, "/edit make it night")).wish.quality is Quality.HIGH


@pytest.mark.parametrize("what", ["job", "picture", "link"])
async def test_an_edit_takes_the_picture_that_is_named(bench: Bench, hands: Hands, what: str) -> None:
    """By its link, or by an id."""
    first = await bench.draw("a fox")
    await bench.draw("an owl", key="call-2")
    picture = await picture_of(bench, first)
    named = {"job": first.id, "picture": picture.id, "link": bench.links.picture(picture)}[what]
    job = await edited(bench, hands, f"/edit make it night --link {named}")
    assert job.wish.inputs[0].parent == picture.id


async def test_one_of_a_set_is_named_by_its_number(bench: Bench, hands: Hands) -> None:
    """The first one where none is named, and a sentence where there are fewer."""
    first = await bench.draw("a fox", count=2)
    pictures = await bench.pictures.of_job(first.id)
    line = f"/edit make it night --link {first.id}"
    assert (await edited(bench, hands, line)).wish.inputs[0].parent == pictures[0].id
    assert (await edited(bench, hands, f"{line} --number 2")).wish.inputs[0].parent == pictures[1].id
    answer = await refused(bench, hands, f"{line} --number 3")
    assert answer.text == "There are only 2 pictures there. Nothing was counted."


async def test_pictures_of_other_places_are_not_the_newest_here(bench: Bench, hands: Hands) -> None:
    """What somebody drew elsewhere is not brought here unasked; a thread is of its channel."""
    first = await bench.draw("a fox")
    answer = await refused(bench, hands, "/edit make it night", at=ELSEWHERE)
    assert answer.text.startswith("You have no picture here that could be changed. Draw one with /imagine")
    answer = await refused(bench, hands, "/edit make it night", user="bob")
    assert answer.text.startswith("You have no picture here")
    job = await edited(bench, hands, "/edit make it night", at=THREAD)
    assert job.wish.inputs[0].parent == (await picture_of(bench, first)).id


async def test_everybody_may_change_what_they_see_at_the_place(bench: Bench, hands: Hands) -> None:
    """Their own everywhere, and those of others where these were asked for; an address is only said where it was shown."""
    first = await bench.draw("a fox")
    assert (await edited(bench, hands, f"/edit night --link {first.id}", user="bob")).wish.inputs
    own = await edited(bench, hands, f"/edit night --link {first.id}", at=ELSEWHERE)
    assert bench.message(own).footer[0] == "changed from an earlier picture"
    answer = await refused(bench, hands, f"/edit night --link {first.id}", at=ELSEWHERE, user="bob")
    assert answer.text == (
        "That picture is somebody else's and from another place, so it cannot be used here. Nothing was counted."
    )


async def test_nothing_is_drawn_from_what_is_out_of_sight(bench: Bench, hands: Hands) -> None:
    """Deleted, gone from the store, or not drawn yet."""
    first = await bench.draw("a fox")
    picture = await picture_of(bench, first)
    bytes_ = bench.objects.objects.pop(picture.file.key)
    gone = "That picture was deleted or taken down, so nothing can be drawn from it. Nothing was counted."
    assert (await refused(bench, hands, f"/edit night --link {first.id}")).text == gone
    bench.objects.objects[picture.file.key] = bytes_
    await bench.gallery.delete(first.id)
    assert (await refused(bench, hands, f"/edit night --link {picture.id}")).text == gone
    waiting = await bench.imagine("an owl", key="call-2")
    answer = await refused(bench, hands, f"/edit night --link {waiting.id}")
    assert answer.text == "That picture is not drawn yet; please ask again once it is there. Nothing was counted."


async def test_other_pictures_go_along_to_be_drawn_from(bench: Bench, house: Dispatcher) -> None:
    """What is changed is ours."""
    await bench.draw("a fox")
    raw = {"words": "with this hat", "picture": (BroughtPicture(photo()),)}
    await house.dispatch("edit", raw, FakeCall(bench.surface, "edit-1"))
    assert [one.role for one in newest(bench).wish.inputs] == ["base", "reference"]


async def test_the_edit_button_asks_for_the_words_alone(bench: Bench, hands: Hands) -> None:
    """And for which of several pictures they are about."""
    one, two = await bench.draw("a fox"), await bench.draw("two owls", key="call-2", count=2)
    assert Button("Edit", "ask_edit", one.id) in bench.message(one).buttons
    await hands.press("ask_edit", one)
    await hands.press("ask_edit", two)
    assert hands.forms == [
        Form("edit", {"link": (await picture_of(bench, one)).id}, shown=("words",)),
        Form("edit", {"link": two.id}, shown=("words", "number")),
    ]


async def test_the_same_call_again_is_the_same_edit(bench: Bench, house: Dispatcher) -> None:
    """Although the newest picture may be another one by then."""
    await bench.draw("a fox")
    for _ in range(2):
        await house.dispatch_line("/edit make it night", FakeCall(bench.surface, "edit-1"))
        await bench.work()
    assert len(bench.jobs.rows) == 2
    assert bench.job(newest(bench)).state is JobState.DONE


async def test_an_edit_of_what_was_removed_meanwhile_says_so(bench: Bench, hands: Hands) -> None:
    """The footer names no address of a picture that is out of sight."""
    first = await bench.draw("a fox")
    job = await edited(bench, hands, "/edit make it night")
    await bench.gallery.delete(first.id)
    await bench.delivery.show_pictures(job)
    assert bench.message(job).footer[0] == "changed from an earlier picture"
    bench.jobs.kept.pop(PictureId((await picture_of(bench, first)).id))
    await bench.delivery.show_pictures(job)
    assert bench.message(job).footer[0] == "changed from an earlier picture"


async def test_other_words_are_drawn_from_the_same_pictures(bench: Bench, hands: Hands, house: Dispatcher) -> None:
    """They go along with the form unseen, and only for whoever brought them."""
    await bench.draw("a fox")
    job = await edited(bench, hands, "/edit make it night")
    assert Button("Change words", "reword", job.id) in bench.message(job).more
    await hands.press("reword", job)
    values = hands.forms[-1].values
    assert values["picture"] == f"job:{job.id}"
    line = write_line(house.commands["imagine"], {**values, "prompt": "make it day"})
    day = await edited(bench, hands, line)
    assert day.wish.prompt == "make it day"
    assert [(one.role, one.parent, one.source) for one in day.wish.inputs] == [
        (one.role, one.parent, one.source) for one in job.wish.inputs
    ]
    assert {one.key for one in day.wish.inputs}.isdisjoint(one.key for one in job.wish.inputs)
    assert (await refused(bench, hands, line, user="bob")).kind == "not_yours"


async def test_pictures_that_are_not_kept_any_more_are_asked_for_again(bench: Bench, hands: Hands) -> None:
    """So is what never was there."""
    first = await bench.draw("a fox")
    answer = await refused(bench, hands, f"/imagine a hare --picture job:{first.id}")
    assert answer.text == "What this began with is not kept any more; please bring the pictures again. Nothing was counted."
    answer = await refused(bench, hands, "/imagine a hare --picture fox.png")
    assert answer.text.startswith("For picture, please attach a picture")


async def test_a_picture_of_ours_can_be_drawn_from(bench: Bench, hands: Hands) -> None:
    """From the menu of its message; what is not for somebody to see is not for them to draw from."""
    first = await bench.draw("a fox")
    picture = await picture_of(bench, first)
    await hands.press("use_reference", first)
    assert hands.forms == [Form("imagine", {"picture": f"picture:{picture.id}"}, shown=("prompt", "shape", "count"))]
    job = await edited(bench, hands, f"/imagine a hare --picture picture:{picture.id}")
    assert [(one.role, one.parent) for one in job.wish.inputs] == [("reference", picture.id)]
    assert bench.message(job).footer[0] == "drawn after 1 picture"
    beside = await edited(bench, hands, f"/edit like that --link {first.id} --picture picture:{picture.id}")
    assert [one.role for one in beside.wish.inputs] == ["base", "reference"]
    answer = await refused(bench, hands, f"/imagine a hare --picture picture:{picture.id}", at=ELSEWHERE, user="bob")
    assert answer.text.startswith("That picture is somebody else's and from another place")
    answer = await refused(bench, hands, f"/edit like that --picture job:{first.id}")
    assert answer.text.startswith("For picture, please attach a picture")
