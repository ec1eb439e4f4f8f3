"""Asks whether people find their way among what came of a picture, and see nothing there that is not for them."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.images import Abilities, Size
from bot.domain.jobs import Job, JobId
from bot.domain.pictures import PictureId, PictureState
from bot.errors import MessageGone
from bot.services.lineage import Lineage
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.inputs import MemoryInputs
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person
from tests.unit.commands.hands import Hands, newest

ALONE = Place(LOOM, "", "ann alone")


@pytest.fixture
def bench() -> Bench:
    """Set up a house whose model takes pictures."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=4)
    return Bench(painter=ScriptedProvider(abilities=able, edge=64))


class LineageRow:
    """A picture, what was made of it, and of that; and somebody who presses what is shown."""

    def __init__(self, bench: Bench, house: Dispatcher, hands: Hands) -> None:
        self.bench, self.house, self.hands = bench, house, hands
        self.jobs: list[Job] = []
        self.calls = 0

    async def change(self, words: str, *, user: str = "ann", of: Job | None = None) -> Job:
        """Change the newest picture, or one that is named, and have it drawn."""
        assert await self.hands.type(f"/edit {words}{f' --link {of.id}' if of else ''}", user) == []
        await self.bench.work()
        self.jobs.append(self.bench.job(newest(self.bench)))
        return self.jobs[-1]

    def message(self, job: Job) -> MessageRef:
        """Return the message that a job has of its own."""
        message = self.bench.job(job).message
        assert message is not None
        return message

    async def press(
        self, action: str, message: MessageRef | None, user: str = "ann", *, is_moderator: bool = False
    ) -> list[Post]:
        """Press a button below a message, and return what is whispered."""
        self.calls += 1
        whose = person(user, is_moderator=is_moderator)
        call = FakeCall(self.bench.surface, f"press-{self.calls}", by=whose, message=message)
        await self.house.press(action, call)
        return call.whispers

    def shown(self, message: MessageRef) -> str:
        """Say what a message shows."""
        return self.bench.surface.shown[message.id].text


@pytest.fixture
async def row(bench: Bench, house: Dispatcher, hands: Hands) -> LineageRow:
    """Draw a fox, make it night, and let it snow."""
    row = LineageRow(bench, house, hands)
    row.jobs.append(await bench.draw("a fox"))
    await row.change("make it night")
    await row.change("let it snow")
    return row


def buttons(post: Post) -> list[str]:
    """Return what leads along the row."""
    return [one.action for one in (*post.buttons, *post.more) if one.command in {"back", "forward", "history"}]


async def test_a_changed_picture_leads_back_and_the_first_leads_nowhere(bench: Bench, row: LineageRow) -> None:
    """There is nothing before it, and nothing came of it when it was shown."""
    fox, night, snow = row.jobs
    assert buttons(bench.message(fox)) == []
    assert buttons(bench.message(snow)) == [f"back:{snow.id}", f"history:{snow.id}"]
    assert await row.press(f"back:{snow.id}", row.message(snow)) == []
    shown = bench.surface.shown[row.message(snow).id]
    assert (shown.text, buttons(shown)) == ("make it night", [f"back:{night.id}", f"forward:{night.id}", f"history:{night.id}"])


async def test_back_and_forward_turn_the_message_and_draw_nothing(bench: Bench, row: LineageRow) -> None:
    """From the last to the first and back, in the one message."""
    fox, night, snow = row.jobs
    message = row.message(snow)
    for action, text in (
        (f"back:{snow.id}", "make it night"),
        (f"back:{night.id}", "a fox"),
        (f"forward:{fox.id}", "make it night"),
        (f"forward:{night.id}", "let it snow"),
    ):
        assert await row.press(action, message) == []
        assert row.shown(message) == text
    assert len(bench.painter.requests) == 3
    assert await bench.sent_messages.find_turned_to(LOOM, SQUARE.channel, message.id) is None


