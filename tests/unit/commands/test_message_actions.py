"""Asks whether pointing at a message does to its job what the person meant."""

from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.edit import edit
from bot.commands.imagine import imagine
from bot.commands.message_actions import MessageActions, Reaction
from bot.domain.chat import Form, Tone
from bot.domain.images import Abilities, Size
from bot.domain.inputs import BroughtPicture
from bot.domain.jobs import Job
from bot.errors import BadInput, StorageFailed, SurfaceFailed
from bot.services.picture_lookup import PictureLookup
from tests.fakes.bench import FAULT, Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.owners import nobody
from tests.fakes.photos import photo
from tests.fakes.surfaces import SQUARE, FakeCall
from tests.unit.commands.hands import newest


@pytest.fixture
def message_actions(bench: Bench, house: Dispatcher) -> MessageActions:
    """Return what pointing does in the house, which can neither mail nor report."""
    return MessageActions(house, PictureLookup(bench.jobs, bench.pictures, bench.sent_messages))


@pytest.fixture
def call(bench: Bench) -> FakeCall:
    """Return the call of somebody who points."""
    return FakeCall(bench.surface, "pointing")


def message_of(bench: Bench, job: Job) -> str:
    """Return the message that speaks of a job."""
    message = bench.jobs.rows[job.id].job.message
    assert message is not None
    return message.id


async def test_what_is_chosen_from_the_menu_is_pressed(bench: Bench, message_actions: MessageActions, call: FakeCall) -> None:
    """As a button below the message would."""
    job = await bench.imagine()
    await message_actions.choose("cancel", message_of(bench, job), call)
    assert call.whispers == []
    assert bench.message(job).text == "a fox – cancelled; nothing was counted."


async def test_a_message_that_is_not_ours_has_no_picture(message_actions: MessageActions, call: FakeCall) -> None:
    """Menus are on everybody's messages, so it is said."""
    await message_actions.choose("delete", "elsewhere", call)
    [notice] = call.whispers
    assert notice.tone is Tone.REFUSED
    assert notice.text.startswith(
        "I know of no picture in that message; if it shows one, use the message in which it was first posted"
    )


@pytest.mark.parametrize(("command", "shown"), [("ask_edit", ("prompt",)), ("use_reference", ("prompt", "shape", "count"))])
async def test_pictures_of_anybody_are_changed_and_drawn_from(
    message_actions: MessageActions, call: FakeCall, command: str, shown: tuple[str, ...]
) -> None:
    """What stands for them travels with the form."""
    await message_actions.choose(command, "elsewhere", call, files="files:1")
    assert call.asked == [Form("imagine", {"picture": "files:1"}, shown=shown)]


async def test_other_entries_need_a_picture_of_ours(message_actions: MessageActions, call: FakeCall) -> None:
    """And where no form can be shown, that is said."""
    await message_actions.choose("report", "elsewhere", call, files="files:1")
    assert call.whispers[0].text.startswith("I know of no picture in that message")
    call.failures.fail_next("ask", SurfaceFailed("loom", "too late"))
    await message_actions.choose("ask_edit", "elsewhere", call, files="files:1")
    assert call.whispers[1].tone is Tone.FAILED


async def test_a_reaction_to_a_message_without_a_job_means_nothing(message_actions: MessageActions, call: FakeCall) -> None:
    """People react to all kinds of things."""
    await message_actions.react(Reaction.CROSS, "elsewhere", call)
    assert call.whispers == []


async def test_a_cross_cancels_what_runs(bench: Bench, message_actions: MessageActions, call: FakeCall) -> None:
    """Nothing is drawn yet that could be deleted."""
    job = await bench.imagine()
    await message_actions.react(Reaction.CROSS, message_of(bench, job), call)
    assert bench.message(job).text == "a fox – cancelled; nothing was counted."


async def test_a_cross_deletes_what_is_drawn(bench: Bench, message_actions: MessageActions, call: FakeCall) -> None:
    """It is too late to cancel it."""
    job = await bench.draw()
    await message_actions.react(Reaction.CROSS, message_of(bench, job), call)
    assert call.whispers == []
    assert bench.message(job).pictures == ()


async def bring_nothing() -> tuple[BroughtPicture, ...]:
    """Have nothing attached."""
    return ()


async def bring_a_hat() -> tuple[BroughtPicture, ...]:
    """Have a picture attached."""
    return (BroughtPicture(photo()),)


async def bring_too_much() -> tuple[BroughtPicture, ...]:
    """Have something attached that cannot be had."""
    raise BadInput("That is too large.")


@pytest.fixture
def painting() -> Bench:
    """Set up a house whose model takes pictures."""
    able = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=4)
    return Bench(painter=ScriptedProvider(abilities=able, edge=64))


@pytest.fixture
def answers(painting: Bench) -> MessageActions:
    """Return what follows from answers there."""
    commands = (imagine(painting.studio), edit(painting.studio, painting.bases, painting.turning))
    return MessageActions(Dispatcher(commands, lambda: FAULT, nobody), painting.lookup, painting.lineage)


def answer(bench: Bench, number: int, thread: str = "") -> FakeCall:
    """Return a call of somebody who answers, perhaps in a thread."""
    return FakeCall(bench.surface, f"answer-{number}", at=replace(SQUARE, thread=thread))


