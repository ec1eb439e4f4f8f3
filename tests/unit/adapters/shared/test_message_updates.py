"""Asks whether a message ends as it should, whatever was being said in it."""

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.shared.message_updates import MessageUpdateQueue
from bot.domain.chat import MessageRef, Post
from bot.errors import EaselError, MessageGone, SurfaceFailed
from bot.ports.observer import UpdateOutcome
from tests.fakes.surfaces import SQUARE
from tests.fakes.waiting import quiet, until

MESSAGE = MessageRef(SQUARE, "message-1")
DOWN = SurfaceFailed("loom", "no answer within 8 s")


def may_arrive(error: EaselError) -> bool:
    """Whether nobody knows what became of it."""
    return error is DOWN


class Board:
    """What is shown, with progress that can be held up."""

    def __init__(self, final_wait: timedelta | None = None, update_every: timedelta = timedelta()) -> None:
        self.said: list[str] = []
        self.its_turn = asyncio.Event()
        self.its_turn.set()
        self.arrival = asyncio.Event()
        self.arrival.set()
        self.error: Exception | None = None
        self.outcomes: list[UpdateOutcome] = []
        self.updates = MessageUpdateQueue(
            self.show,
            update_every=update_every,
            wait=self.wait,
            final_wait=final_wait,
            may_arrive=may_arrive,
            on_outcome=self.outcomes.append,
        )

    async def wait(self, message: MessageRef) -> None:
        """Wait for a progress's turn."""
        await self.its_turn.wait()

    async def show(self, message: MessageRef, post: Post) -> None:
        """Show a progress."""
        await self.arrival.wait()
        if self.error:
            raise self.error
        self.said.append(post.text)

    async def end(self, is_repeat: bool) -> None:
        """Show the end."""
        self.said.append("end again" if is_repeat else "end")

    async def say(self, *texts: str) -> None:
        """Say one progress after the other, and let each go as far as it can."""
        for text in texts:
            self.updates.show_progress(MESSAGE, Post(text))
            await quiet()


async def test_only_the_newest_progress_is_shown() -> None:
    """What was said while it waited for its turn is stale."""
    board = Board()
    board.its_turn.clear()
    await board.say("one", "two", "three")
    board.its_turn.set()
    await until(lambda: not board.updates.is_busy)
    assert board.said == ["three"]


async def test_what_was_said_while_a_progress_was_on_its_way_follows_it() -> None:
    """The newest of it."""
    board = Board()
    board.arrival.clear()
    await board.say("one", "two", "three")
    board.arrival.set()
    await until(lambda: not board.updates.is_busy)
    assert board.said == ["one", "three"]


async def test_nothing_follows_the_end() -> None:
    """Not even what was said just before."""
    board = Board()
    board.updates.show_progress(MESSAGE, Post("one"))
    await board.updates.show_final(MESSAGE, board.end)
    await quiet()
    assert board.said == ["end"]
    assert not board.updates.is_busy


async def test_a_message_is_left_alone_between_two_progresses() -> None:
    """What came in between is old news."""
    board = Board(update_every=timedelta(seconds=3.3))
    for second in range(10):
        await board.say(f"{second} s")
        await asyncio.sleep(1)
    assert board.said == ["0 s", "3 s", "6 s", "9 s"]
    assert not board.updates.is_busy


async def test_an_end_does_not_wait_for_that() -> None:
    """Whoever is done shows it at once."""
    board = Board(update_every=timedelta(seconds=3))
    await board.say("one", "two")
    began = asyncio.get_running_loop().time()
    await board.updates.show_final(MESSAGE, board.end)
    assert asyncio.get_running_loop().time() - began < 0.1
    assert board.said == ["one", "end"]


async def test_a_progress_that_comes_after_the_end_is_dropped() -> None:
    """Whoever says it has not heard of the end yet."""
    board = Board()
    await board.updates.show_final(MESSAGE, board.end)
    await board.say("late")
    assert board.said == ["end"]
    assert not board.updates.is_busy