async def test_there_is_nothing_before_the_first_and_after_the_last(row: LineageRow) -> None:
    """Buttons work for ever, also where they are out of date."""
    fox, _, snow = row.jobs
    [answer] = await row.press(f"back:{fox.id}", row.message(fox))
    assert answer.text == "That is the first one: it was not changed from another picture here. Nothing was changed."
    [answer] = await row.press(f"forward:{snow.id}", row.message(snow))
    assert answer.text == "Nothing came of that one yet; Edit changes it. Nothing was changed."


async def test_whoever_may_not_change_the_message_is_shown_it_in_private(bench: Bench, row: LineageRow) -> None:
    """So is whoever presses what is no job's own message; a moderator of the place may change it."""
    snow = row.jobs[-1]
    for message, user in ((row.message(snow), "bob"), (None, "ann"), (MessageRef(ALONE, "whisper 1"), "ann")):
        [answer] = await row.press(f"back:{snow.id}", message, user)
        assert (answer.text, len(answer.pictures)) == ("make it night", 1)
        assert row.shown(row.message(snow)) == "let it snow"
    assert await row.press(f"back:{snow.id}", row.message(snow), "mod", is_moderator=True) == []
    assert row.shown(row.message(snow)) == "make it night"


async def test_what_is_shown_in_private_and_stays_is_known(bench: Bench, row: LineageRow, house: Dispatcher) -> None:
    """So that it goes where the picture goes."""
    snow = row.jobs[-1]
    call = FakeCall(bench.surface, "press", at=ALONE)
    await house.press(f"back:{snow.id}", call)
    assert await bench.sent_messages.of_job(row.jobs[1].id) == (MessageRef(ALONE, "whisper 1 of press"),)


async def test_a_message_that_cannot_be_changed_stays_as_it_was(bench: Bench, row: LineageRow) -> None:
    """What it shows is known as before, whether that is its own or an earlier one."""
    _, night, snow = row.jobs
    message = row.message(snow)
    bench.surface.failures.fail_next("update", MessageGone(LOOM, "gone"))
    [answer] = await row.press(f"back:{snow.id}", message)
    assert answer.text == "make it night"
    assert await bench.sent_messages.find_turned_to(LOOM, SQUARE.channel, message.id) is None
    await row.press(f"back:{snow.id}", message)
    bench.surface.failures.fail_next("update", MessageGone(LOOM, "gone"))
    [answer] = await row.press(f"back:{night.id}", message)
    assert answer.text == "a fox"
    assert await bench.sent_messages.find_turned_to(LOOM, SQUARE.channel, message.id) == night.id


async def test_pictures_of_other_places_are_not_shown_to_others(bench: Bench, row: LineageRow) -> None:
    """Not even to whoever looks after this place, and to whom they belong only in private."""
    fox, night, _ = row.jobs
    elsewhere = Place(LOOM, "town", "the mill")
    bench.jobs.change(bench.jobs.rows[fox.id], place=elsewhere)
    [answer] = await row.press(f"back:{night.id}", row.message(night), "mod", is_moderator=True)
    assert answer.text.startswith("The picture before it is somebody else's and from another place")
    [answer] = await row.press(f"back:{night.id}", row.message(night))
    assert (answer.text, row.shown(row.message(night))) == ("a fox", "make it night")
    bench.jobs.change(bench.jobs.rows[night.id], place=elsewhere)
    [answer] = await row.press(f"forward:{fox.id}", None, "bob")
    assert answer.text.startswith("Nothing came of that one yet")


async def test_what_was_deleted_is_passed_over_or_said_to_be_gone(bench: Bench, row: LineageRow) -> None:
    """Back says so, forward leads to what is left."""
    fox, night, snow = row.jobs
    day = await row.change("make it day", of=fox)
    await bench.gallery.delete(night.id)
    [answer] = await row.press(f"back:{snow.id}", row.message(snow))
    assert answer.text == "The picture before it was deleted or taken down. Nothing was changed."
    await row.press(f"forward:{fox.id}", row.message(fox))
    assert row.shown(row.message(fox)) == day.wish.prompt


