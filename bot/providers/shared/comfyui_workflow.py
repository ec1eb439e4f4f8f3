"""Workflows in ComfyUI's API format, which its own servers take, and workers that run it on others' machines."""

from collections.abc import Mapping
from typing import Any

from bot.errors import ConfigError
from bot.providers.shared.templates import check_placeholders, find_placeholders, parse_json

Workflow = Mapping[str, Any]
"""Nodes by their ids, with placeholders where each drawing has values of its own."""

_NEEDED = ("prompt", "width", "height", "seed")


def parse_workflow(text: str, *, setting: str, changes_picture: bool = False) -> Workflow:
    """Return the workflow in a file, for new pictures or for one that is changed; `setting` says where it is named.

    Raises:
        ConfigError: It is none, or has not the placeholders that a drawing needs.
    """
    workflow: Workflow = check_workflow(parse_json(text, setting=setting), setting=setting)
    needed = (*_NEEDED, "image") if changes_picture else _NEEDED
    check_placeholders(find_placeholders(workflow), needed=needed, filled=(*needed, "count"), setting=setting)
    return workflow


def check_workflow(nodes: Any, *, setting: str) -> Workflow:
    """Return what was parsed, if it is a workflow.

    Raises:
        ConfigError: It is something else, such as what ComfyUI's editor saves.
    """
    if not isinstance(nodes, dict) or not nodes or not all(_is_node(node) for node in nodes.values()):
        advice = "open the workflow in ComfyUI and save it by File, Export (API)"
        raise ConfigError(f"{setting} is not in ComfyUI's API format: {advice}.")
    return nodes


def _is_node(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)
