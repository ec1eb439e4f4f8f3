"""How categories are named to people."""

import pytest

from bot.providers.shared.moderation_categories import because_of, category_name


@pytest.mark.parametrize(
    ("spelled", "plain"),
    [
        ("sexual/minors", "sexual content about minors"),
        ("sexual_minors", "sexual content about minors"),
        ("Self-Harm/Intent", "self-harm"),
        ("self_harm", "self-harm"),
        ("violence", "violence"),
        ("something new", None),
        ("", None),
    ],
)
def test_every_spelling_of_a_category_has_plain_words(spelled: str, plain: str | None) -> None:
    """What we do not know we do not name."""
    assert category_name(spelled) == plain


def test_several_categories_make_one_phrase_without_repeats() -> None:
    """People read each reason once."""
    assert because_of(("self-harm", "self-harm/intent", "x", "hate")) == " because of self-harm and hate"
    assert because_of(("x",)) == ""
