"""What is shown of a rewriting model's verdict."""

import pytest

from bot.providers.openai.rewriter_verdict import (
    ModelVerdict,
    ReasonCode,
    fallback_sentence,
    parse_verdict,
    safer_prompt,
    sentence_for,
)

SAID = '{"verdict":"rejected","reason_code":"violence","sentence":"","rewritten_prompt":null,"safer_prompt":null}'


def rejected(sentence: str = "", safer: str | None = None, reason: ReasonCode = ReasonCode.VIOLENCE) -> ModelVerdict:
    """Return a verdict that says no."""
    return ModelVerdict(verdict="rejected", reason_code=reason, sentence=sentence, rewritten_prompt=None, safer_prompt=safer)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("That would show cruelty to animals.", "That would show cruelty to animals."),
        ("That would show cruelty", "That would show cruelty."),
        ("Too cruel for us,\n\n  sorry about that!", "Too cruel for us, sorry about that!"),
        ("That is **too** `cruel` to be ~drawn~ here", "That is too cruel to be drawn here."),
        ("Too cruel, see https://evil.example/x for more", "Too cruel, see for more."),
        ("Too cruel, see evil.example for much more", "Too cruel, see for much more."),
        ("Too cruel, see [here](http://e.vil) my friend", "Too cruel, see my friend."),
        ("Hello @everyone this is too cruel", "Hello this is too cruel."),
        ("Hello <@1234> and <!channel> and x@everyone this is too cruel", "Hello and and this is too cruel."),
        ("Too cruel \u202e\u200bby far for us", "Too cruel by far for us."),
    ],
)
def test_the_models_sentence_is_shown_bare(said: str, shown: str) -> None:
    """No links, mentions, markup, line breaks or invisible characters."""
    assert sentence_for(rejected(said)) == shown


@pytest.mark.parametrize("said", ["", "   ", "No.", "https://evil.example/", "!!!!!!!!!!!!!!!!!!", "word " * 50, "x" * 300])
def test_where_little_is_left_or_too_much_our_own_sentence_is_shown(said: str) -> None:
    """People always learn a reason, and never read an essay."""
    assert sentence_for(rejected(said)) == fallback_sentence(ReasonCode.VIOLENCE)


def test_a_long_wall_of_anything_is_read_quickly() -> None:
    """A model that runs amok does not hold up the event loop."""
    assert sentence_for(rejected("a." * 200_000)) == fallback_sentence(ReasonCode.VIOLENCE)


@pytest.mark.parametrize("reason", ReasonCode)
def test_every_reason_has_a_sentence_of_its_own_that_ends(reason: ReasonCode) -> None:
    """It stands before another sentence."""
    assert fallback_sentence(reason).endswith(".")


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
