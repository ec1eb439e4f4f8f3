"""What Discord itself says that a request's body must look like: its OpenAPI, reduced to the routes that bots write to."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator as Explainer
from jsonschema.exceptions import best_match
from jsonschema_rs import Draft202012Validator

_FILE = Path(__file__).parent / "requests.json"


def complaint_of(method: str, path: str, payload: object) -> str:
    """Return what Discord's schema has against a body; nothing where it has none, or knows no such route."""
    schema = _schemas().get((method, _bare(path)))
    if schema is None or _validator(method, _bare(path)).is_valid(payload):
        return ""
    error = best_match(Explainer(schema).iter_errors(payload))
    assert error is not None, "the two validators disagree"
    return f"{method} {path}: {error.json_path}: {error.message[:400]}"


@cache
def _validator(method: str, path: str) -> Draft202012Validator:
    """Compile the schema of a route, once in a process. The other validator explains better, and takes far longer."""
    return Draft202012Validator(_schemas()[method, path])


@cache
def _schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """Read the schemas, once in a process."""
    known = json.loads(_FILE.read_text())
    components = known["components"]
    _loosen(components["schemas"])
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for route, schema in known["routes"].items():
        method, _, path = route.partition(" ")
        found[method, _bare(path)] = {**schema, "components": components}
    return found


def _loosen(schemas: dict[str, Any]) -> None:
    """Take what the documentation allows beyond the schema: ids as numbers, and permissions as the text of a number."""
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name in ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest"):
        schemas[name]["properties"]["default_member_permissions"] = {"type": ["string", "integer", "null"]}


def _bare(path: str) -> str:
    """Return a route without the names of its places, which are ours in the fake and Discord's in the schema."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
