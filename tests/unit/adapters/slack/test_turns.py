"""Does a message end as it should, whatever was being said in it?"""

import asyncio

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.turns import Turns
from bot.domain.chat import MessageRef, Place, Post
from bot.errors import MessageGone, SurfaceFailed
from tests.fakes.waiting import quiet, until

MESSAGE = MessageRef(Place(SLACK, "T1", "C1"), "1.0")


class Board:
    """What is shown, with progress that can be held up."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.its_turn = asyncio.Event()
        self.its_turn.set()
        self.arrival = asyncio.Event()
        self.arrival.set()
        self.error: Exception | None = None
        self.turns = Turns(self.wait, self.show, said_again_seconds=0.01)

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


async def test_only_the_newest_progress_is_shown() -> None:
    """What was said while it waited for its turn is stale."""
    board = Board()
    board.its_turn.clear()
    for text in ("one", "two", "three"):
        board.turns.say(MESSAGE, Post(text))
        await quiet()
    board.its_turn.set()
    await until(lambda: not board.turns.are_taken)
    assert board.said == ["three"]


async def test_a_progress_that_waits_is_dropped_for_the_end() -> None:
    """Nothing final waits for a bar's turn."""
    board = Board()
    board.its_turn.clear()
    board.turns.say(MESSAGE, Post("one"))
    await quiet()
    await board.turns.end(MESSAGE, board.end)
    board.its_turn.set()
    await quiet()
    assert board.said == ["end"]
    assert not board.turns.are_taken


async def test_a_progress_on_its_way_arrives_before_the_end() -> None:
    """So that it cannot arrive after it."""
    board = Board()
    board.arrival.clear()
    board.turns.say(MESSAGE, Post("one"))
    await quiet()
    ending = asyncio.create_task(board.turns.end(MESSAGE, board.end))
    await quiet()
    assert board.said == []
    board.arrival.set()
    await ending
    assert board.said == ["one", "end"]


async def test_a_progress_whose_answer_never_came_has_the_end_said_again() -> None:
    """For it may arrive after the end."""
    board = Board()
    board.error = SurfaceFailed(SLACK, "no answer within 8 s")
    board.turns.say(MESSAGE, Post("one"))
    await quiet()
    await board.turns.end(MESSAGE, board.end)
    await until(lambda: not board.turns.are_taken)
    assert board.said == ["end", "end again"]


async def test_a_progress_that_was_refused_does_not() -> None:
    """It will never arrive."""
    board = Board()
    board.error = MessageGone(SLACK, "message_not_found")
    board.turns.say(MESSAGE, Post("one"))
    await quiet()
    await board.turns.end(MESSAGE, board.end)
    await quiet()
    assert board.said == ["end"]
    assert not board.turns.are_taken


async def test_an_end_that_fails_says_so_and_leaves_nothing_behind() -> None:
    """The pipeline tries again."""
    board = Board()

    async def broken(is_repeat: bool) -> None:
        raise SurfaceFailed(SLACK, "status=503")

    with pytest.raises(SurfaceFailed):
        await board.turns.end(MESSAGE, broken)
    assert not board.turns.are_taken


async def test_two_ends_come_one_after_the_other() -> None:
    """In the order in which they were said."""
    board = Board()

    async def slow(is_repeat: bool) -> None:
        await quiet()
        board.said.append("first")

    await asyncio.gather(board.turns.end(MESSAGE, slow), board.turns.end(MESSAGE, board.end))
    assert board.said == ["first", "end"]


async def test_nothing_is_shown_after_closing() -> None:
    """Whatever waits, and whatever is to be said again."""
    board = Board()
    board.its_turn.clear()
    board.turns.say(MESSAGE, Post("one"))
    await quiet()
    await board.turns.close()
    board.its_turn.set()
    await quiet()
    assert board.said == []
    assert not board.turns.are_taken
