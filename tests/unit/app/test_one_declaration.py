"""Is what can be asked for declared once, for the chats, the REST API and the command line?"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any

import pytest
import typer
from pydantic import ValidationError
from typer.testing import CliRunner

from bot.adapters.discord.application_commands import render_commands
from bot.adapters.web.rest.models import DrawRequest, model_of
from bot.app.commands import declared_commands
from bot.cli.option_flags import with_options_of
from bot.cli.program import app
from bot.commands.spec import Command
from bot.commands.translations import Translations
from bot.commands.typed_line import read_options
from bot.domain.options import Choice, JobRef, Number, OptionText
from bot.domain.wishes import Draft, Wish
from bot.ports.surfaces import Call


class FutureTemplate(StrEnum):
    """What nobody can ask for yet."""

    POSTER = "poster"
    STAMP = "stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class WiderDraft(Draft):
    """A draft that takes more than easel knows of."""

    template: Annotated[FutureTemplate | None, Choice("What to begin with", FutureTemplate), OptionText("It is drawn over.")] = (
        None
    )
    margin: Annotated[int, Number("Margin in pixels", least=0, most=64)] = 8
    start: Annotated[str | None, JobRef("A picture to begin with")] = None


OF_A_COMMUNITY = ["brand", "negative", "for", "style"]
"""What `/imagine` alone takes: it becomes words and pictures of the draft, by what a community has."""

NEW = ["template", "margin", "start"]


async def nothing(call: Call, draft: WiderDraft) -> None:
    """Stand in for the studio."""


WIDER = Command("imagine", "Draw a picture from words", WiderDraft, nothing)


def test_an_option_that_is_declared_is_typed_and_in_menus() -> None:
    """In any chat."""
    draft = WIDER.parse(read_options(WIDER, "a fox --template poster --margin 0 --start j1"))
    assert draft == WiderDraft(prompt="a fox", template=FutureTemplate.POSTER, margin=0, start="j1")
    [entry] = render_commands([WIDER], Translations())
    assert [option["name"] for option in entry["options"]][-3:] == NEW


def test_an_option_that_is_declared_is_in_the_rest_api() -> None:
    """With its bounds, its choices, and what it says of itself; a number is a number."""
    model: Any = model_of(WiderDraft)
    described = model.model_json_schema()["properties"]
    assert list(described)[-3:] == NEW
    assert described["template"]["description"] == "It is drawn over."
    assert described["margin"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 64,
        "default": 8,
        "title": "Margin",
        "description": "Margin in pixels.",
    }
    order = model(prompt="a fox", template="stamp", margin=3)
    assert (order.template, order.margin, order.start) == (FutureTemplate.STAMP, 3, None)
    for wrong in ({"template": "x"}, {"margin": "3"}, {"margin": 65}, {"start": "x" * 201}, {"zebra": 1}):
        with pytest.raises(ValidationError):
            model(prompt="a fox", **wrong)


def test_an_option_that_is_declared_is_a_flag_of_the_command_line() -> None:
    """It comes as it was typed; the command itself checks it."""
    came: list[dict[str, object]] = []
    line = typer.Typer()

    @line.command()
    @with_options_of(WiderDraft)
    def draw(*, loud: Annotated[bool, typer.Option("--loud")] = False, **asked: object) -> None:
        came.append({"loud": loud, **asked})

    done = CliRunner().invoke(line, ["a", "fox", "--template", "poster", "--loud"])
    assert done.exit_code == 0, done.output
    [asked] = came
    assert {name: asked[name] for name in ("prompt", "loud", *NEW)} == {
        "prompt": ["a", "fox"],
        "loud": True,
        "template": "poster",
        "margin": "8",
        "start": None,
    }
    shown = CliRunner().invoke(line, ["--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert "--template" in shown
    assert "It is drawn over." in shown


def test_every_door_takes_what_a_draft_has() -> None:
    """And a wish has room for all of it; its pictures are kept, and are inputs then."""
    names = [field.name for field in fields(Draft)]
    imagine = next(command for command in declared_commands() if command.name == "imagine")
    assert [option.name for option in imagine.options] == [*names, *OF_A_COMMUNITY]
    assert list(DrawRequest.model_fields) == [*names, "wait", "response"]
    line: Any = typer.main.get_command(app)
    assert [parameter.name for parameter in line.commands["imagine"].params][: len(names)] == names
    assert set(names) - {"picture"} | {"inputs"} <= {field.name for field in fields(Wish)}
