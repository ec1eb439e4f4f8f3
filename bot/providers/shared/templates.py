"""JSON with placeholders such as `{{prompt}}` in it, for services that an operator tells by a file what they take."""

import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{ *(\w+) *\}\}")


def find_placeholders(text: str) -> frozenset[str]:
    """Return the names of the placeholders in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(template: Any, values: Mapping[str, str | int]) -> Any:
    """Return parsed JSON with values in place of the placeholders in its texts; one that is a whole text keeps its type.

    It goes over each text once: a placeholder in somebody's words stays what it is.
    """
    if isinstance(template, dict):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    return values[whole[1]] if whole else _PLACEHOLDER.sub(lambda found: str(values[found[1]]), template)
