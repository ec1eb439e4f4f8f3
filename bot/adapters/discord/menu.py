"""Commands as Discord's clients offer them, drawn from the declarations."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.adapters.discord.trouble import translated
from bot.commands.options import Kind, Number, Pick, Pixels, Text
from bot.commands.spec import AnyCommand, Option
from bot.domain.images import USUAL_SIZES

log = structlog.get_logger(__name__)

CONTEXT_MENUS = {"Report picture": "report", "Edit this picture": "edit"}
"""Entries of a message's menu, and the command that each presses; one whose command is not there is not shown."""

_SLASH, _ON_MESSAGE = 1, 3
_STRING, _INTEGER = 3, 4
_LONGEST_STRING, _LONGEST_SIZE = 6000, 20
_MOST_CHOICES, _LONGEST_DESCRIPTION = 25, 100
_BUDGET = timedelta(seconds=30)
_EVERYWHERE = {
    "integration_types": [0, 1],  # installed by a server, or by a person
    "contexts": [0, 1, 2],  # in servers, in direct messages with us, in conversations that we are not in
}

Json = dict[str, Any]


def menu_of(commands: Iterable[AnyCommand]) -> list[Json]:
    """Give everything that is registered: typed commands, and the entries of a message's menu."""
    known = {command.name: command for command in commands}
    slash = [_slash(command) for command in known.values() if command.is_typed]
    menus = [{"type": _ON_MESSAGE, "name": name, **_EVERYWHERE} for name, command in CONTEXT_MENUS.items() if command in known]
    return [*slash, *menus]


def _slash(command: AnyCommand) -> Json:
    options = sorted(command.options, key=lambda option: not option.is_required)
    return {
        "type": _SLASH,
        "name": command.name,
        "description": _described(command.summary),
        "options": [_option(option) for option in options],
        **_EVERYWHERE,
    }


def _option(option: Option) -> Json:
    usual = "" if option.default is None else f"; usually {option.default}"
    common = {
        "name": option.name,
        "description": _described(f"{option.kind.summary}{usual}"),
        "required": option.is_required,
    }
    return {**common, **_shape(option.kind)}


def _shape(kind: Kind) -> Json:
    match kind:
        case Text(longest=longest):
            return {"type": _STRING, "max_length": min(longest, _LONGEST_STRING)}
        case Pick(values=values) if len(values) <= _MOST_CHOICES:
            return {"type": _STRING, "choices": [{"name": value.capitalize(), "value": value} for value in values]}
        case Number(least=least, most=most):
            return {"type": _INTEGER, "min_value": least, "max_value": most}
        case Pixels():
            return {"type": _STRING, "max_length": _LONGEST_SIZE, "autocomplete": True}
        case _:
            return {"type": _STRING, "autocomplete": bool(kind.values)}


def suggestions(command: AnyCommand, option: str, typed: str) -> list[str]:
    """Give up to 25 values that begin with what was typed so far, or hold it."""
    kind = next((one.kind for one in command.options if one.name == option), None)
    known = _known(kind) if kind is not None else ()
    word = typed.strip().lower()
    found = [value for value in known if word in value.lower()]
    return sorted(found, key=lambda value: not value.lower().startswith(word))[:_MOST_CHOICES]


def _known(kind: Kind) -> tuple[str, ...]:
    return tuple(str(size) for size in USUAL_SIZES.values()) if isinstance(kind, Pixels) else kind.values


def _described(text: str) -> str:
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[: _LONGEST_DESCRIPTION - 1]}…"


async def synced(client: discord.Client, menu: list[Json]) -> bool:
    """Register the menu globally where it differs from what is registered; False when nothing had to change.

    Raises:
        SurfaceFailed: Discord did not take it.
    """
    application = client.application_id or 0
    async with translated(_BUDGET):
        there: list[Any] = list(await client.http.get_global_commands(application))
        if same(there, menu):
            return False
        await client.http.bulk_upsert_global_commands(application, menu)
    log.info("discord.commands_synced", commands=len(menu))
    return True


def same(there: Iterable[Mapping[str, Any]], menu: Iterable[Mapping[str, Any]]) -> bool:
    """Whether what is registered is what should be, whatever else Discord notes about it."""
    return _by_name(there) == _by_name(menu)


def _by_name(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], Json]:
    return {(command.get("type", _SLASH), command["name"]): _essence(command) for command in commands}


_COMPARED = ("description", "options", "integration_types", "contexts", "nsfw", "default_member_permissions")
_COMPARED_OF_OPTIONS = (
    "type",
    "name",
    "description",
    "required",
    "choices",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
)


def _essence(command: Mapping[str, Any]) -> Json:
    found = {key: command[key] for key in _COMPARED if command.get(key)}
    if "options" in found:
        found["options"] = [_essence_of_option(option) for option in found["options"]]
    return found


def _essence_of_option(option: Mapping[str, Any]) -> Json:
    found = {key: option[key] for key in _COMPARED_OF_OPTIONS if option.get(key) not in (None, False, [], "")}
    if "choices" in found:
        found["choices"] = [(choice["name"], choice["value"]) for choice in found["choices"]]
    return found
