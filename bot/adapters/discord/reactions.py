"""Reactions below messages of ours: what each stands for, and what is done then."""

import discord
from discord.abc import GuildChannel

from bot.adapters.discord import DISCORD
from bot.adapters.discord.call import DiscordReactionCall
from bot.adapters.discord.origins import person_of, place_of
from bot.adapters.discord.surface import DiscordSurface
from bot.commands.message_actions import MessageActions, Reaction
from bot.domain.chat import MessageRef
from bot.domain.people import Identity, Person

REACTIONS = {
    "✉": Reaction.MAIL,
    "📩": Reaction.MAIL,
    "⭐": Reaction.FAVOURITE,
    "🌟": Reaction.FAVOURITE,
    "🚩": Reaction.REPORT,
    "❌": Reaction.CROSS,
}
"""What is said by a reaction."""

_VARIATION_SELECTOR = "\N{VARIATION SELECTOR-16}"


class DiscordReactions:
    """Runs what reactions stand for, and undoes it. `client` is whose messages they stand below, once there is one."""

    def __init__(self, actions: MessageActions, surface: DiscordSurface) -> None:
        self.client: discord.Client | None = None
        self._actions = actions
        self._surface = surface

    def find(self, payload: discord.RawReactionActionEvent) -> Reaction | None:
        """Return what a reaction stands for, where that is anything."""
        reaction = REACTIONS.get(str(payload.emoji).replace(_VARIATION_SELECTOR, ""))
        is_meant = reaction is not None and self._actions.is_supported(reaction)
        return reaction if self._is_ours(payload) and is_meant else None

    async def run(self, payload: discord.RawReactionActionEvent, reaction: Reaction) -> None:
        """Do what a person's reaction stands for; those of bots stand for nothing."""
        member = payload.member
        if (member is None and payload.guild_id) or (member is not None and member.bot):
            return
        channel = member.guild.get_channel_or_thread(payload.channel_id) if member else None
        person = person_of(member, None, _permissions(member, channel)) if member else self._person_of_id(payload.user_id)
        call = self._call(payload, reaction, person, channel)
        await self._actions.react(reaction, str(payload.message_id), call)

    async def take_back(self, payload: discord.RawReactionActionEvent, reaction: Reaction) -> None:
        """Undo what a reaction stood for. Discord names the person's id, and not whose message it was."""
        call = self._call(payload, f"{reaction}:taken back", self._person_of_id(payload.user_id), None)
        await self._actions.take_back(reaction, str(payload.message_id), call)

    def _is_ours(self, payload: discord.RawReactionActionEvent) -> bool:
        us = self.client.user if self.client else None
        return us is None or payload.message_author_id in {None, us.id}

    def _call(
        self,
        payload: discord.RawReactionActionEvent,
        what: str,
        person: Person,
        channel: GuildChannel | discord.Thread | None,
    ) -> DiscordReactionCall:
        place = place_of(payload.guild_id, payload.channel_id, channel)
        return DiscordReactionCall(
            key=f"{DISCORD}:{payload.message_id}:{payload.user_id}:{what}",
            person=person,
            place=place,
            message=MessageRef(place, str(payload.message_id)),
            surface=self._surface,
        )

    def _person_of_id(self, user: int) -> Person:
        """Return somebody of whom Discord tells the id alone, as in a direct message: there they moderate nothing."""
        known = self.client.get_user(user) if self.client else None
        return Person(Identity(DISCORD, "", str(user)), known.display_name if known else str(user))


def _permissions(member: discord.Member, channel: GuildChannel | discord.Thread | None) -> discord.Permissions:
    """Return what somebody may do in a channel, by what the gateway told us of the server."""
    return channel.permissions_for(member) if channel is not None else member.guild_permissions