async def test_a_progress_that_is_said_while_the_end_is_on_its_way_is_dropped() -> None:
    """Nobody sees it come and go."""
    board, may_end = Board(), asyncio.Event()

    async def slow(is_repeat: bool) -> None:
        await may_end.wait()
        await board.end(is_repeat)

    ending = asyncio.create_task(board.updates.show_final(MESSAGE, slow))
    await board.say("late")
    may_end.set()
    await ending
    await quiet()
    assert board.said == ["end"]


async def test_a_progress_that_hangs_is_given_up_and_the_end_is_said_again() -> None:
    """After ten seconds; it may arrive all the same."""
    board = Board()
    board.arrival.clear()
    await board.say("one")
    began = asyncio.get_running_loop().time()
    await board.updates.show_final(MESSAGE, board.end)
    assert asyncio.get_running_loop().time() - began == pytest.approx(10, abs=0.1)
    await until(lambda: not board.updates.is_busy)
    assert board.said == ["end", "end again"]


async def test_a_progress_that_waits_can_be_dropped() -> None:
    """By a process that has lost the job; what another says later is said."""
    board = Board()
    board.its_turn.clear()
    board.updates.drop_progress(MESSAGE)
    await board.say("one")
    board.updates.drop_progress(MESSAGE)
    board.updates.show_progress(MESSAGE, Post("not begun"))
    board.updates.drop_progress(MESSAGE)
    board.its_turn.set()
    await quiet()
    assert (board.said, board.updates.is_busy) == ([], False)
    await board.say("two")
    assert board.said == ["two"]


async def test_a_progress_on_its_way_is_not_dropped() -> None:
    """Nobody could call it back; but nothing follows it."""
    board = Board()
    board.arrival.clear()
    await board.say("one", "two")
    board.updates.drop_progress(MESSAGE)
    board.arrival.set()
    await quiet()
    assert board.said == ["one"]


async def test_a_progress_that_waits_is_dropped_for_the_end() -> None:
    """Nothing final waits for a bar's turn."""
    board = Board()
    board.its_turn.clear()
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    board.its_turn.set()
    await quiet()
    assert board.said == ["end"]
    assert not board.updates.is_busy


@pytest.mark.parametrize("final_wait", [None, timedelta(seconds=1)])
async def test_a_progress_on_its_way_arrives_before_the_end(final_wait: timedelta | None) -> None:
    """So that it cannot arrive after it."""
    board = Board(final_wait)
    board.arrival.clear()
    await board.say("one")
    ending = asyncio.create_task(board.updates.show_final(MESSAGE, board.end))
    await quiet()
    assert board.said == []
    board.arrival.set()
    await ending
    assert board.said == ["one", "end"]
    assert not board.updates.is_busy


async def test_a_progress_that_hangs_is_cut_off_and_the_end_is_said_again() -> None:
    """After its last word's time; it may arrive after the end."""
    board = Board(timedelta(milliseconds=300))
    board.arrival.clear()
    await board.say("one")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await board.updates.show_final(MESSAGE, board.end)
    assert loop.time() - began == pytest.approx(0.3)
    assert board.said == ["end"]
    await until(lambda: not board.updates.is_busy)
    assert loop.time() - began == pytest.approx(5.3, abs=0.1)
    assert board.said == ["end", "end again"]


async def test_a_progress_whose_answer_never_came_has_the_end_said_again() -> None:
    """For it may arrive after the end."""
    board = Board()
    board.error = DOWN
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    await until(lambda: not board.updates.is_busy)
    assert board.said == ["end", "end again"]


async def test_a_progress_that_was_refused_does_not() -> None:
    """It will never arrive."""
    board = Board()
    board.error = MessageGone("loom", "message_not_found")
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    assert board.said == ["end"]
    assert not board.updates.is_busy