async def test_who_drew_it_is_said_where_it_is_somebody_else(bench: Bench, row: LineageRow) -> None:
    """The message is of whoever changed it."""
    snow = row.jobs[-1]
    his = await row.change("and hail", user="bob", of=snow)
    await row.press(f"back:{his.id}", row.message(his), "bob")
    assert bench.surface.shown[row.message(his).id].footer[0] == "asked by Ann"


@pytest.mark.parametrize("words", ["undo", "Undo that!", "please undo this", "go back", "zurück"])
async def test_words_that_take_back_turn_the_newest_message(bench: Bench, row: LineageRow, words: str) -> None:
    """Nothing is drawn; the next words go on from there, and so does the next undo."""
    fox, _, snow = row.jobs
    assert await row.hands.type(f"/edit {words}") == []
    assert row.shown(row.message(snow)) == "make it night"
    assert await row.hands.type(f"/edit {words}") == []
    assert row.shown(row.message(snow)) == "a fox"
    rain = await row.change("let it rain")
    assert rain.wish.inputs[0].parent == (await bench.pictures.of_job(fox.id))[0].id
    assert len(bench.painter.requests) == 4


async def test_words_about_a_turned_message_turn_that_one(bench: Bench, row: LineageRow) -> None:
    """Where the page says which message the picture stands in; else it is turned where it was drawn."""
    _, night, snow = row.jobs
    message = row.message(snow)
    await row.press(f"back:{snow.id}", message)
    [picture] = await bench.pictures.of_job(night.id)
    call = FakeCall(bench.surface, "undo-1", by=person(), message=message)
    await row.house.dispatch("edit", {"words": "undo", "link": picture.id}, call)
    assert (row.shown(message), row.shown(row.message(night))) == ("a fox", "make it night")


async def test_a_job_without_a_message_shows_what_is_its_own(bench: Bench, row: LineageRow) -> None:
    """Its message was never said."""
    snow = row.jobs[-1]
    bench.jobs.change(bench.jobs.rows[snow.id], message=None)
    [answer] = await row.hands.type("/edit undo")
    assert answer.text == "make it night"


async def test_what_is_deleted_goes_from_where_it_was_turned_to(bench: Bench, row: LineageRow) -> None:
    """And comes back there with it; a message that does not take it is shown it with the next turn."""
    _, night, snow = row.jobs
    message = row.message(snow)
    await row.press(f"back:{snow.id}", message)
    await row.press(f"delete:{night.id}", message)
    assert "deleted" in row.shown(message)
    await row.press(f"undelete:{night.id}", message)
    assert row.shown(message) == "make it night"
    bench.surface.failures.fail_next("update", MessageGone(LOOM, "gone"), times=2)
    await row.press(f"delete:{night.id}", message)
    assert row.shown(message) == "make it night"


async def test_a_turned_message_is_about_what_it_shows(bench: Bench, row: LineageRow) -> None:
    """For reactions, menus and replies."""
    _, night, snow = row.jobs
    message = row.message(snow)
    await row.press(f"back:{snow.id}", message)
    found = await bench.lookup.job_of_message(LOOM, SQUARE.channel, message.id)
    assert found is not None
    assert found.id == night.id
    await row.press(f"forward:{night.id}", message)
    found = await bench.lookup.job_of_message(LOOM, SQUARE.channel, message.id)
    assert found is not None
    assert found.id == snow.id


async def test_what_is_taken_down_is_retracted_where_it_was_turned_to(bench: Bench, row: LineageRow) -> None:
    """The message is turned back then; what it shows otherwise stays, with its buttons."""
    _, night, snow = row.jobs
    message = row.message(snow)
    await row.press(f"back:{snow.id}", message)
    await bench.copies.retract(bench.job(snow), message)
    assert row.shown(message) == "make it night"
    assert bench.surface.shown[message.id].buttons != ()
    await bench.gallery.delete(night.id)
    await bench.copies.retract(bench.job(night), message, deletes=True)
    assert row.shown(message) == "let it snow"
    assert await bench.sent_messages.find_turned_to(LOOM, SQUARE.channel, message.id) is None


