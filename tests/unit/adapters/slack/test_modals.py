"""Asks whether forms are drawn from declarations within Slack's limits, and read back as what could have been typed."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

import pytest

from bot.adapters.slack.form_context import FormContext
from bot.adapters.slack.modals import CHANNEL_BLOCK, origin_of_submission, parse_values, render_modal, validation_errors
from bot.app.commands import declared_commands
from bot.commands.spec import Command
from bot.domain.chat import Form, FormPart
from bot.domain.inputs import BroughtPicture
from bot.domain.options import Choice, JobRef, Number, PersonRef, PictureFile, Suggestion, Text
from bot.domain.people import Mention
from tests.fakes.slack.view_rules import checked_view

COMMANDS = {command.name: command for command in declared_commands()}


class ShirtSize(StrEnum):
    """A choice."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Args:
    """One of each kind."""

    words: Annotated[str, Text("Words", longest=9000)]
    job: Annotated[str, JobRef("A job")]
    size: Annotated[ShirtSize, Choice("Size", ShirtSize)] = ShirtSize.SMALL
    count: Annotated[int, Number("How many", 1, 4)] = 1
    person: Annotated[Mention | None, PersonRef("For whom")] = None
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("A picture", most=16)] = ()


async def _run(call: object, args: object) -> None: ...


COMMAND = Command("set a rather long name", "Do it", Args, _run)
FORM = Form(COMMAND.name, {"words": "a fox", "job": "j1"})


def fields(view: dict[str, Any]) -> dict[str, Any]:
    """Return the elements by block."""
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


@pytest.mark.parametrize("name", sorted(name for name, command in COMMANDS.items() if command.options))
def test_every_command_has_a_form_that_slack_takes(name: str) -> None:
    """Whatever it is called and takes."""
    view = render_modal(COMMANDS[name], Form(name), FormContext(), asks_where=True)
    assert checked_view(view, "modal", is_good_file=lambda _: False)


def test_what_leads_to_nothing_here_is_no_field() -> None:
    """Everything else is."""
    view = render_modal(replace(COMMAND, unavailable=frozenset({"count"})), FORM, FormContext())
    assert set(fields(view)) == {"words", "size", "person", "picture"}


def test_each_kind_has_its_element() -> None:
    """Filled in where there is something, and what nobody fills in is not shown."""
    found = fields(render_modal(COMMAND, FORM, FormContext()))
    assert {name: element["type"] for name, element in found.items()} == {
        "words": "plain_text_input",
        "size": "static_select",
        "count": "number_input",
        "person": "users_select",
        "picture": "file_input",
    }
    assert found["picture"]["max_files"] == 10
    assert (found["words"]["initial_value"], found["words"]["multiline"], found["words"]["max_length"]) == ("a fox", True, 3000)
    assert found["size"]["initial_option"]["value"] == "small"
    assert (found["count"]["min_value"], found["count"]["max_value"]) == ("1", "4")


