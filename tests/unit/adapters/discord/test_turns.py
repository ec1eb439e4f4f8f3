"""Does a message end as it should, whatever was being said in it?"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.discord import DISCORD
from bot.adapters.discord.identifying import IdentifyTurns
from bot.adapters.discord.pace import Pace
from bot.adapters.discord.turns import Turns
from bot.domain.chat import MessageRef, Place, Post
from bot.errors import SurfaceFailed
from tests.fakes.waiting import quiet, until

MESSAGE = MessageRef(Place(DISCORD, "1", "2"), "3")


class Board:
    """What is shown, with progress that can be held up."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.error: Exception | None = None

    async def show(self, message: MessageRef, post: Post) -> None:
        """Show a progress."""
        await self.go_on.wait()
        if self.error:
            raise self.error
        self.said.append(post.text)

    async def end(self, is_repeat: bool) -> None:
        """Show the end."""
        self.said.append("end again" if is_repeat else "end")


def turns_of(board: Board) -> Turns:
    """Give turns without any pauses."""
    return Turns(board.show, lambda _: timedelta())


async def test_only_the_newest_progress_is_shown() -> None:
    """What was said meanwhile is not worth showing."""
    board = Board()
    turns = turns_of(board)
    board.go_on.clear()
    turns.say(MESSAGE, Post("one"))
    await quiet()
    turns.say(MESSAGE, Post("two"))
    turns.say(MESSAGE, Post("three"))
    board.go_on.set()
    await until(lambda: not turns.are_taken)
    assert board.said == ["one", "three"]


async def test_nothing_follows_the_end() -> None:
    """Not even what was said just before."""
    board = Board()
    turns = turns_of(board)
    turns.say(MESSAGE, Post("one"))
    await turns.end(MESSAGE, board.end)
    await quiet()
    assert board.said[-1] == "end"
    assert not turns.are_taken


async def test_the_end_does_not_wait_for_a_progress_that_hangs() -> None:
    """It is cut off."""
    board = Board()
    turns = turns_of(board)
    board.go_on.clear()
    turns.say(MESSAGE, Post("one"))
    await quiet()
    async with asyncio.timeout(2):
        await turns.end(MESSAGE, board.end)
    assert board.said == ["end"]
    assert turns.are_taken
    await turns.close()


@pytest.mark.parametrize("error", [SurfaceFailed(DISCORD, "down"), ZeroDivisionError()])
async def test_a_progress_that_fails_is_nothing(error: Exception) -> None:
    """The next one is shown."""
    board = Board()
    turns = turns_of(board)
    board.error = error
    turns.say(MESSAGE, Post("one"))
    await until(lambda: not turns.are_taken)
    board.error = None
    turns.say(MESSAGE, Post("two"))
    await until(lambda: not turns.are_taken)
    assert board.said == ["two"]


async def test_an_end_that_fails_says_so() -> None:
    """Whoever delivers tries again."""

    async def fails(_: bool) -> None:
        raise SurfaceFailed(DISCORD, "down")

    turns = turns_of(Board())
    with pytest.raises(SurfaceFailed):
        await turns.end(MESSAGE, fails)
    assert not turns.are_taken


def test_progresses_of_one_channel_are_spaced() -> None:
    """Other channels have their own turns."""
    pace = Pace()
    first, second, other = pace.next("a"), pace.next("a"), pace.next("b")
    assert first == other == timedelta()
    assert timedelta(seconds=2) < second <= timedelta(seconds=2.5)


async def test_the_first_identify_goes_at_once_and_the_second_waits(tmp_path: Path) -> None:
    """Another process's, too: they share a file."""
    await IdentifyTurns(tmp_path / "lock").take()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await IdentifyTurns(tmp_path / "lock").take()


async def test_a_spoilt_file_of_turns_is_an_empty_one(tmp_path: Path) -> None:
    """Nobody waits for nonsense, or for a time to come."""
    for content in ("nonsense", "99999999999"):
        (tmp_path / "lock").write_text(content)
        async with asyncio.timeout(1):
            await IdentifyTurns(tmp_path / "lock").take()