async def test_an_answer_changes_the_picture_of_the_message(painting: Bench, answers: MessageActions) -> None:
    """With what is attached to it; of a set the one that is numbered."""
    fox = await painting.draw("two foxes", count=2)
    call = answer(painting, 1)
    assert await answers.reply("2: with this hat", message_of(painting, fox), call, bring_a_hat)
    wish = newest(painting).wish
    assert wish.prompt == "with this hat"
    assert [one.parent for one in wish.inputs] == [(await painting.pictures.of_job(fox.id))[1].id, None]
    assert call.whispers == []


async def test_applause_changes_nothing(painting: Bench, answers: MessageActions) -> None:
    """A reply calls the bot by itself; nobody means to pay for thanks."""
    fox = await painting.draw("a fox")
    call = answer(painting, 1)
    assert await answers.reply("so nice, thank you!", message_of(painting, fox), call, bring_too_much)
    assert (newest(painting), call.whispers) == (fox, [])


async def test_an_answer_to_anything_else_is_none(painting: Bench, answers: MessageActions) -> None:
    """So that the platform goes on with it."""
    assert not await answers.reply("make it night", "elsewhere", answer(painting, 1), bring_too_much)
    assert not await answers.reply("make it night", "elsewhere", answer(painting, 2), bring_too_much, began="nothing")


async def test_an_answer_that_cannot_be_used_is_one_sentence(painting: Bench, answers: MessageActions) -> None:
    """Where nothing is said, and where what is attached cannot be had."""
    fox = await painting.draw("a fox")
    for number, (words, bring, says) in enumerate(
        (("  ", bring_nothing, "/edit still needs words"), ("night", bring_too_much, "That is too large."))
    ):
        call = answer(painting, number)
        assert await answers.reply(words, message_of(painting, fox), call, bring)
        [notice] = call.whispers
        assert notice.text.startswith(says)
    assert len(painting.jobs.rows) == 1


async def test_in_a_thread_the_newest_picture_is_meant(painting: Bench, answers: MessageActions) -> None:
    """Also where the thread began with the words for the first one; what was made elsewhere is not of it."""
    fox = await painting.draw("a fox", key="began")
    root = message_of(painting, fox)
    made = [fox]
    for number, (message, began) in enumerate(((root, ""), (root, ""), ("the words", "began"))):
        assert await answers.reply("night", message, answer(painting, number, root), bring_nothing, began=began)
        await painting.work()
        made.append(newest(painting))
    parents = [job.wish.inputs[0].parent for job in made[1:]]
    assert parents == [(await painting.pictures.of_job(job.id))[0].id for job in made[:-1]]
    assert await answers.reply("undo", root, answer(painting, 7, root), bring_nothing, began="")
    assert await answers.reply("snow", root, answer(painting, 8, root), bring_nothing, began="")
    assert newest(painting).wish.inputs[0].parent == (await painting.pictures.of_job(made[-2].id))[0].id


async def test_in_a_thread_a_picture_without_a_message_is_meant_too(painting: Bench, answers: MessageActions) -> None:
    """It may not have been said."""
    fox = await painting.draw("a fox", key="began")
    painting.jobs.change(painting.jobs.rows[fox.id], message=None)
    assert await answers.reply("night", "the words", answer(painting, 1, "the words"), bring_nothing, began="began")
    assert newest(painting).wish.prompt == "night"


async def test_a_failed_look_up_of_what_was_answered_is_told(painting: Bench, answers: MessageActions) -> None:
    """As from a menu."""
    painting.jobs.failures.fail_next("by_message", StorageFailed("reading", "away"))
    call = answer(painting, 1)
    assert await answers.reply("night", "a message", call, bring_nothing)
    assert [post.tone for post in call.whispers] == [Tone.FAILED]


async def test_a_failed_look_up_is_told_in_private(bench: Bench, message_actions: MessageActions, call: FakeCall) -> None:
    """It is our fault, and says so; nothing is pressed."""
    job = await bench.draw()
    bench.jobs.failures.fail_next("by_message", StorageFailed("database", "locked"))
    await message_actions.react(Reaction.CROSS, message_of(bench, job), call)
    assert [post.tone for post in call.whispers] == [Tone.FAILED]
    assert bench.message(job).pictures != ()


def test_only_what_the_house_can_do_is_meant(message_actions: MessageActions) -> None:
    """A reaction for a command that is not there is a reaction like any other; a cross always means something."""
    assert [one for one in Reaction if message_actions.is_supported(one)] == [Reaction.FAVOURITE, Reaction.CROSS]


async def test_a_star_is_a_favourite_until_it_is_taken_back(
    bench: Bench, message_actions: MessageActions, call: FakeCall
) -> None:
    """Nothing is said either time."""
    job = await bench.draw()
    await message_actions.react(Reaction.FAVOURITE, message_of(bench, job), call)
    assert [one.starred_at for one in await bench.pictures.of_job(job.id)] == [bench.clock.now()]
    await message_actions.take_back(Reaction.FAVOURITE, message_of(bench, job), call)
    assert [one.starred_at for one in await bench.pictures.of_job(job.id)] == [None]
    assert call.whispers == []
