"""What happens to a wish when some of its calls fail, and what people read about it."""

import re
from dataclasses import replace

from bot.domain.jobs import Drawing, DrawingState, cancelled_once_drawn
from bot.errors import PromptRefused
from bot.pipeline.wish_calls import is_failure_of_one_call
from bot.provider_errors import OutcomeUnknown, ProviderFailed

_TOO_FEW = ("only ", "cancelled; ")
"""How such notes begin: of drawings of earlier versions nothing else says which ones are."""


def check_refusals(earlier: tuple[Drawing, ...]) -> None:
    """Raise `PromptRefused` where an earlier process died after a provider refused, or may have, and before it ended the job."""
    for drawing in earlier:
        if drawing.state is DrawingState.REFUSED:
            sentence = "The image service will not draw this; please try other words."
            raise PromptRefused(rule="refused_by_provider", sentence=sentence, request_id=drawing.request_id)


def most_pressing(errors: list[Exception]) -> Exception | None:
    """Return the error that decides about the job.

    First errors after which the job goes on elsewhere or later, then refusals,
    after which nobody else is asked, then unknown ends, which may forbid asking again.
    """

    def weight(error: Exception) -> int:
        if is_failure_of_one_call(error):
            return int(isinstance(error, OutcomeUnknown))
        return 2 if isinstance(error, PromptRefused | ProviderFailed) else 3

    return max(errors, key=weight, default=None)


def unusable_note(asked: int, came: int) -> tuple[str, ...]:
    """Return how many pictures of one call cannot be shown."""
    missing = asked - came
    if missing <= 0:
        return ()
    return (
        f"{missing} of {asked} pictures could not be used or did not come, and {'was' if missing == 1 else 'were'} not counted",
    )


def set_shortfall(drawing: Drawing, why: str) -> Drawing:
    """Return the drawing with another reason why there are too few pictures."""
    before = drawing.shortfall
    notes = tuple(one for one in drawing.notes if (one != before if before is not None else not one.startswith(_TOO_FEW)))
    return replace(drawing, notes=(*notes, why) if why else notes, shortfall=why)


def too_few_note(came: int, asked: int, error: PromptRefused | ProviderFailed) -> str:
    """Return how many pictures were not drawn, and why."""
    others = "the other one was" if asked - came == 1 else "the others were"
    return f"only {came} of {asked} pictures came, because {_because(error)}; {others} not counted"


def cancelled_note(drawn: tuple[Drawing, ...], asked: int) -> str:
    """Return how many pictures were drawn when somebody cancelled the others."""
    return cancelled_once_drawn(sum(len(drawing.files) for drawing in drawn), asked).text


def _because(error: PromptRefused | ProviderFailed) -> str:
    """Return the first clause of the error's sentence for people, which says what happened."""
    clause = re.split(r"[.;] ", error.user_text, maxsplit=1)[0]
    return clause[0].lower() + clause[1:]
