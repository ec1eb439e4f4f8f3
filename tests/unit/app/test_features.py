"""Is every feature in the table, with commands of its own?"""

import importlib
import pkgutil
from collections import Counter

import pytest

from bot.app import features
from bot.app.commands import declared_commands
from bot.config import Settings

MODULES = [found.name for found in pkgutil.iter_modules(features.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_every_feature_is_in_the_table(name: str) -> None:
    """A module that nobody lists would have commands that nobody can give."""
    assert importlib.import_module(f"bot.app.features.{name}").build_commands in features.FEATURES


def test_no_two_features_have_a_command_of_one_name() -> None:
    """The second would hide the first."""
    assert [name for name, times in Counter(command.name for command in declared_commands()).items() if times > 1] == []


@pytest.mark.parametrize("later", [{}, {"later": {"kind": "openai-batch", "api_key": "sk-made-up"}}])
def test_the_lane_is_offered_where_something_draws_relaxed(later: dict[str, object]) -> None:
    """Elsewhere it leads to a refusal only."""
    commands = declared_commands(Settings.model_validate({"providers": later}))
    imagine = next(command for command in commands if command.name == "imagine")
    assert ("lane" in [option.name for option in imagine.available_options]) == bool(later)