async def test_history_shows_the_row_with_the_meant_one_marked(bench: Bench, row: LineageRow) -> None:
    """The newest one where none is named, any of it by its link or by the button."""
    _, night, _ = row.jobs
    [newest_] = await row.hands.type("/history")
    assert newest_.text == "How it came about, in 3 steps:"
    assert len(newest_.pictures) == 3
    assert newest_.details[0].text == "1. “a fox”\n2. “make it night”\n3. “let it snow” ← this one"
    [named] = await row.press(f"history:{night.id}", row.message(night))
    assert "2. “make it night” ← this one" in named.details[0].text
    await bench.draw("an owl", key="call-9")
    [alone] = await row.hands.type("/history")
    assert alone.text == "That picture was not changed yet."


async def test_history_leaves_a_line_for_what_is_not_to_be_seen(bench: Bench, row: LineageRow) -> None:
    """What was removed, and what somebody else drew elsewhere."""
    fox, night, snow = row.jobs
    await row.change("and hail", user="bob", of=snow)
    bench.jobs.change(bench.jobs.rows[fox.id], place=Place(LOOM, "town", "the mill"))
    await bench.gallery.delete(night.id)
    [answer] = await row.hands.type("/history", "bob")
    assert answer.details[0].text == (
        "1. a picture from another place\n2. a picture that was deleted or taken down\n3. “let it snow”\n4. “and hail” ← this one"
    )
    assert len(answer.pictures) == 2


async def test_a_history_that_stays_is_known(bench: Bench, row: LineageRow, house: Dispatcher) -> None:
    """So that its pictures go with the others."""
    call = FakeCall(bench.surface, "history", at=ALONE)
    await house.press(f"history:{row.jobs[1].id}", call)
    for job in row.jobs:
        assert await bench.sent_messages.of_job(job.id) == (MessageRef(ALONE, "whisper 1 of history"),)


async def test_a_row_that_bites_its_own_tail_ends(bench: Bench, row: LineageRow) -> None:
    """Which no database of ours holds."""
    fox, _, snow = row.jobs
    last = (await bench.pictures.of_job(snow.id))[0]
    bitten = tuple(replace(one, parent=last.id) for one in bench.job(snow).wish.inputs)
    bench.jobs.change(bench.jobs.rows[fox.id], wish=replace(bench.job(fox).wish, inputs=bitten))
    [answer] = await row.hands.type("/history")
    assert len(answer.pictures) == 10


async def test_a_row_ends_where_nothing_is_known_of_a_picture(bench: Bench, row: LineageRow) -> None:
    """Its record is gone."""
    fox, night, _ = row.jobs
    [picture] = await bench.pictures.of_job(fox.id)
    assert picture.state is PictureState.VISIBLE
    bench.jobs.kept.pop(PictureId(picture.id))
    [answer] = await row.press(f"back:{night.id}", row.message(night))
    assert answer.text.startswith("That is the first one")


async def test_a_change_that_is_taken_away_while_its_row_is_read_is_a_step_that_cannot_be_seen(row: LineageRow) -> None:
    """Its job was found when its picture was still there."""
    fox, night, snow = row.jobs
    [kept] = await row.bench.pictures.of_job(snow.id)

    class VanishingInputs(MemoryInputs):
        """Has the picture taken away once its job was found."""

        async def find_made_from(self, pictures: Collection[PictureId], *, most: int) -> tuple[JobId, ...]:
            found = await super().find_made_from(pictures, most=most)
            if snow.id in found:
                await row.bench.pictures.hide(snow.id, row.bench.clock.now())
            return found

    lineage = Lineage(jobs=row.bench.jobs, pictures=row.bench.pictures, inputs=VanishingInputs(row.bench.jobs))
    [picture] = await row.bench.pictures.of_job(night.id)
    steps = await lineage.row(picture, night, fox.account, fox.place)
    assert [(step.picture.job, step.is_visible) for step in steps] == [(fox.id, True), (night.id, True), (kept.job, False)]
