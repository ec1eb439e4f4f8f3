"""Reads who and where an event of Discord's comes from."""

from collections.abc import Collection

import discord

from bot.adapters.discord import DISCORD
from bot.domain.chat import Place
from bot.domain.people import Identity, Person

Interaction = discord.Interaction[discord.Client]


def place_of(guild: int | None, channel_id: int | None, channel: object) -> Place:
    """Return where something happens. `channel` is what discord.py knows of it: a post in a forum is a thread, too."""
    parent = str(channel.parent_id) if isinstance(channel, discord.Thread) else ""
    return Place(DISCORD, str(guild or ""), str(channel_id or ""), parent=parent)


def person_of_interaction(interaction: Interaction) -> Person:
    """Return the person of an interaction, with what they bought of us.

    Only where the server itself installed the bot do its admins and moderators
    count as such: anybody can bring the bot along into a server of their own.
    """
    may = interaction.permissions
    if not interaction.is_guild_integration():
        may = discord.Permissions(may.value)
        may.update(manage_guild=False, manage_messages=False, administrator=False)
    bought = {str(one.sku_id) for one in interaction.entitlements if not one.deleted and not one.is_expired()}
    return person_of(interaction.user, interaction.locale, may, entitlements=sorted(bought))


def person_of(
    user: discord.User | discord.Member,
    locale: discord.Locale | None,
    permissions: discord.Permissions,
    entitlements: Collection[str] = (),
) -> Person:
    """Return somebody as a `Person`. Who may manage messages in a place is its moderator."""
    # `Member.roles` leaves out those that no gateway told us of; by HTTP that is all of them.
    # The role of everybody, whose id is the server's, is never among them.
    roles = (user.guild.id, *user._roles) if isinstance(user, discord.Member) else ()  # noqa: SLF001 - see above
    return Person(
        Identity(DISCORD, "", str(user.id)),
        user.display_name,
        str(locale) if locale else "en",
        is_moderator=permissions.manage_messages or permissions.administrator,
        is_admin=permissions.manage_guild or permissions.administrator,
        roles=tuple(str(role) for role in roles),
        entitlements=tuple(entitlements),
    )
