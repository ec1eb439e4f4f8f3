"""Workflows in ComfyUI's API format, with placeholders where each drawing has values of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.errors import ConfigError
from bot.providers.shared.templates import check_placeholders, find_placeholders

BUILT_IN = ("flux2-klein", "flux2-dev")
"""The workflows that ship with easel and draw; `flux2-edit` is for changing pictures."""

_NEEDED = ("prompt", "width", "height", "seed")
_FILLED = (*_NEEDED, "count")


@dataclass(frozen=True, slots=True)
class Workflow:
    """A graph of nodes by their ids, and the names of the placeholders in it."""

    nodes: Mapping[str, Any]
    placeholders: frozenset[str]


def load_built_in(name: str) -> Workflow:
    """Return one of the workflows that ship with easel."""
    return parse_workflow((files(__package__) / "workflows" / f"{name}.json").read_text("utf-8"), setting=name)


def parse_workflow(text: str, *, setting: str) -> Workflow:
    """Return the workflow in a file; `setting` says where it is named.

    Raises:
        ConfigError: It is none, or has not the placeholders that a drawing needs.
    """
    try:
        nodes = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"{setting} is not JSON{at}.") from None
    if not isinstance(nodes, dict) or not nodes or not all(_is_node(node) for node in nodes.values()):
        advice = "open the workflow in ComfyUI and save it by File, Export (API)"
        raise ConfigError(f"{setting} is not in ComfyUI's API format: {advice}.")
    found = find_placeholders(text)
    check_placeholders(found, needed=_NEEDED, filled=_FILLED, setting=setting)
    return Workflow(nodes, found)


def _is_node(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)
