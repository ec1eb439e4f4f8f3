"""Does a run of the command line say who calls, from where, and keep what is whispered?"""

from rich.console import Console

from bot.adapters.terminal import TERMINAL, TerminalCall, TerminalSurface
from bot.domain.chat import Place, Post, Tone
from bot.domain.people import Identity


def call(key: str = "terminal:1") -> TerminalCall:
    """Make a call that shows nothing."""
    return TerminalCall(key=key, user="1000", name="ada", surface=TerminalSurface(Console(), quiet=True))


def test_the_person_is_whoever_the_system_says() -> None:
    """Their id, not their name, owns the quota."""
    assert call().person.identity == Identity(TERMINAL, "", "1000")
    assert call().person.name == "ada"
    assert call().message is None


def test_two_runs_are_two_places() -> None:
    """One person in two shells sees each job in its own."""
    assert call("terminal:1").place == Place(TERMINAL, "", "1000", "terminal:1")
    assert call("terminal:1").place != call("terminal:2").place


async def test_an_answer_is_a_message_of_the_run() -> None:
    """Its reference survives in the job."""
    made = call()
    message = await made.answer(Post("Drawing", Tone.WAITING), key="job-1")
    assert (message.place, message.id) == (made.place, "job-1")


async def test_whispers_are_kept_for_whoever_started_the_run() -> None:
    """They are printed, or put into the JSON."""
    made = call()
    await made.whisper(Post("No.", Tone.REFUSED, "bad_input"))
    assert made.whispers == [Post("No.", Tone.REFUSED, "bad_input")]
