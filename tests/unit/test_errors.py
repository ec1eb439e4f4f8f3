"""Asks whether every error says to people what happened, what it cost, and what to do; and to the log why."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import (
    BadInput,
    BudgetExceeded,
    Busy,
    ConfigError,
    EaselError,
    InternalError,
    LeaseLost,
    MessageGone,
    NotAllowed,
    NotYours,
    ObjectMissing,
    PromptRefused,
    QuotaExceeded,
    Refusal,
    StorageFailed,
    SurfaceFailed,
    TenantQuotaExceeded,
)
from bot.provider_errors import GuardUnavailable, OutcomeUnknown, ProviderFailed, ProviderFault

MIDNIGHT = datetime(2026, 3, 15, tzinfo=ZoneInfo("Europe/Berlin"))

ONE_OF_EACH: list[EaselError] = [
    BadInput("Say what to draw."),
    PromptRefused(rule="blocklist", sentence="That is not drawn here."),
    QuotaExceeded(cost=2, left=1, refills_at=MIDNIGHT),
    NotAllowed("Only moderators may do that."),
    NotYours(),
    Busy("Three of your pictures are being drawn; please wait for one.", retry_after=timedelta(seconds=9)),
    TenantQuotaExceeded(cost=2, left=1, refills_at=MIDNIGHT),
    BudgetExceeded(scope="house", period="day", limit=5),
    *(ProviderFailed("openai", "why", fault=fault) for fault in ProviderFault),
    OutcomeUnknown("openai", "cut"),
    OutcomeUnknown("openai", "late", fault=ProviderFault.TIMED_OUT),
    SurfaceFailed("discord", "500"),
    MessageGone("discord", "404"),
    GuardUnavailable("moderation", "timeout"),
    StorageFailed("sqlite", "locked"),
    ObjectMissing("disk", "no such key"),
    LeaseLost("job-1", 2),
    ConfigError("openai.model: there is no model “dall-e-9”."),
    InternalError("c0ffee"),
]


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: f"{error.kind}-{getattr(error, 'fault', '')}")
def test_every_error_has_a_sentence_for_people_and_one_for_the_log(error: EaselError) -> None:
    """The chat gets whole sentences; the log gets something to search for."""
    assert error.user_text[0].isupper() or error.kind == "config_error"
    assert error.user_text.endswith(".")
    assert str(error)


def test_every_kind_is_a_word_of_its_own() -> None:
    """Programs tell errors apart by it."""
    kinds: dict[str, type[EaselError]] = {}
    for error in ONE_OF_EACH:
        assert kinds.setdefault(error.kind, type(error)) is type(error)


@pytest.mark.parametrize("typed", [BadInput("“my secret” is not a size."), NotAllowed("“my secret” is not yours to see.")])
def test_what_was_typed_stays_out_of_the_log(typed: Refusal) -> None:
    """The sentence may repeat it, the log may not."""
    assert "secret" not in str(typed)


def test_a_refused_prompt_cost_nothing_and_says_so() -> None:
    """The rule goes to the log, the sentence to the person, the safer wording to whoever offers it."""
    error = PromptRefused(rule="real_person", sentence="Real people are not drawn here.", safer="a king of old")
    assert str(error) == "rule=real_person"
    assert error.user_text == "Real people are not drawn here. Nothing was drawn and nothing was counted."
    assert (error.rule, error.safer) == ("real_person", "a king of old")


def test_a_provider_that_refuses_can_be_asked_why() -> None:
    """By its own id of the request, which is for the log."""
    error = PromptRefused(rule="moderation_blocked", sentence="No.", request_id="req-9")
    assert str(error) == "rule=moderation_blocked request_id=req-9"
    assert error.request_id == "req-9"
    assert "req-9" not in error.user_text


def test_words_that_nobody_could_judge_are_our_fault() -> None:
    """Not the person's; and nothing was counted."""
    assert "our fault" in GuardUnavailable("moderation", "timeout").user_text
    assert str(GuardUnavailable("moderation", "timeout")) == "stage=moderation reason=timeout"


