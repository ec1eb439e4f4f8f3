"""Asks whether the manifest is what the declarations say, current at the top level, and within Slack's limits."""

from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack.event_handlers import REACTIONS
from bot.adapters.slack.manifest import build_manifest, to_yaml
from bot.app.commands import declared_commands
from tests.fakes.slack.schemas import manifest_complaint

COMMANDS = {command.name: command for command in declared_commands()}
KEPT = Path(__file__).parents[4] / "slack-manifest.yaml"


def test_the_one_at_the_top_level_is_current() -> None:
    """`easel slack manifest > slack-manifest.yaml` makes it so."""
    assert KEPT.read_text(encoding="utf-8") == to_yaml(build_manifest(COMMANDS))


def test_socket_mode_needs_no_address() -> None:
    """Nor does it name any."""
    made = build_manifest(COMMANDS)
    assert made["settings"]["socket_mode_enabled"]
    assert "http" not in str(made)


def test_http_names_its_address_everywhere() -> None:
    """In each command, for events, for interactivity, and for OAuth."""
    made = build_manifest(COMMANDS, url="https://easel.example.org", is_rotating=True)
    settings = made["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["token_rotation_enabled"]
    urls = [one["url"] for one in made["features"]["slash_commands"]]
    urls += [settings["interactivity"]["request_url"], settings["event_subscriptions"]["request_url"]]
    assert set(urls) == {"https://easel.example.org/slack/events"}
    assert made["oauth_config"]["redirect_urls"] == ["https://easel.example.org/slack/oauth_redirect"]


@pytest.mark.parametrize(
    "how", [{}, {"url": "https://easel.example.org"}, {"url": "https://easel.example.org", "is_rotating": True}]
)
def test_slacks_own_schema_takes_it(how: dict[str, Any]) -> None:
    """Each of the three that are printed; and it would find a fault."""
    made = build_manifest(COMMANDS, **how)
    assert manifest_complaint(made) == ""
    assert "background_colour" in manifest_complaint({**made, "display_information": {"name": "x", "background_colour": "#fff"}})


def test_it_is_within_slacks_limits() -> None:
    """Names, descriptions and hints, and no shortcut without its command."""
    features = build_manifest(COMMANDS)["features"]
    assert all(len(one["description"]) <= 100 and len(one["usage_hint"]) <= 1000 for one in features["slash_commands"])
    assert all(len(one["name"]) <= 24 and len(one["description"]) <= 150 for one in features["shortcuts"])
    without = {
        name: command
        for name, command in COMMANDS.items()
        if name not in {"report", "edit", "ask_edit", "use_reference", "save_template"}
    }
    assert [one["type"] for one in build_manifest(without)["features"]["shortcuts"]] == ["global"]


def test_every_typed_command_is_hinted_at() -> None:
    """In one of the two."""
    hints = build_manifest(COMMANDS)["features"]["slash_commands"][1]["usage_hint"]
    assert all(name in hints for name, command in COMMANDS.items() if command.is_typed and name != "imagine")


def test_reactions_are_slacks_names() -> None:
    """Not the emoji themselves."""
    assert all(name.isascii() for name in REACTIONS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": {"b": "x: y"}}, 'a:\n  b: "x: y"\n'),
        ({"a": ["b", "c"]}, 'a:\n  - "b"\n  - "c"\n'),
        ({"a": [{"b": 1, "c": {"d": True}}]}, "a:\n  - b: 1\n    c:\n      d: true\n"),
    ],
)
def test_yaml_is_written_plainly(value: Any, text: str) -> None:
    """Texts in quotes, so that none of them is anything else."""
    assert to_yaml(value) == text
