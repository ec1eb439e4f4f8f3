"""Asks whether pointing at a message does to its job what the person meant."""

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.message_actions import MessageActions, Reaction
from bot.domain.chat import Tone
from bot.domain.jobs import Job
from bot.errors import StorageFailed
from bot.services.picture_lookup import PictureLookup
from tests.fakes.bench import Bench
from tests.fakes.surfaces import FakeCall


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
    [told] = call.whispers
    assert told.tone is Tone.REFUSED
    assert told.text.startswith(
        "I know of no picture in that message; if it shows one, use the message in which it was first posted"
    )


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