def test_what_is_filled_in_comes_back_with_what_is_hidden() -> None:
    """And what is left empty gets its default."""
    view = render_modal(COMMAND, FORM, FormContext("C1", "17.1", "18.1", "https://hooks.example/1"))
    state = {
        "words": {"parse_values": {"type": "plain_text_input", "value": "an owl"}},
        "size": {"parse_values": {"type": "static_select", "selected_option": {"value": "large"}}},
        "count": {"parse_values": {"type": "number_input", "value": None}},
        "person": {"parse_values": {"type": "users_select", "selected_user": "U2"}},
    }
    filled = {**view, "id": "V1", "state": {"values": state}}
    assert parse_values(filled) == {"job": "j1", "words": "an owl", "size": "large", "person": "<@U2>"}
    assert COMMAND.parse(parse_values(filled)).person == Mention("U2")
    origin = origin_of_submission({"view": filled, "team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "t"})
    assert (origin.channel, origin.thread, origin.response_url) == ("C1", "17.1", "https://hooks.example/1")


def test_a_chosen_channel_has_its_own_address() -> None:
    """The one of the place where the form was opened belongs elsewhere."""
    view = render_modal(COMMAND, FORM, FormContext("C1", "17.1", "", "https://hooks.example/1"), asks_where=True)
    state = {CHANNEL_BLOCK: {"parse_values": {"type": "conversations_select", "selected_conversation": "C2"}}}
    urls = [{"channel_id": "C2", "response_url": "https://hooks.example/2"}]
    body = {"view": {**view, "state": {"values": state}}, "team": {"id": "T1"}, "user": {"id": "U1"}, "response_urls": urls}
    origin = origin_of_submission(body)
    assert (origin.channel, origin.thread, origin.response_url) == ("C2", "", "https://hooks.example/2")


def test_an_option_in_parts_is_a_field_for_each() -> None:
    """What is not asked for travels along, and comes back with the parts as one."""
    parts = (FormPart("head", "Head"), FormPart("foot", "Foot", usual="n" * 500, is_required=False))
    form = Form(
        COMMAND.name, {"words": "=", "size": "large", "count": "2"}, shown=("words",), parts={"words": parts}, title="x" * 30
    )
    view = checked_view(render_modal(COMMAND, form, FormContext()), "modal", is_good_file=lambda _: False)
    assert list(fields(view)) == ["words.head", "words.foot"]
    assert [block.get("optional") for block in view["blocks"] if block["type"] == "input"] == [False, True]
    state = {"words.head": {"parse_values": {"type": "plain_text_input", "value": "up"}}}
    raw = parse_values({**view, "state": {"values": state}})
    assert raw == {"words": "=", "size": "large", "count": "2", "words.head": "up"}
    assert validation_errors(COMMAND, raw) == {}


def test_each_field_has_its_own_complaint() -> None:
    """None for one that is not in the form."""
    assert validation_errors(COMMAND, {"words": "a fox", "job": "j1"}) == {}
    found = validation_errors(COMMAND, {"job": "no id!", "size": "huge", "count": "9"})
    assert set(found) == {"words", "size", "count"}
    assert "small or large" in found["size"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"nobody": 1}'])
def test_nonsense_is_no_errand(text: str) -> None:
    """A form of an older version, say."""
    assert FormContext.parse(text) == FormContext()


def test_an_errand_that_is_too_long_leaves_out_what_it_can() -> None:
    """Slack takes 3,000 characters."""
    long = FormContext("C1", "17.1", response_url="x" * 4000)
    assert FormContext.parse(long.to_metadata()) == FormContext("C1", "17.1")


def test_what_depends_on_who_asks_is_a_menu_of_theirs() -> None:
    """With what was chosen before, if they still may."""
    suggestions = {"model": (Suggestion("pro", "pro – flux-2-pro"), Suggestion("plain", "plain " + "!" * 100))}
    form = Form("imagine", {"prompt": "a fox", "model": "plain"}, suggestions)
    view = render_modal(COMMANDS["imagine"], form, FormContext(), asks_where=True)
    assert checked_view(view, "modal", is_good_file=lambda _: False)
    model = fields(view)["model"]
    assert [option["value"] for option in model["options"]] == ["pro", "plain"]
    assert model["initial_option"]["value"] == "plain"
    gone = Form("imagine", {"prompt": "a fox", "model": "gone"}, suggestions)
    assert "initial_option" not in fields(render_modal(COMMANDS["imagine"], gone, FormContext()))["model"]


def test_files_come_back_as_slack_names_them() -> None:
    """They are fetched later; a field without one is not there."""
    for files, found in (([{"id": "F1"}], {"picture": [{"id": "F1"}]}), ([], {})):
        view = {"state": {"values": {"picture": {"parse_values": {"type": "file_input", "files": files}}}}}
        assert parse_values(view) == found
        assert "picture" not in validation_errors(COMMAND, parse_values(view))


def test_only_what_is_to_be_filled_in_is_shown() -> None:
    """The rest travels with the form."""
    form = Form("edit", {"link": "owl"}, shown=("words",))
    view = render_modal(COMMANDS["edit"], form, FormContext())
    assert list(fields(view)) == ["words"]
    filled = {**view, "state": {"values": {"words": {"parse_values": {"value": "make it night"}}}}}
    assert parse_values(filled) == {"link": "owl", "words": "make it night"}


def test_what_stands_for_files_travels_with_the_form() -> None:
    """Nobody can change it there."""
    view = render_modal(COMMANDS["imagine"], Form("imagine", {"prompt": "a fox", "picture": "job:j1"}), FormContext())
    assert "picture" not in fields(view)
    filled = {**view, "state": {"values": {"prompt": {"parse_values": {"value": "a hare"}}}}}
    assert parse_values(filled) == {"picture": "job:j1", "prompt": "a hare"}
