"""What the server says of a graph before it takes it: after `validate_prompt` in ComfyUI's execution.py."""

from collections.abc import Collection
from typing import Any

from tests.fakes.comfyui.nodes import object_info
from tests.fakes.comfyui.state import Json

_TYPES: dict[str, type | tuple[type, ...]] = {"INT": int, "FLOAT": (int, float), "STRING": str}


def problem_of(graph: Any, uploads: Collection[str] = ()) -> Json | None:
    """Return the body of a 400 answer; None when the graph can be drawn. Nodes load pictures of these names, too."""
    if not isinstance(graph, dict) or not graph:
        return _refusal("no_prompt", "No prompt provided")
    for number, node in graph.items():
        kind = node.get("class_type") if isinstance(node, dict) else None
        if kind is None:
            return _refusal("invalid_prompt", "Cannot execute because a node is missing the class_type property.", f"#{number}")
        if object_info(kind) is None:
            extra = {"node_id": number, "class_type": kind, "node_title": kind}
            return _refusal("missing_node_type", f"Node '{kind}' not found.", f"Node ID '#{number}'", extra)
    if not any((object_info(node["class_type"]) or {})["output_node"] for node in graph.values()):
        return _refusal("prompt_no_outputs", "Prompt has no outputs")
    errors = {number: found for number, node in graph.items() if (found := _node_errors(graph, node, uploads))}
    if not errors:
        return None
    refusal = _refusal("prompt_outputs_failed_validation", "Prompt outputs failed validation")
    outputs = [number for number, node in graph.items() if node["class_type"] == "SaveImage"]
    nodes = {
        number: {"errors": found, "dependent_outputs": outputs, "class_type": graph[number]["class_type"]}
        for number, found in errors.items()
    }
    return refusal | {"node_errors": nodes}


def _refusal(kind: str, message: str, details: str = "", extra: Json | None = None) -> Json:
    return {"error": {"type": kind, "message": message, "details": details, "extra_info": extra or {}}, "node_errors": {}}


def _node_errors(graph: Json, node: Json, uploads: Collection[str]) -> list[Json]:
    info = object_info(node["class_type"])
    assert info is not None
    found: list[Json] = []
    for name, spec in info["input"]["required"].items():
        if node["class_type"] == "LoadImage" and node["inputs"].get(name) in uploads:
            continue
        problem = _input_problem(graph, node["inputs"], name, spec)
        if problem:
            kind, details = problem
            message = kind.replace("_", " ").capitalize()
            found.append({"type": kind, "message": message, "details": details, "extra_info": {"input_name": name}})
    return found


def _input_problem(graph: Json, inputs: Json, name: str, spec: list[Any]) -> tuple[str, str] | None:
    if name not in inputs:
        return "required_input_missing", name
    value = inputs[name]
    if isinstance(value, list):
        return _link_problem(graph, value, name, spec)
    choices = spec[0] if isinstance(spec[0], list) else spec[1]["options"] if spec[0] == "COMBO" else None
    if choices is not None:
        return None if value in choices else ("value_not_in_list", f"{name}: '{value}' not in {choices}")
    return _value_problem(value, name, spec)


def _value_problem(value: Any, name: str, spec: list[Any]) -> tuple[str, str] | None:
    if spec[0] not in _TYPES:
        return "bad_linked_input", f"{name}, {value}"
    if not isinstance(value, _TYPES[spec[0]]) or isinstance(value, bool):
        return "invalid_input_type", f"{name}, {value}"
    if value < spec[1].get("min", value):
        return "value_smaller_than_min", name
    return ("value_bigger_than_max", name) if value > spec[1].get("max", value) else None


def _link_problem(graph: Json, link: list[Any], name: str, spec: list[Any]) -> tuple[str, str] | None:
    if len(link) != 2 or link[0] not in graph:
        return "bad_linked_input", name
    source = object_info(graph[link[0]]["class_type"])
    outputs = source["output"] if source else []
    if not 0 <= link[1] < len(outputs) or outputs[link[1]] != spec[0]:
        return "return_type_mismatch", f"{name}, received_type({outputs}) mismatch input_type({spec[0]})"
    return None
