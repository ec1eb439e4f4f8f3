"""Somebody's hands, which type and press."""

from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import Form, Place, Post
from bot.domain.jobs import Job
from tests.fakes.bench import Bench
from tests.fakes.surfaces import SQUARE, FakeCall, person


class Hands:
    """Types and presses, each time as a new call, and gives what was whispered back."""

    def __init__(self, bench: Bench, dispatcher: Dispatcher) -> None:
        self._bench = bench
        self._dispatcher = dispatcher
        self._count = 0
        self.forms: list[Form] = []
        """Every form that was shown, in order."""

    async def type(self, line: str, user: str = "ann", *, at: Place = SQUARE) -> list[Post]:
        """Type a line."""
        call = self._call(user, at=at)
        await self._dispatcher.dispatch_line(line, call)
        self.forms += call.asked
        return call.whispers

    async def press(self, command: str, job: Job, user: str = "ann", *, is_moderator: bool = False) -> list[Post]:
        """Press a button under the job's message."""
        return await self.press_action(f"{command}:{job.id}", user, is_moderator=is_moderator)

    async def press_action(self, action: str, user: str = "ann", *, is_moderator: bool = False) -> list[Post]:
        """Press a button by what it carries."""
        call = self._call(user, is_moderator=is_moderator)
        await self._dispatcher.press(action, call)
        self.forms += call.asked
        return call.whispers

    def _call(self, user: str, *, is_moderator: bool = False, at: Place = SQUARE) -> FakeCall:
        self._count += 1
        return FakeCall(self._bench.surface, f"hand-{self._count}", by=person(user, is_moderator=is_moderator), at=at)


def newest(bench: Bench) -> Job:
    """Return the job that was accepted last."""
    return list(bench.jobs.rows.values())[-1].job
