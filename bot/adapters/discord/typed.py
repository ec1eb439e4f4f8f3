"""What somebody typed, chose or filled in, as Discord sends it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

_NESTED = {1, 2}
"""Options that are no options: a sub-command, or a group of them."""

_LONGEST_ID = 100

_NAMED_MARK = re.compile(r"<(?:a?:(\w{2,32}):\d{15,20}|(/[^:<>\n]{1,100}):\d{15,20})>")
_BARE_MARK = re.compile(r"<(@!?|@&|#|t:)[\d:A-Za-z-]{1,30}>")
_WORDS = {"@": "somebody", "@!": "somebody", "@&": "a group", "#": "a channel", "t:": "a time"}
"""What Discord puts for a person, a role, a channel and a date that were picked while typing: it tells no name with them."""


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
    return Typed(name, {option["name"]: put_in_words(option.get("value")) for option in options}, focused)


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
            yield str(field["custom_id"]), str(put_in_words(str(value)))


def put_in_words(value: object) -> object:
    """Give a text with words for Discord's marks. A lone mention stays: it names whom a command is about."""
    if not isinstance(value, str):
        return value
    named = _NAMED_MARK.sub(lambda found: (found[1] or found[2]).replace("_", " "), value)
    return named if _BARE_MARK.fullmatch(named.strip()) else _BARE_MARK.sub(lambda found: _WORDS[found[1]], named)
