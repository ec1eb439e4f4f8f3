"""What becomes of a wish of whose calls some failed, and what people read about it."""

import re
from dataclasses import replace

from bot.domain.jobs import Drawing, DrawingState, cancelled_once_drawn
from bot.errors import PromptRefused
from bot.pipeline.wish_calls import is_failure_of_one_call
from bot.provider_errors import OutcomeUnknown, ProviderFailed

_TOO_FEW = ("only ", "cancelled; ")
"""How such notes begin: of drawings of earlier versions nothing else says which ones are."""


def check_refusals(earlier: tuple[Drawing, ...]) -> None:
    """Raise `PromptRefused` where a provider refused, perhaps, and the process was killed before it could say so to anybody."""
    for drawing in earlier:
        if drawing.state is DrawingState.REFUSED:
            sentence = "The image service will not draw this; please try other words."
            raise PromptRefused(rule="refused_by_provider", sentence=sentence, request_id=drawing.request_id)


def most_pressing(errors: list[Exception]) -> Exception | None:
    """Return the error that decides what becomes of the job.

    First what keeps it from going on here, then a refusal, after which nobody
    is asked, then an unknown outcome, which may forbid to ask again.
    """

    def weight(error: Exception) -> int:
        if is_failure_of_one_call(error):
            return int(isinstance(error, OutcomeUnknown))
        return 2 if isinstance(error, PromptRefused | ProviderFailed) else 3

    return max(errors, key=weight, default=None)


def unusable_note(asked: int, came: int) -> tuple[str, ...]:
    """Say how many pictures of those that one call was asked for cannot be shown."""
    missing = asked - came
    if missing <= 0:
        return ()
    return (
        f"{missing} of {asked} pictures could not be used or did not come, and {'was' if missing == 1 else 'were'} not counted",
    )


def set_shortfall(drawing: Drawing, why: str) -> Drawing:
    """Return a drawing that says why there are too few pictures, in the place of what it said of that before."""
    before = drawing.shortfall
    notes = tuple(one for one in drawing.notes if (one != before if before is not None else not one.startswith(_TOO_FEW)))
    return replace(drawing, notes=(*notes, why) if why else notes, shortfall=why)


def too_few_note(came: int, asked: int, error: PromptRefused | ProviderFailed) -> str:
    """Say how many pictures were not drawn, and why."""
    others = "the other one was" if asked - came == 1 else "the others were"
    return f"only {came} of {asked} pictures came, because {_because(error)}; {others} not counted"


def cancelled_note(drawn: tuple[Drawing, ...], asked: int) -> str:
    """Say how many pictures were drawn when somebody cancelled the others."""
    return cancelled_once_drawn(sum(len(drawing.files) for drawing in drawn), asked).text


def _because(error: PromptRefused | ProviderFailed) -> str:
    """Return the first clause of what the error says to people, which says what happened."""
    clause = re.split(r"[.;] ", error.user_text, maxsplit=1)[0]
    return clause[0].lower() + clause[1:]
