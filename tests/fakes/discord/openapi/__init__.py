"""What Discord itself says that a request's body must look like: its OpenAPI, reduced to the routes that bots write to."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

_FILE = Path(__file__).parent / "requests.json"


def complaint_of(method: str, path: str, payload: object) -> str:
    """Return what Discord's schema has against a body; nothing where it has none, or knows no such route."""
    validator = _validators().get((method, _bare(path)))
    if validator is None:
        return ""
    error = best_match(validator.iter_errors(payload))
    return f"{method} {path}: {error.json_path}: {error.message[:400]}" if error is not None else ""


@cache
def _validators() -> dict[tuple[str, str], Draft202012Validator]:
    """Compile the schemas, once in a process."""
    known = json.loads(_FILE.read_text())
    components = known["components"]
    _loosen(components["schemas"])
    found: dict[tuple[str, str], Draft202012Validator] = {}
    for route, schema in known["routes"].items():
        method, _, path = route.partition(" ")
        found[method, _bare(path)] = Draft202012Validator({**schema, "components": components})
    return found


def _loosen(schemas: dict[str, Any]) -> None:
    """Take what the documentation allows beyond the schema: ids as numbers, and permissions as the text of a number."""
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name in ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest"):
        schemas[name]["properties"]["default_member_permissions"] = {"type": ["string", "integer", "null"]}


def _bare(path: str) -> str:
    """Return a route without the names of its places, which are ours in the fake and Discord's in the schema."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
