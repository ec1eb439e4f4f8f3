"""Commands that exist only in tests: one with every kind of option, one with none, one that is only pressed."""

from dataclasses import dataclass, field
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.chat import Post
from bot.domain.images import Shape
from bot.domain.options import Choice, JobRef, Number, Text
from bot.ports.surfaces import Call


@dataclass(frozen=True, slots=True)
class PaintArgs:
    """What `/paint` takes."""

    words: Annotated[str, Text("What to paint", longest=100)]
    shape: Annotated[Shape, Choice("Its shape", Shape)] = Shape.SQUARE
    count: Annotated[int, Number("How many", least=1, most=4)] = 1
    title: Annotated[str | None, Text("What to call it", longest=20)] = None


@dataclass(frozen=True, slots=True)
class ShapeArgs:
    """What `/outline` takes: no free words at all."""

    count: Annotated[int, Number("How many", least=1, most=4)]
    shape: Annotated[Shape, Choice("Its shape", Shape)]


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing."""


@dataclass(frozen=True, slots=True)
class PressArgs:
    """What the button carries."""

    job: Annotated[str, JobRef("Whose button it is")]


@dataclass
class Easel:
    """The sample commands, and everything that was asked of them."""

    asked: list[object] = field(default_factory=list)
    error: Exception | None = None

    async def run(self, call: Call, args: object) -> None:
        """Note what was asked, and say so or fail."""
        self.asked.append(args)
        if self.error is not None:
            raise self.error
        await call.whisper(Post("done"))

    def paint(self) -> Command[PaintArgs]:
        """Build `/paint`."""
        return Command("paint", "Paint something", PaintArgs, self.run, example="/paint a fox")

    def outline(self) -> Command[ShapeArgs]:
        """Build `/outline`."""
        return Command("outline", "Draw an outline", ShapeArgs, self.run)

    def wipe(self) -> Command[NoArgs]:
        """Build `/wipe`."""
        return Command("wipe", "Wipe the canvas", NoArgs, self.run)

    def press(self) -> Command[PressArgs]:
        """Build the button."""
        return Command("press", "Press it", PressArgs, self.run, is_typed=False)
