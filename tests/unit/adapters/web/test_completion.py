"""Asks whether the page's completion knows what the commands declare."""

from typing import Any

import pytest

from bot.adapters.web.completion import CommandDescription, OptionDescription, describe_commands
from bot.commands.imagine import imagine
from bot.commands.translations import load_translations
from bot.domain.allowances import Weights
from bot.domain.chat import Place
from bot.domain.images import Quality
from bot.domain.options import Suggestion
from bot.domain.people import Person
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.studio import FakeStudio
from tests.fakes.surfaces import SQUARE, RecordingSurface, person


@pytest.fixture
async def cards() -> dict[str, CommandDescription]:
    """Describe the fake studio's commands."""
    studio = FakeStudio(RecordingSurface(), StoppedClock(), CountingIds())
    described = await describe_commands(studio.commands, person(), SQUARE)
    return {card.name: card for card in described.commands}


def test_only_what_can_be_typed_is_there(cards: dict[str, CommandDescription]) -> None:
    """Buttons are not, and the order is that of the declarations."""
    assert list(cards) == ["imagine", "edit", "gallery", "audit", "help"]


def test_a_command_says_what_it_is_for(cards: dict[str, CommandDescription]) -> None:
    """With an example."""
    imagine = cards["imagine"]
    assert (imagine.summary, imagine.example) == ("Draw a picture from words", "/imagine a lighthouse in a storm")


def test_each_kind_of_option_tells_what_it_takes(cards: dict[str, CommandDescription]) -> None:
    """Choices, bounds, defaults."""
    prompt, shape, _, count, size = cards["imagine"].options
    assert prompt == OptionDescription(
        name="prompt",
        label="prompt",
        kind="text",
        summary="What to draw, in any language",
        is_required=True,
        default=None,
        longest=4000,
    )
    assert (shape.kind, shape.choices, shape.default, shape.is_required) == (
        "choice",
        ("square", "wide", "tall"),
        "square",
        False,
    )
    assert (count.kind, count.least, count.most, count.default) == ("number", 1, 4, "1")
    assert (size.kind, size.choices, size.default) == ("size", (), None)


def test_a_command_without_options_has_none(cards: dict[str, CommandDescription]) -> None:
    """Nothing is made up."""
    assert cards["gallery"].options == ()


async def test_what_a_choice_costs_is_said() -> None:
    """Where it is made."""
    nobody: Any = None
    [card] = (await describe_commands((imagine(nobody, Weights({Quality.HIGH: 2})),), person(), SQUARE)).commands
    assert [option.summary for option in card.options if option.name == "quality"] == [
        "How much work goes into it; better takes longer; high counts as 2 pictures"
    ]


async def test_an_option_whose_values_depend_on_who_asks_offers_theirs() -> None:
    """Here the models that this person may use."""

    async def suggest(who: Person, where: Place) -> tuple[Suggestion, ...]:
        assert (who, where) == (person(), SQUARE)
        return (Suggestion("flux", "flux – good at light"),)

    nobody: Any = None
    [card] = (await describe_commands((imagine(nobody, None, suggest),), person(), SQUARE)).commands
    [model] = [option for option in card.options if option.name == "model"]
    assert (model.kind, model.choices) == ("choice", ("flux",))


async def test_what_is_said_of_commands_is_in_a_language_and_what_is_typed_is_not() -> None:
    """What choices cost is said in English only, so it is left out."""
    nobody: Any = None
    command = imagine(nobody, Weights({Quality.HIGH: 2}))
    found = await describe_commands((command,), person(), SQUARE, load_translations(), "de")
    [card] = found.commands
    [count] = [option for option in card.options if option.name == "count"]
    assert (found.language, card.name, card.summary) == ("de", "imagine", "Ein Bild aus Worten zeichnen")
    assert (count.label, count.summary) == ("anzahl", "Wie viele Bilder")


@pytest.mark.parametrize("has_lanes", [True, False])
async def test_the_lane_is_offered_where_there_is_one(has_lanes: bool) -> None:
    """Where nothing draws relaxed, it leads to a refusal only."""
    nobody: Any = None
    [card] = (await describe_commands((imagine(nobody, has_lanes=has_lanes),), person(), SQUARE)).commands
    assert ("lane" in [option.name for option in card.options]) == has_lanes
