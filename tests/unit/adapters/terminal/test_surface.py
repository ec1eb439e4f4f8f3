"""Does the terminal show where a job stands, once and harmlessly, and nothing when it is to be quiet?"""

import io

import pytest
from rich.console import Console

from bot.adapters.terminal import TERMINAL, TerminalSurface
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.domain.people import Identity

PLACE = Place(TERMINAL, "", "0", "run")
OTHER = MessageRef(PLACE, "another run's")


class Screen:
    """A console whose output can be read; `is_terminal` says whether bars can move on it."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=is_terminal, width=100, color_system=None)

    @property
    def text(self) -> str:
        """Everything that was written."""
        return self.file.getvalue()


async def test_each_new_text_is_one_line_where_nothing_can_move() -> None:
    """A log file does not want a hundred lines of percent."""
    screen = Screen()
    surface = TerminalSurface(screen.console)
    message = await surface.post(PLACE, Post("Drawing: a fox · 2nd in line", Tone.WAITING, progress=0.0), key="k")
    for share in (0.1, 0.2, 0.3):
        await surface.update(message, Post("Drawing: a fox", Tone.WORKING, progress=share))
    await surface.update(message, Post("a fox", Tone.DONE, footer=("3 s", "$0.0531")))
    assert screen.text == "… Drawing: a fox · 2nd in line\n… Drawing: a fox\n✓ a fox · 3 s · $0.0531\n"


async def test_a_bar_moves_on_a_terminal_and_is_gone_at_the_end() -> None:
    """What stays is one line."""
    screen = Screen(is_terminal=True)
    surface = TerminalSurface(screen.console)
    message = await surface.post(PLACE, Post("Drawing: a fox · 2nd in line", Tone.WAITING, progress=0.0), key="k")
    await surface.update(message, Post("Drawing: a fox", Tone.WORKING, progress=0.5))
    await surface.update(message, Post("a fox", Tone.DONE))
    assert screen.text.endswith("✓ a fox\n")
    assert "2nd in line" in screen.text
    assert screen.text.count("\x1b[?25l") == screen.text.count("\x1b[?25h") == 1


async def test_closing_gives_the_cursor_back_whatever_is_under_way() -> None:
    """Ctrl-C comes in the middle."""
    screen = Screen(is_terminal=True)
    surface = TerminalSurface(screen.console)
    message = await surface.post(PLACE, Post("Drawing: a fox", Tone.WORKING), key="k")
    surface.close()
    shown = screen.text
    assert shown.endswith("\x1b[?25h") or "\x1b[?25h" in shown
    await surface.update(message, Post("a fox", Tone.DONE))
    assert screen.text == shown
    assert not surface.has_ended


@pytest.mark.parametrize(("tone", "mark"), [(Tone.DONE, "✓"), (Tone.REFUSED, "✗"), (Tone.FAILED, "✗")])
async def test_an_end_is_marked_and_remembered(tone: Tone, mark: str) -> None:
    """Whoever waits for the end need not say it a second time."""
    screen = Screen()
    surface = TerminalSurface(screen.console)
    await surface.update(OTHER, Post("a fox – no.", tone))
    assert screen.text == f"{mark} a fox – no.\n"
    assert surface.has_ended


async def test_the_same_post_again_changes_nothing() -> None:
    """As the port asks of every surface."""
    screen = Screen()
    surface = TerminalSurface(screen.console)
    for _ in range(2):
        await surface.post(PLACE, Post("a fox", Tone.DONE), key="k")
    assert screen.text == "✓ a fox\n"


async def test_a_quiet_surface_takes_everything_and_shows_nothing() -> None:
    """The standard output belongs to the JSON, and the service has no terminal."""
    screen = Screen()
    surface = TerminalSurface(screen.console, quiet=True)
    message = await surface.post(PLACE, Post("a", Tone.WAITING), key="k")
    assert message == MessageRef(PLACE, "k")
    await surface.update(message, Post("b", Tone.FAILED))
    await surface.delete(message)
    await surface.delete(message)
    assert screen.text == ""


async def test_deleting_takes_a_moving_line_away() -> None:
    """Twice is no error."""
    screen = Screen(is_terminal=True)
    surface = TerminalSurface(screen.console)
    message = await surface.post(PLACE, Post("Drawing: a fox", Tone.WORKING), key="k")
    await surface.delete(message)
    await surface.delete(message)
    assert screen.text.count("\x1b[?25h") == 1


@pytest.mark.parametrize("is_terminal", [True, False])
async def test_no_text_gives_the_terminal_orders(*, is_terminal: bool) -> None:
    """Escape sequences, line breaks, reversed directions and our own markup are shown as what they are, or not at all."""
    screen = Screen(is_terminal=is_terminal)
    surface = TerminalSurface(screen.console)
    hostile = "[red]a[/red] \x1b]0;owned\x07 \x9b2J\n\u202egnp.exe :fox:"
    await surface.post(PLACE, Post(hostile, Tone.WORKING), key="k")
    await surface.post(PLACE, Post(hostile, Tone.DONE), key="k")
    assert "[red]a[/red] ]0;owned 2J gnp.exe :fox:" in screen.text
    assert not {"\x07", "\x9b", "\u202e"} & set(screen.text)
    assert "\x1b]" not in screen.text


async def test_a_direct_message_goes_to_the_persons_own_terminal() -> None:
    """Nobody else reads there."""
    place = await TerminalSurface(Screen().console).direct(Identity(TERMINAL, "", "1000"))
    assert place == Place(TERMINAL, "", "1000")
