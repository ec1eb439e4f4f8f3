"""Errors of calls to AI services: what was wrong with an answer, and what that means for the caller."""

from datetime import timedelta
from enum import StrEnum

from bot.errors import EaselError


class ProviderFault(StrEnum):
    """What was wrong with a provider's answer."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    LOADING = "loading"
    OUT_OF_MEMORY = "out_of_memory"
    OUT_OF_MONEY = "out_of_money"
    BAD_KEY = "bad_key"
    NOT_PERMITTED = "not_permitted"
    BAD_REQUEST = "bad_request"
    BAD_ANSWER = "bad_answer"


_FAULT_SENTENCES = {
    ProviderFault.UNREACHABLE: "{service} could not be reached; please try again in a few minutes.",
    ProviderFault.TIMED_OUT: "{service} took too long; please try again in a few minutes.",
    ProviderFault.RATE_LIMITED: "{service} gets more requests than it can take; please try again in a minute.",
    ProviderFault.OVERLOADED: "{service} is overloaded; please try again in a few minutes.",
    ProviderFault.LOADING: "{service} is still loading its model; please try again in a few minutes.",
    ProviderFault.OUT_OF_MEMORY: "{service} has not enough memory for this; please ask for a smaller picture, or for fewer.",
    ProviderFault.OUT_OF_MONEY: "{service}'s account is out of credit; whoever runs this bot has to top it up.",
    ProviderFault.BAD_KEY: "{service} does not accept this bot's key; whoever runs this bot has to mend it.",
    ProviderFault.NOT_PERMITTED: "{service} does not let this bot use that model; whoever runs this bot has to mend it.",
    ProviderFault.BAD_REQUEST: "{service} did not understand the request; whoever runs this bot can find the reason in its log.",
    ProviderFault.BAD_ANSWER: "{service} sent an answer that cannot be used; please try again.",
}


_MAYBE_REFUSED = "did not take the request and does not say why, perhaps because of the words"
_MAYBE_REFUSED_BY_FAULT = {ProviderFault.BAD_ANSWER: "gave no picture, perhaps because its own filter stopped it"}

_UNKNOWN_OUTCOMES = {
    ProviderFault.TIMED_OUT: "took too long",
    ProviderFault.OVERLOADED: "answered with an error that does not say whether it drew",
    ProviderFault.BAD_ANSWER: "sent an answer that could not be read",
}

REWRITER = "rewriter"
"""The provider's name in failures of whoever prepares prompts."""


LASTING_FAULTS = {ProviderFault.OUT_OF_MONEY, ProviderFault.BAD_KEY, ProviderFault.NOT_PERMITTED}
"""What holds for every call, and does not pass by itself."""

_PERMANENT_FAULTS = {*LASTING_FAULTS, ProviderFault.BAD_REQUEST}
"""What only whoever runs the bot can mend."""


def _service_name(provider: str) -> str:
    return "The service that prepares prompts" if provider == REWRITER else "The image service"


class ProviderFailed(EaselError):
    """A provider did not do its work, and says or shows that it did not charge for it.

    `retry_after` is how long the provider asks us to wait, and `per_minute`
    how many calls a minute it takes, where it says so.
    `may_be_refusal` is set where the provider may not have liked the words,
    without saying so: then nobody else is asked to draw them.
    """

    kind = "provider_failed"

    def __init__(
        self,
        provider: str,
        reason: str,
        *,
        fault: ProviderFault,
        request_id: str | None = None,
        retry_after: timedelta | None = None,
        per_minute: int | None = None,
        may_be_refusal: bool = False,
    ) -> None:
        sentence = _FAULT_SENTENCES[fault].format(service=_service_name(provider))
        if may_be_refusal:
            sentence = f"{_service_name(provider)} {_MAYBE_REFUSED_BY_FAULT.get(fault, _MAYBE_REFUSED)}; please try other words."
        super().__init__(
            f"provider={provider} fault={fault} reason={reason} request_id={request_id}",
            user_text=f"{sentence} Nothing was counted.",
        )
        self.provider = provider
        self.fault = fault
        self.request_id = request_id
        self.retry_after = retry_after
        self.per_minute = per_minute
        self.may_be_refusal = may_be_refusal

    @property
    def is_temporary(self) -> bool:
        """Whether the same call may well succeed a little later."""
        return self.fault in {ProviderFault.UNREACHABLE, ProviderFault.RATE_LIMITED, ProviderFault.OVERLOADED}


class OutcomeUnknown(ProviderFailed):
    """The call went out and no answer came back: it may have been drawn and charged for.

    Never repeated on its own: see `[drawing] when_unknown`.
    """

    kind = "outcome_unknown"

    def __init__(
        self,
        provider: str,
        reason: str,
        *,
        fault: ProviderFault = ProviderFault.UNREACHABLE,
        request_id: str | None = None,
    ) -> None:
        super().__init__(provider, reason, fault=fault, request_id=request_id)
        what = _UNKNOWN_OUTCOMES.get(fault, "went silent before the picture came back")
        self.user_text = f"The image service {what}. Nothing was counted; you can draw it again."

    @classmethod
    def by_interruption(cls, provider: str) -> "OutcomeUnknown":
        """Return the error of a call whose answer nobody waited for, because easel itself was stopped or broke down."""
        error = cls(provider, "cut off while it was drawing")
        error.user_text = (
            "The bot was interrupted while this was being drawn, so the picture is lost. "
            "Nothing was counted; you can draw it again."
        )
        return error

    @property
    def is_temporary(self) -> bool:
        """Return False: a repeat might be paid for twice."""
        return False


class StillDrawing(EaselError):
    """A call that was made before goes on for long: the job's next worker asks for it after `pause`.

    `is_new` says that it was made just now.
    """

    kind = "still_drawing"

    def __init__(self, provider: str, pause: timedelta, *, is_new: bool = False) -> None:
        super().__init__(
            f"provider={provider} pause={pause}", user_text="The image service draws it when it has time, usually within hours."
        )
        self.provider = provider
        self.pause = pause
        self.is_new = is_new


class PicturesLost(OutcomeUnknown):
    """The call was answered and paid for, and the machine that has the pictures does not come back with them."""

    def __init__(self, provider: str) -> None:
        super().__init__(provider, "the machine that has the pictures is gone")
        self.user_text = (
            "This was drawn, but the machine that has the picture does not come back, so the picture is lost. "
            "Nothing was counted; you can draw it again."
        )


class GuardUnavailable(EaselError):
    """A model that judges words gave no judgement, so nothing is drawn. `fault` says what was wrong, where that is known."""

    kind = "guard_unavailable"

    def __init__(self, stage: str, reason: str, *, fault: ProviderFault | None = None) -> None:
        if fault in _PERMANENT_FAULTS:
            text = _FAULT_SENTENCES[fault].format(service="The service that checks words")
            text = f"{text} Nothing was drawn and nothing was counted."
        else:
            text = "Your words could not be checked just now, which is our fault. Nothing was drawn or counted; try again later."
        super().__init__(f"stage={stage} reason={reason}", user_text=text)
        self.fault = fault


class PictureUnchecked(EaselError):
    """A picture was drawn and paid for, and nobody could judge it: it is shown once somebody has, or not at all."""

    kind = "guard_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            reason,
            user_text=(
                "Your picture is drawn, but it could not be checked before showing it, which is our fault. "
                "Nothing was counted; please try again later."
            ),
        )