async def test_where_what_fails_never_arrives_the_end_is_said_once() -> None:
    """That is so unless a platform says otherwise."""
    board = Board()
    board.updates = MessageUpdateQueue(board.show)
    board.error = DOWN
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    assert board.said == ["end"]
    assert not board.updates.is_busy


async def test_another_end_takes_the_place_of_one_that_would_be_said_again() -> None:
    """What is older must not come last."""
    board = Board()
    board.error = DOWN
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    await board.updates.show_final(MESSAGE, board.end)
    assert not board.updates.is_busy
    assert board.said == ["end", "end"]


@pytest.mark.parametrize("error", [DOWN, ZeroDivisionError()])
async def test_a_progress_that_fails_is_nothing(error: Exception) -> None:
    """The next one is shown."""
    board = Board()
    board.error = error
    await board.say("one")
    board.error = None
    await board.say("two")
    assert board.said == ["two"]
    assert not board.updates.is_busy


async def test_an_end_that_fails_says_so_and_leaves_nothing_behind() -> None:
    """Whoever delivers tries again."""
    board = Board()

    async def broken(is_repeat: bool) -> None:
        raise DOWN

    with pytest.raises(SurfaceFailed):
        await board.updates.show_final(MESSAGE, broken)
    assert not board.updates.is_busy


async def test_an_end_that_cannot_be_said_again_is_left_as_it_is() -> None:
    """It was said once."""
    board = Board()

    async def once(is_repeat: bool) -> None:
        if is_repeat:
            raise DOWN
        await board.end(is_repeat)

    board.error = DOWN
    await board.say("one")
    await board.updates.show_final(MESSAGE, once)
    await until(lambda: not board.updates.is_busy)
    assert board.said == ["end"]


async def test_two_ends_come_one_after_the_other() -> None:
    """In the order in which they were said."""
    board = Board()

    async def slow(is_repeat: bool) -> None:
        await quiet()
        board.said.append("first")

    await asyncio.gather(board.updates.show_final(MESSAGE, slow), board.updates.show_final(MESSAGE, board.end))
    assert board.said == ["first", "end"]


async def test_nothing_is_shown_after_closing() -> None:
    """Whatever waits, and whatever is to be said again."""
    board = Board()
    board.error = DOWN
    await board.say("one")
    await board.updates.show_final(MESSAGE, board.end)
    board.error = None
    board.its_turn.clear()
    await board.say("two")
    await board.updates.close()
    board.its_turn.set()
    await quiet()
    assert board.said == ["end"]
    assert not board.updates.is_busy


async def test_an_end_that_was_in_no_doubt_is_said_once() -> None:
    """Nothing was on its way."""
    board = Board()
    await board.updates.show_final(MESSAGE, board.end)
    assert not board.updates.is_busy
    assert board.said == ["end"]


async def test_the_ends_of_long_ago_are_forgotten() -> None:
    """A thousand are remembered, so that a house that runs for years does not fill up with them."""
    board = Board()
    for number in range(1001):
        await board.updates.show_final(MessageRef(SQUARE, f"message-{number}"), board.end)
    assert len(board.updates._ended) == 1000
    assert board.updates._ended[next(iter(board.updates._ended))] is None


async def test_it_is_told_what_becomes_of_each_progress() -> None:
    """Whoever runs the house sees by it how much of what a platform allows is used up."""
    board = Board()
    board.its_turn.clear()
    await board.say("one", "two")
    board.its_turn.set()
    await until(lambda: not board.updates.is_busy)
    board.error = MessageGone("loom", "gone")
    await board.say("three")
    board.its_turn.clear()
    await board.say("four")
    await board.updates.show_final(MESSAGE, board.end)
    await board.say("five")  # after the end: nothing was to be shown
    assert board.outcomes == [UpdateOutcome.REPLACED, UpdateOutcome.SHOWN, UpdateOutcome.FAILED, UpdateOutcome.REPLACED]
