"""What people do: type commands, press buttons, fill in modals, react, talk."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.discord.bodies import Body
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.components_view import BUTTON, LINK, PREMIUM, STRING_SELECT, Menu, ShownComponentButton
from tests.fakes.discord.files import Upload
from tests.fakes.discord.interactions import Interaction, Kind, Origin
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import Field, plain_value
from tests.fakes.discord.offers import context_command, slash_command
from tests.fakes.discord.options import Typing
from tests.fakes.discord.reactions import Reactions
from tests.fakes.discord.users import Entitlement, User
from tests.fakes.discord.wire import Intent, Json

if TYPE_CHECKING:
    from tests.fakes.discord.platform import Platform

_UPLOAD_FIELD = 19


class DiscordPerson(User):
    """Somebody with a Discord client. What their client would not let them do raises `NotSeen`."""

    def __init__(self, platform: "Platform", user_id: int, name: str, *, locale: str = "en-US") -> None:
        super().__init__(user_id, name, locale=locale)
        self._platform = platform
        self._world = platform.world

    @property
    def dms(self) -> list[Message]:
        """What the bot and they have said to each other in private, oldest first."""
        return self.dm_channel.messages

    @property
    def dm_channel(self) -> Channel:
        """Their direct conversation with the bot."""
        return self._world.dm(self, self._world.bot)

    @property
    def whispers(self) -> list[Message]:
        """The messages that they alone see, oldest first."""
        return [
            message
            for channel in self._world.channels.values()
            for message in channel.everything
            if message.whispered_to is self and not message.is_deleted
        ]

    async def type_command(self, channel: Channel, command: str, /, **options: object) -> Interaction:
        """Type a slash command: `await ada.type_command(channel, "gallery list", page=2)`.

        Options are named as the command names them (`_` stands for `-` too);
        choices are given by name or value, people, roles and channels as what
        they are, files as `Upload`.

        Raises:
            NotSeen: The client would not offer that here, or not take that value.
        """
        name, *path = command.split()
        known, owners = slash_command(self._world, self, channel, name)
        data = Typing(self._world, self, channel).data(known, path, options)
        return self._send(Kind.COMMAND, Origin(channel, owners), data)

    async def forge_command(self, channel: Channel, command: str, options: Mapping[str, object]) -> Interaction:
        """Send a command with options that no client would send: wrong types, out of range, unknown names."""
        name, *path = command.split()
        known, owners = slash_command(self._world, self, channel, name)
        data = Typing(self._world, self, channel).data(known, path, options, is_strict=False)
        return self._send(Kind.COMMAND, Origin(channel, owners), data)

    async def complete(
        self, channel: Channel, command: str, option: str, typed: str, /, *, within: float = 3, **others: object
    ) -> list[object]:
        """Type a part of an option and give the values that the bot suggests.

        Raises:
            NotSeen: The option is not completed by the bot, or no suggestions came in time.
        """
        name, *path = command.split()
        known, owners = slash_command(self._world, self, channel, name)
        data = Typing(self._world, self, channel).data(known, path, {**others, option: typed}, is_strict=False)
        _focus(data, option)
        interaction = self._send(Kind.AUTOCOMPLETE, Origin(channel, owners), data)
        await interaction.acknowledged(within=within)
        return [choice["value"] for choice in interaction.choices or []]

    async def context_menu(self, target: "Message | User", name: str, channel: Channel | None = None) -> Interaction:
        """Use a menu entry on a message, or on a person in a channel.

        Raises:
            NotSeen: There is no such entry here.
        """
        place = target.channel if isinstance(target, Message) else channel
        if place is None:
            raise NotSeen("a menu on a person needs the channel it is opened in")
        known, owners = context_command(self._world, self, place, name, is_on_message=isinstance(target, Message))
        typing = Typing(self._world, self, place)
        if isinstance(target, Message):
            typing.resolved["messages"] = {str(target.id): target.json()}
        else:
            typing.resolve_user(target)
        data = {"id": known["id"], "name": name, "type": known["type"], "target_id": str(target.id), "resolved": typing.resolved}
        return self._send(Kind.COMMAND, Origin(place, owners), data)

    async def press(self, message: Message, button: str) -> Interaction:
        """Press a button, named by its label, its emoji or its custom id, or choose what is called so from a menu.

        Raises:
            NotSeen: There is no such button, or it cannot be pressed.
        """
        self._look_at(message)
        found = [one for one in message.buttons if button in {one.label, one.custom_id, one.emoji, f"{one.emoji} {one.label}"}]
        for menu in () if found else message.menus:
            offered = [one["value"] for one in menu.raw.get("options", []) if one["label"] == button]
            if offered:
                return await self.choose(message, offered[0], menu=menu.custom_id)
        if not found:
            raise NotSeen(f"no button {button!r}, only {[one.label or one.emoji for one in message.buttons]}")
        one: ShownComponentButton = found[0]
        if one.is_disabled or one.style in {LINK, PREMIUM}:
            raise NotSeen(f"the button {button!r} cannot be pressed")
        return self.forge_press(message, one.custom_id)

    def forge_press(self, message: Message, custom_id: str) -> Interaction:
        """Press a button that may not be there (any more)."""
        data = {"component_type": BUTTON, "custom_id": custom_id, "id": 1}
        return self._send(Kind.COMPONENT, self._on(message), data)

    async def choose(self, message: Message, *values: "str | User", menu: str | None = None) -> Interaction:
        """Choose from a select menu: the only one of a message, or the one with custom id `menu`.

        Raises:
            NotSeen: There is no such menu, or it does not offer that.
        """
        self._look_at(message)
        found = [one for one in message.menus if menu in (None, one.custom_id) and not one.is_disabled]
        if not found:
            raise NotSeen(f"no menu {menu!r} that can be used")
        one: Menu = found[0]
        if one.kind == STRING_SELECT and not set(values) <= set(one.options):
            raise NotSeen(f"the menu offers {one.options}, not {values}")
        typing = Typing(self._world, self, message.channel)
        for value in values:
            if isinstance(value, User):
                typing.resolve_user(value)
        chosen = [str(value.id) if isinstance(value, User) else value for value in values]
        data: Json = {"component_type": one.kind, "custom_id": one.custom_id, "values": chosen, "id": 1}
        if typing.resolved:
            data["resolved"] = typing.resolved
        return self._send(Kind.COMPONENT, self._on(message), data)

    async def submit_modal(
        self, shown_by: Interaction, answers: Mapping[str, object] | None = None, /, *, within: float = 3, **more: object
    ) -> Interaction:
        """Wait for a modal to open, fill it in, and send it. Answers go by label or custom id.

        Raises:
            NotSeen: No modal opened in time, or it does not take these answers.
        """
        modal = await shown_by.modal_shown(within=within)
        typing = Typing(self._world, self, shown_by.origin.channel)

        def value_of(field: Field, answer: object) -> Json:
            if field.kind == _UPLOAD_FIELD and answer is not None:
                uploads = [answer] if isinstance(answer, Upload) else list(answer)  # type: ignore[call-overload]  # one file or several
                return {"values": [typing.resolve_upload(upload) for upload in uploads]}
            return plain_value(field, answer)

        components = modal.submission({**(answers or {}), **more}, value_of)
        data: Json = {"custom_id": modal.custom_id, "components": components}
        if typing.resolved:
            data["resolved"] = typing.resolved
        before = shown_by.origin
        return self._send(Kind.MODAL, Origin(before.channel, before.owners, before.message, shown_by), data)

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message.

        Raises:
            NotSeen: It is not there, or it is a whisper, which nobody can react to.
        """
        self._look_at(message)
        if message.is_ephemeral:
            raise NotSeen("nobody can react to an ephemeral message")
        Reactions(self._world).add(message, self, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        Reactions(self._world).remove(message, self, emoji)

    async def say(
        self, channel: Channel, text: str, *uploads: Upload, reply_to: Message | None = None, pings: bool = True
    ) -> Message:
        """Write an ordinary message, or a reply, which calls whom it answers unless that was switched off."""
        if channel.guild is not None:
            channel.guild.member(self)
        payload: Json = {"content": text}
        if reply_to is not None:
            self._look_at(reply_to)
            payload["message_reference"] = {"message_id": str(reply_to.id)}
            payload["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": pings}
        return self._world.posts.create(channel, self, Body(payload, dict(enumerate(uploads))))

    def buy(self, sku: int, *, until: datetime | None = None, guild: int | None = None) -> Entitlement:
        """Buy a subscription of the app, for oneself or for a whole guild."""
        world = self._world
        bought = Entitlement(world.ids.new(), sku, world.application.id, self.id, guild, world.clock.now(), until)
        self.entitlements.append(bought)
        world.tell("ENTITLEMENT_CREATE", bought.json(), intent=Intent.NONE)
        return bought

    def _look_at(self, message: Message) -> None:
        is_hidden = message.whispered_to not in (None, self)
        if message.is_deleted or message.channel.is_deleted or is_hidden:
            raise NotSeen(f"{self.name} does not see message {message.id}")

    def _on(self, message: Message) -> Origin:
        owners = message.interaction.origin.owners if message.interaction is not None else None
        guild = message.channel.guild
        return Origin(message.channel, owners or {"0": str(guild.id) if guild is not None else "0"}, message)

    def _send(self, kind: Kind, origin: Origin, data: Json) -> Interaction:
        if origin.channel.guild is not None:
            origin.channel.guild.member(self)
        interaction = Interaction(self._world, kind, self, origin, data)
        self._platform.deliver(interaction)
        return interaction


def _focus(data: Json, option: str) -> None:
    options = data["options"]
    while options and "options" in options[0]:
        options = options[0]["options"]
    for one in options:
        if one["name"] == option:
            one["focused"] = True
