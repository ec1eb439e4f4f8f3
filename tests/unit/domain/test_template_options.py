"""Tests for what is typed for a template's slots."""

from collections.abc import Mapping

import pytest

from bot.domain.template_options import SlotValues, TemplateRef
from bot.errors import BadInput

SLOTS = SlotValues("slots")


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", {}),
        ("=", {}),
        ("two foxes", {"": "two foxes"}),
        ("a=1 b=2", {"a": "1", "b": "2"}),
        ('headline="Summer sale", subject = a beach at dusk;', {"headline": "Summer sale", "subject": "a beach at dusk"}),
        ("headline=“a = b”", {"headline": "a = b"}),
        ('a="x=1 y=2" b=z', {"a": "x=1 y=2", "b": "z"}),
        ('a=says "hi" loudly', {"a": 'says "hi" loudly'}),
        ("a=https://x.org/?q=1", {"a": "https://x.org/?q=1"}),
        ("größe=klein", {"größe": "klein"}),
        ("a=", {"a": ""}),
        ("fox a=1", {"": "fox", "a": "1"}),
        ("a={b} b={{c}}", {"a": "{b}", "b": "{{c}}"}),
        ({"a": "x"}, {"a": "x"}),
    ],
)
def test_slots_are_read(typed: object, values: Mapping[str, str]) -> None:
    """With or without quotes; a form gives them one by one."""
    assert SLOTS.parse("slots", typed) == values


@pytest.mark.parametrize(
    ("typed", "sentence"), [("a=1 a=2", "“a” stands there twice"), ("x" * 5000, "2,750 is the most"), (3, "words")]
)
def test_what_is_no_slots_is_said(typed: object, sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput) as caught:
        SLOTS.parse("slots", typed)
    assert sentence in caught.value.user_text


@pytest.mark.parametrize("typed", ["id:", "id:../x", f"id:{'x' * 65}", "id:a b", "two words"])
def test_what_is_no_template_is_said(typed: str) -> None:
    """Neither a name nor what a button carries."""
    with pytest.raises(BadInput):
        TemplateRef("which").parse("name", typed)
    assert TemplateRef("which").parse("name", " id:built-in.poster ") == "id:built-in.poster"
