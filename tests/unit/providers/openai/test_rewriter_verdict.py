"""What is shown of a rewriting model's verdict."""

import pytest

from bot.domain.content import refusal_sentence
from bot.providers.openai.rewriter_verdict import ModelVerdict, ReasonCode, kind_of, parse_verdict, safer_prompt

SAID = '{"verdict":"rejected","reason_code":"violence","rewritten_prompt":null,"safer_prompt":null}'


def rejected(safer: str | None = None, reason: ReasonCode = ReasonCode.VIOLENCE) -> ModelVerdict:
    """Return a verdict that says no."""
    return ModelVerdict(verdict="rejected", reason_code=reason, rewritten_prompt=None, safer_prompt=safer)


@pytest.mark.parametrize("reason", set(ReasonCode) - {ReasonCode.OK, ReasonCode.OTHER})
def test_every_reason_is_a_kind_that_people_read_a_sentence_about(reason: ReasonCode) -> None:
    """Ours: a model's own words may be what somebody has smuggled in."""
    kind = kind_of(reason)
    assert kind is not None
    assert refusal_sentence(kind).endswith(".")
    assert refusal_sentence(kind) != refusal_sentence("")


@pytest.mark.parametrize("reason", [ReasonCode.SEXUAL_MINORS, ReasonCode.INTIMATE])
def test_of_what_is_never_drawn_no_wording_is_offered(reason: ReasonCode) -> None:
    """Whatever the model thinks would pass."""
    assert safer_prompt(rejected(safer="children at play", reason=reason)) is None


@pytest.mark.parametrize(
    ("safer", "offered"),
    [(None, None), ("", None), ("\u200b", None), (" two  cats\nplaying ", "two cats\nplaying"), ("x" * 5000, None)],
)
def test_a_safer_wording_is_one_that_could_be_typed(safer: str | None, offered: str | None) -> None:
    """Cleaned like anybody's words; what cannot be is not offered."""
    assert safer_prompt(rejected(safer=safer)) == offered


@pytest.mark.parametrize(
    "content",
    [
        SAID,
        f"\n {SAID} \n",
        f"```json\n{SAID}\n```",
        f"```\n{SAID}\n```\n",
        f"<think>\nIs it? {{}} ```json\n1\n``` No.\n</think>\n\n{SAID}",
        f"<think></think>```json\n{SAID}\n```",
    ],
)
def test_a_verdict_is_read_behind_a_thought_and_in_a_fence(content: str) -> None:
    """Models that cannot be held to a schema answer like that."""
    assert parse_verdict(content) == rejected()


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{SAID}\n```\n```json\n{SAID}\n```",
        f"{SAID}\n{SAID}",
        f"Here it is:\n```json\n{SAID}\n```",
        f"```json\n{SAID}\n```\nI hope that helps!",
        f"```json\n{SAID}",
        f"<think>\n{SAID}",
        f"<think>It is fine.</think> Allowed! {SAID}",
        f"{SAID}<think>Or is it?</think>",
        "<think>It is fine.</think>",
        "```json\n```",
        "",
    ],
)
def test_what_holds_more_than_one_verdict_and_its_wrapping_is_none(content: str) -> None:
    """Nobody guesses which of two was meant, or what words around one mean."""
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is no verdict
        parse_verdict(content)
