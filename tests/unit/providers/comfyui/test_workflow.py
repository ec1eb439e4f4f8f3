"""Workflows: what is filled into them, and what is said of files that are none."""

import json
from importlib.resources import files

import pytest

from bot.errors import ConfigError
from bot.providers.comfyui.images import BUILT_IN, abilities_of, load_built_in
from bot.providers.shared.comfyui_workflow import parse_workflow
from bot.providers.shared.templates import fill, find_placeholders
from tests.fakes.comfyui.validation import problem_of

VALUES: dict[str, str | int] = {"prompt": "a {{seed}} fox", "width": 1024, "height": 768, "seed": 7, "count": 2}
SETTING = "[providers.home] workflow"


def graph(text: str = "{{prompt}}", width: object = "{{width}}") -> str:
    """Return a workflow of one node."""
    inputs = {"text": text, "width": width, "height": "{{height}}", "seed": "{{seed}}"}
    return json.dumps({"1": {"class_type": "Draw", "inputs": inputs}})


def test_numbers_stay_numbers_and_words_stay_words() -> None:
    """And what somebody typed is not filled in a second time."""
    workflow = parse_workflow(graph("photo of {{prompt}}, {{width}} wide"), setting=SETTING)
    filled = fill(workflow, VALUES)["1"]["inputs"]
    assert filled == {"text": "photo of a {{seed}} fox, 1024 wide", "width": 1024, "height": 768, "seed": 7}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON (line 1, column 2)."),
        ("[" * 100_000, "is not JSON."),
        ("[]", "is not in ComfyUI's API format: open the workflow in ComfyUI and save it by File, Export (API)."),
        ("{}", "is not in ComfyUI's API format"),
        (json.dumps({"nodes": [{"id": 1, "type": "SaveImage"}], "links": [], "version": 0.4}), "is not in ComfyUI's API format"),
        (graph("a fox"), "lacks {{prompt}}: put them where each drawing needs a value of its own."),
        (graph("a fox", 1024), "lacks {{prompt}} and {{width}}"),
        (graph("{{prompt}} {{style}}"), "has {{style}}, which nothing is filled in for; there are {{prompt}}, {{width}}, "),
        (graph("{{prompt}} {{image}}"), "has {{image}}, which nothing is filled in for"),
    ],
    ids=["broken", "deep", "list", "empty", "editor", "no-prompt", "no-width", "unknown", "edit"],
)
def test_a_file_that_is_no_workflow_is_refused_in_one_sentence(text: str, says: str) -> None:
    """It names the setting, and what to do."""
    with pytest.raises(ConfigError) as raised:
        parse_workflow(text, setting=SETTING)
    assert str(raised.value).startswith(f"{SETTING} {says}")
    assert str(raised.value).count(". ") == 0


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_ships_is_taken_by_the_server(name: str) -> None:
    """By the rules of ComfyUI's own validation, with the values of a drawing."""
    workflow = load_built_in(name)
    assert problem_of(fill(workflow, VALUES)) is None
    assert abilities_of(workflow).most == 4


def test_the_workflow_for_edits_ships_too() -> None:
    """It has a place for the picture, which no drawing fills."""
    text = (files("bot.providers.comfyui") / "workflows" / "flux2-edit.json").read_text("utf-8")
    assert find_placeholders(text) == {"prompt", "width", "height", "seed", "count", "image"}
    assert problem_of(fill(json.loads(text), {**VALUES, "image": "example.png"})) is None


def test_a_workflow_without_a_count_draws_one_at_a_time() -> None:
    """The person is told so, as of every model with a most of 1."""
    assert abilities_of(parse_workflow(graph(), setting=SETTING)).most == 1
