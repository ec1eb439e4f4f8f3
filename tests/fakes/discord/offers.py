"""Which commands somebody's client offers them in a place, and by whose installation."""

from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_SLASH, _ON_USER, _ON_MESSAGE = 1, 2, 3
_IN_GUILD, _IN_BOT_DM, _IN_PRIVATE = 0, 1, 2


def slash_command(world: "World", user: User, channel: Channel, name: str) -> tuple[Json, dict[str, str]]:
    """Return a slash command, and the owners of the installation it comes by.

    Raises:
        NotSeen: The client does not offer it here.
    """
    return _offered(world, user, channel, name, _SLASH)


def context_command(
    world: "World", user: User, channel: Channel, name: str, *, is_on_message: bool
) -> tuple[Json, dict[str, str]]:
    """Return a context menu's entry, and the owners of the installation it comes by.

    Raises:
        NotSeen: The client does not offer it here.
    """
    return _offered(world, user, channel, name, _ON_MESSAGE if is_on_message else _ON_USER)


def _offered(world: "World", user: User, channel: Channel, name: str, kind: int) -> tuple[Json, dict[str, str]]:
    guild = channel.guild
    command = world.commands.find(name, kind, guild.id if guild is not None else None)
    if command is None:
        known = [one["name"] for one in world.commands.all()]
        raise NotSeen(f"the app has no command {name!r}, only {known}")
    owners = _owners(world, user, channel, command)
    why_not = _why_not(user, channel, command) if owners else "the app is not installed here"
    if why_not is not None:
        raise NotSeen(f"{name!r} is not offered in #{channel.name}: {why_not}")
    return command, owners


def _owners(world: "World", user: User, channel: Channel, command: Json) -> dict[str, str]:
    kinds = command["integration_types"] or [0]
    owners = {}
    if 0 in kinds and channel.guild is not None and channel.guild.has_bot:
        owners["0"] = str(channel.guild.id)
    if 0 in kinds and channel.is_bot_dm:
        owners["0"] = "0"
    if 1 in kinds and user.has_installed and world.application.is_user_installable:
        owners["1"] = str(user.id)
    return owners


def _why_not(user: User, channel: Channel, command: Json) -> str | None:
    guild = channel.guild
    context = _IN_GUILD if guild is not None else _IN_BOT_DM if channel.is_bot_dm else _IN_PRIVATE
    contexts = command["contexts"]
    if contexts is None:
        contexts = [_IN_GUILD] if command["dm_permission"] is False else [_IN_GUILD, _IN_BOT_DM, _IN_PRIVATE]
    if context not in contexts:
        return "not in such a place"
    if guild is None:
        return None
    if command["nsfw"] and not channel.is_nsfw:
        return "only in age-restricted channels"
    held = guild.permissions(user, channel)
    if Permission.USE_APPLICATION_COMMANDS not in held:
        return "may not use commands"
    needed = command["default_member_permissions"]
    if needed is not None and int(needed) & ~int(held):
        return "permissions are missing"
    return None
