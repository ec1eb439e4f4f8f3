"""Parses what was typed, chosen or filled in from the data of Discord's interactions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

_SUBCOMMAND_TYPES = {1, 2}
"""Options that are no options: a sub-command, or a group of them."""

_LONGEST_ID = 100

_NAMED_MARKUP = re.compile(r"<(?:a?:(\w{2,32}):\d{15,20}|(/[^:<>\n]{1,100}):\d{15,20})>")
_BARE_MARKUP = re.compile(r"<(@!?|@&|#|t:)[\d:A-Za-z-]{1,30}>")
_REPLACEMENTS = {"@": "somebody", "@!": "somebody", "@&": "a group", "#": "a channel", "t:": "a time"}
"""What Discord puts for a person, a role, a channel and a date that were picked while typing: it tells no name with them."""


@dataclass(frozen=True, slots=True)
class CommandInput:
    """A command by its whole name, with its options as they came; `focused` is the one that is being typed."""

    name: str
    raw: dict[str, object]
    focused: str = ""


def parse_command(data: Mapping[str, Any]) -> CommandInput:
    """Return a slash command; of a sub-command the name has two words."""
    name, options = str(data.get("name", "")), data.get("options") or []
    while options and options[0].get("type") in _SUBCOMMAND_TYPES:
        name, options = f"{name} {options[0]['name']}", options[0].get("options") or []
    focused = next((option["name"] for option in options if option.get("focused")), "")
    return CommandInput(name, {option["name"]: replace_markup(option.get("value")) for option in options}, focused)


def modal_custom_id(command: str, unseen: Mapping[str, str]) -> str:
    """Return the id of a form. It holds whose form it is and, where they fit, the values that the form has no field for."""
    whole = f"{command}?{urlencode(unseen)}" if unseen else command
    return whole if len(whole) <= _LONGEST_ID else command


def parse_modal(data: Mapping[str, Any]) -> CommandInput:
    """Return the command of a form that was sent; fields that were left empty are missing."""
    name, _, unseen = str(data.get("custom_id", "")).partition("?")
    raw: dict[str, object] = dict(parse_qsl(unseen))
    return CommandInput(name, raw | dict(_filled_fields(data.get("components") or [])))


def _filled_fields(components: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in components:
        field: Mapping[str, Any] = one.get("component") or next(iter(one.get("components") or []), {})
        values = [field["value"]] if field.get("value") else field.get("values") or []
        for number, value in enumerate(values, start=1):
            if str(value).strip():
                yield numbered_option(str(field["custom_id"]), number), str(replace_markup(str(value)))


def numbered_option(name: str, number: int) -> str:
    """Return the name of one of the options that stand for several files."""
    return name if number == 1 else f"{name}{number}"


def replace_markup(value: object) -> object:
    """Return a text with words in place of Discord's markup. A lone mention stays: it names whom a command is about."""
    if not isinstance(value, str):
        return value
    named = _NAMED_MARKUP.sub(lambda found: (found[1] or found[2]).replace("_", " "), value)
    return named if _BARE_MARKUP.fullmatch(named.strip()) else _BARE_MARKUP.sub(lambda found: _REPLACEMENTS[found[1]], named)
