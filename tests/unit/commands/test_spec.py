"""Asks whether a command's declaration is all that parsing needs."""

import dataclasses
from collections.abc import Mapping

import pytest

from bot.commands.spec import AnyCommand, part_id
from bot.domain.images import Shape
from bot.domain.options import Choice, Number, Text
from bot.errors import BadInput
from tests.unit.commands.sample import Easel, NoArgs, PaintArgs, PressArgs

PAINT, OUTLINE, WIPE, PRESS = Easel().paint(), Easel().outline(), Easel().wipe(), Easel().press()


def refusal(command: AnyCommand, raw: Mapping[str, object]) -> str:
    """Return what a person reads who sent that."""
    with pytest.raises(BadInput) as refused:
        command.parse(raw)
    return refused.value.user_text


def test_options_come_in_the_order_of_their_declaration() -> None:
    """With kind, default, and whether they must be given."""
    words, shape, count, title = PAINT.options
    assert [option.name for option in PAINT.options] == ["words", "shape", "count", "title"]
    assert (type(words.kind), words.default, words.is_required) == (Text, None, True)
    assert (type(shape.kind), shape.default, shape.is_required) == (Choice, Shape.SQUARE, False)
    assert (type(count.kind), count.default, count.is_required) == (Number, 1, False)
    assert (title.default, title.is_required) == (None, False)
    assert WIPE.options == ()


def test_what_a_platform_sent_becomes_checked_args() -> None:
    """Whether it sent text or numbers."""
    parsed = PAINT.parse({"words": "a fox", "shape": "wide", "count": 2, "title": "Fox"})
    assert parsed == PaintArgs("a fox", Shape.WIDE, 2, "Fox")


def test_what_is_absent_or_none_gets_its_default() -> None:
    """Platforms send either."""
    assert PAINT.parse({"words": "a fox", "shape": None}) == PaintArgs("a fox")
    assert WIPE.parse({}) == NoArgs()


@pytest.mark.parametrize("raw", [{}, {"words": None}, {"shape": "wide"}])
def test_what_must_be_given_is_asked_for_with_an_example(raw: Mapping[str, object]) -> None:
    """None is as good as nothing."""
    assert refusal(PAINT, raw) == "/paint still needs words (what to paint). For example: /paint a fox"


def test_everything_that_is_missing_is_named_at_once() -> None:
    """Without an example, where there is none."""
    assert refusal(OUTLINE, {}) == "/outline still needs count (how many) and shape (its shape)."


def test_an_unknown_option_is_refused_with_those_there_are() -> None:
    """And with a guess."""
    assert (
        refusal(PAINT, {"word": "x"}) == "/paint has no option “word”: it takes words, shape, count or title. Did you mean words?"
    )
    assert refusal(WIPE, {"x" * 99: 1}) == f"/wipe has no option “{'x' * 40}”: it takes no options."


def test_a_wrong_value_is_named_with_its_option() -> None:
    """The kind says the rest."""
    assert refusal(PAINT, {"words": "a fox", "count": 9}) == "count is a whole number from 1 to 4, not “9”."


def test_a_buttons_argument_is_its_commands_first_option() -> None:
    """A command without options is pressed with nothing."""
    assert PRESS.parse(PRESS.button_options("job-1")) == PressArgs("job-1")
    assert WIPE.parse(WIPE.button_options("job-1")) == NoArgs()


def test_what_leads_to_nothing_here_is_not_offered() -> None:
    """It is one of its options all the same."""
    here: AnyCommand = dataclasses.replace(PAINT, unavailable=frozenset({"count"}))
    assert [option.name for option in here.options] == ["words", "shape", "count", "title"]
    assert [option.name for option in here.available_options] == ["words", "shape", "title"]


def test_a_part_of_an_option_has_the_options_name_in_front() -> None:
    """So that it finds back to it."""
    assert part_id("slots", "subject") == "slots.subject"


def test_a_commands_options_are_read_from_its_class_once() -> None:
    """Each call asks for them, and reading annotations takes longer than all else about parsing."""
    assert PAINT.options is PAINT.options
