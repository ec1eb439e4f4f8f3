"""What somebody typed, chose or filled in, as Discord sends it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

_NESTED = {1, 2}
"""Options that are no options: a sub-command, or a group of them."""

_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Typed:
    """A command by its whole name, with its options as they came; `focused` is the one that is being typed."""

    name: str
    raw: dict[str, object]
    focused: str = ""


def read_command(data: Mapping[str, Any]) -> Typed:
    """Read a slash command; of a sub-command the name has two words."""
    name, options = str(data.get("name", "")), data.get("options") or []
    while options and options[0].get("type") in _NESTED:
        name, options = f"{name} {options[0]['name']}", options[0].get("options") or []
    focused = next((option["name"] for option in options if option.get("focused")), "")
    return Typed(name, {option["name"]: option.get("value") for option in options}, focused)


def form_id(command: str, unseen: Mapping[str, str]) -> str:
    """Give the id of a form. It says whose it is, and the values that it has no room to show, where they fit."""
    whole = f"{command}?{urlencode(unseen)}" if unseen else command
    return whole if len(whole) <= _LONGEST_ID else command


def read_form(data: Mapping[str, Any]) -> Typed:
    """Read a form that was sent; what was left empty is not there."""
    name, _, unseen = str(data.get("custom_id", "")).partition("?")
    raw: dict[str, object] = dict(parse_qsl(unseen))
    return Typed(name, raw | dict(_filled(data.get("components") or [])))


def _filled(components: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in components:
        field: Mapping[str, Any] = one.get("component") or next(iter(one.get("components") or []), {})
        value = field.get("value") or next(iter(field.get("values") or []), "")
        if str(value).strip():
            yield str(field["custom_id"]), str(value)
