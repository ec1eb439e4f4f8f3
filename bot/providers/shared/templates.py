"""JSON with placeholders such as `{{prompt}}` in it, for services that an operator tells by a file what they take."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from bot.domain.images import ImageRequest
from bot.errors import ConfigError
from bot.text import join_words

_PLACEHOLDER = re.compile(r"\{\{ *(\w+) *\}\}")


def find_placeholders(template: Any) -> frozenset[str]:
    """Return the names of the placeholders in parsed JSON."""
    return frozenset(_PLACEHOLDER.findall(json.dumps(template)))


def check_placeholders(found: Collection[str], *, needed: Collection[str], filled: Collection[str], setting: str) -> None:
    """Check that all needed placeholders are there, and none that nothing is `filled` in for; `setting` says where.

    Raises:
        ConfigError: One is missing, or unknown.
    """
    unknown, missing = sorted(set(found).difference(filled)), [name for name in needed if name not in found]
    if unknown:
        raise ConfigError(f"{setting} has {_join(unknown)}, which nothing is filled in for; there are {_join(filled)}.")
    if missing:
        raise ConfigError(f"{setting} lacks {_join(missing)}: put them where each drawing needs a value of its own.")


def parse_json(text: str, *, setting: str) -> Any:
    """Return the parsed JSON, which is checked no further; `setting` says where it is named.

    Raises:
        ConfigError: It is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"{setting} is not JSON{at}.") from None


def drawing_values(request: ImageRequest) -> dict[str, str | int]:
    """Return what is filled in for a drawing."""
    size, seed = request.size, request.seed or 0
    return {"prompt": request.prompt, "width": size.width, "height": size.height, "count": request.count, "seed": seed}


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


def _join(names: Collection[str]) -> str:
    return join_words([f"{{{{{name}}}}}" for name in names], "and")
