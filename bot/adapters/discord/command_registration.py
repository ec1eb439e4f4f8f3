"""Registering the menu with Discord: once, globally, and only when it changed."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import discord
import structlog
from discord.http import Route

from bot.adapters.discord.application_commands import Json
from bot.adapters.discord.errors import translate_errors

log = structlog.get_logger(__name__)

_TIMEOUT = timedelta(seconds=30)
_SLASH = 1
_COMPARED = (
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "integration_types",
    "contexts",
    "nsfw",
    "default_member_permissions",
)
_COMPARED_OF_OPTIONS = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "options",
    "choices",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
)


async def sync_commands(client: discord.Client, menu: list[Json]) -> bool:
    """Register the menu globally where it differs from what is registered; return whether it did.

    Raises:
        SurfaceFailed: Discord did not take it.
    """
    async with translate_errors(_TIMEOUT):
        menu = keep_installable(menu, dict(await client.http.application_info()))
        if are_same_commands(await fetch_commands(client), menu):
            return False
        await client.http.bulk_upsert_global_commands(client.application_id or 0, menu)
    log.info("discord.commands_synced", commands=len(menu))
    return True


def keep_installable(menu: Iterable[Json], application: Mapping[str, Any]) -> list[Json]:
    """Return the menu with only those ways of installation that the application allows; what has none of them is left out."""
    kinds = application.get("integration_types_config")
    if not isinstance(kinds, Mapping) or not kinds:
        return list(menu)
    allowed = {int(kind) for kind in kinds}
    fitted = [{**entry, "integration_types": [one for one in entry["integration_types"] if one in allowed]} for entry in menu]
    return [entry for entry in fitted if entry["integration_types"]]


async def fetch_commands(client: discord.Client) -> list[Json]:
    """Return the registered commands in all languages; discord.py's own call asks for one only.

    Raises:
        discord.DiscordException: Discord does not answer, or refuses.
    """
    route = Route("GET", "/applications/{application_id}/commands", application_id=client.application_id)
    return list(await client.http.request(route, params={"with_localizations": "true"}))


def are_same_commands(registered: Iterable[Mapping[str, Any]], menu: Iterable[Mapping[str, Any]]) -> bool:
    """Whether what is registered is what should be, whatever else Discord notes about it."""
    return _by_name(registered) == _by_name(menu)


def _by_name(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], Json]:
    return {(command.get("type", _SLASH), command["name"]): _compared_fields(command, _COMPARED) for command in commands}


def _compared_fields(entry: Mapping[str, Any], compared: tuple[str, ...]) -> Json:
    found = {key: entry[key] for key in compared if not _may_be_omitted(entry.get(key))}
    if "options" in found:
        found["options"] = [_compared_fields(option, _COMPARED_OF_OPTIONS) for option in found["options"]]
    if "choices" in found:
        found["choices"] = [(one["name"], one.get("name_localizations") or {}, one["value"]) for one in found["choices"]]
    return found


def _may_be_omitted(value: object) -> bool:
    """Whether Discord may leave the value out of its answer; a bound of 0 is not left out."""
    return value is None or value is False or value in ([], {}, "")