@pytest.mark.parametrize(
    ("left", "in_credits", "what"),
    [
        (0, 0, "You have no pictures left today."),
        (2, 0, "That needs 3 pictures and you have 2 left today."),
        (0, 1, "That needs 3 pictures and you have 0 left today and 1 credit."),
    ],
)
def test_an_empty_purse_is_told_when_it_fills_again(left: int, in_credits: int, what: str) -> None:
    """The time is the community's own, with the name of its zone."""
    error = QuotaExceeded(cost=3, left=left, refills_at=MIDNIGHT, credits_left=in_credits)
    assert error.user_text == f"{what} More at 00:00 CET; nothing was counted."
    assert "2026-03-15T00:00:00+01:00" in str(error)


@pytest.mark.parametrize("fault", ProviderFault)
def test_only_passing_faults_are_temporary(fault: ProviderFault) -> None:
    """Another try helps where the service was busy or away, and nowhere else."""
    passing = {ProviderFault.UNREACHABLE, ProviderFault.RATE_LIMITED, ProviderFault.OVERLOADED}
    error = ProviderFailed("openai", "why", fault=fault, retry_after=timedelta(seconds=3), request_id="req-7")
    assert error.is_temporary is (fault in passing)
    assert error.user_text.endswith("Nothing was counted.")
    assert "request_id=req-7" in str(error)
    assert (error.provider, error.fault, error.retry_after) == ("openai", fault, timedelta(seconds=3))


@pytest.mark.parametrize("fault", ProviderFault)
def test_an_unknown_outcome_is_never_temporary(fault: ProviderFault) -> None:
    """A repeat might be paid for twice, whatever went wrong."""
    assert not OutcomeUnknown("openai", "cut", fault=fault).is_temporary


def test_an_unknown_outcome_says_whether_it_was_slow_or_silent() -> None:
    """Both offer to draw it again."""
    assert "took too long" in OutcomeUnknown("openai", "late", fault=ProviderFault.TIMED_OUT).user_text
    assert "went silent" in OutcomeUnknown("openai", "cut").user_text
    assert OutcomeUnknown("openai", "cut", request_id="req-8").request_id == "req-8"


def test_a_platform_may_take_later_what_it_does_not_take_now() -> None:
    """What is gone, though, stays gone."""
    assert SurfaceFailed("slack", "429", retry_after=timedelta(seconds=9)).is_temporary
    assert SurfaceFailed("slack", "429", retry_after=timedelta(seconds=9)).retry_after == timedelta(seconds=9)
    assert not MessageGone("slack", "404").is_temporary


def test_a_fault_can_be_quoted() -> None:
    """The code in the sentence is the code in the log."""
    assert "c0ffee" in InternalError("c0ffee").user_text
    assert "c0ffee" in str(InternalError("c0ffee"))
    assert InternalError("c0ffee").code == "c0ffee"


def test_a_config_error_reads_alike_everywhere() -> None:
    """Whoever runs the bot is its only reader."""
    error = ConfigError("openai.model is empty; name a model.")
    assert str(error) == error.user_text == "openai.model is empty; name a model."


def test_refusals_are_told_apart_from_failures() -> None:
    """A rule said no, or something broke: people see which."""
    refusals = {type(error) for error in ONE_OF_EACH if isinstance(error, Refusal)}
    assert refusals == {BadInput, PromptRefused, QuotaExceeded, NotAllowed, NotYours, Busy, TenantQuotaExceeded, BudgetExceeded}


def test_what_is_missing_is_a_failure_of_the_store_too() -> None:
    """Whoever waits for a store to come back may wait for a missing object alike."""
    assert isinstance(ObjectMissing("disk", "gone"), StorageFailed)
    assert isinstance(OutcomeUnknown("openai", "cut"), ProviderFailed)
    assert isinstance(MessageGone("slack", "404"), SurfaceFailed)


def test_utc_is_named_where_that_is_the_zone() -> None:
    """A house without a zone of its own counts by UTC."""
    assert "More at 00:00 UTC" in QuotaExceeded(cost=1, left=0, refills_at=datetime(2026, 3, 15, tzinfo=UTC)).user_text
