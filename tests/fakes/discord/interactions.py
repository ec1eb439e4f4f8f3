"""One interaction: what the bot is sent, and what it has answered so far."""

import time
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from tests.fakes.discord.channels import Channel
from tests.fakes.discord.clock import time_of
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.users import Entitlement, User
from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.discord.world import World

_ORIGIN = "interaction_metadata"


class Kind(IntEnum):
    """What somebody did."""

    PING = 1
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """The kinds of a first answer."""

    PONG = 1
    MESSAGE = 4
    THINKING = 5
    SILENT = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an interaction comes from. `owners` says by whose installation: `{"0": guild}`, `{"1": user}` or both."""

    channel: Channel
    owners: dict[str, str]
    message: Message | None = None
    trigger: "Interaction | None" = None
    """For a modal: the interaction that it was shown for."""

    @property
    def is_user_install_only(self) -> bool:
        """Whether only a user, and not the guild, has installed the app."""
        return set(self.owners) == {"1"}


class Interaction:
    """Something a person did. Tests look at it from the person's side."""

    def __init__(self, world: "World", kind: Kind, user: User, origin: Origin, data: Json) -> None:
        self.world = world
        self.id = world.ids.new()
        self.token = world.new_token()
        self.kind = kind
        self.user = user
        self.origin = origin
        self.data = data
        self.response_type: Answer | None = None
        self.original: Message | None = None
        """The message that `@original` means, once there is one."""
        self.follow_ups: list[Message] = []
        self.modal: Modal | None = None
        self.choices: list[Json] | None = None
        self.acknowledged_after: float | None = None
        """Seconds of real time from sending it to the first answer."""
        self.sent_at = time.perf_counter()
        world.interactions[self.token] = self

    @property
    def name(self) -> str:
        """The command's name, or the custom id of what was pressed."""
        return str(self.data.get("name") or self.data.get("custom_id") or "")

    @property
    def is_acknowledged(self) -> bool:
        """Whether the bot has answered in any way."""
        return self.response_type is not None

    @property
    def has_failed(self) -> bool:
        """Whether the person reads "The application did not respond"."""
        return not self.is_acknowledged and self.age_s > self.world.limits.acknowledge_within.total_seconds()

    @property
    def age_s(self) -> float:
        """Seconds since it was made, on the fake's clock."""
        return (self.world.clock.now() - time_of(self.id)).total_seconds()

    @property
    def messages(self) -> list[Message]:
        """What the bot said in answer and is not deleted, oldest first."""
        own = [self.original] if self.original is not None and self.original.interaction is self else []
        return [message for message in (*own, *self.follow_ups) if not message.is_deleted]

    async def acknowledged(self, *, within: float = 3) -> "Interaction":
        """Wait for the first answer, whatever it is.

        Raises:
            NotSeen: None came in time.
        """
        what = f"an answer to {self.kind.name.lower()} {self.name!r}"
        return await self.world.changes.until(lambda: self if self.is_acknowledged else None, within=within, what=what)

    async def message_when(self, look: "Callable[[Message], object]" = bool, *, within: float = 5) -> Message:
        """Wait until one of the messages in answer is as `look` likes it, and give it. Placeholders never count.

        Raises:
            NotSeen: There was none in time.
        """

        def found() -> Message | None:
            shown = list(self.messages)
            if self.original is not None and self.original not in shown and not self.original.is_deleted:
                shown.append(self.original)
            return next((message for message in shown if not message.is_thinking and look(message)), None)

        return await self.world.changes.until(found, within=within, what=f"such a message in answer to {self.name!r}")

    async def modal_shown(self, *, within: float = 3) -> Modal:
        """Wait for the bot to open a modal.

        Raises:
            NotSeen: It opened none in time.
        """
        return await self.world.changes.until(lambda: self.modal, within=within, what=f"a modal for {self.name!r}")

    def json(self) -> Json:
        """Return what the bot is sent."""
        channel, world = self.origin.channel, self.world
        guild = channel.guild
        body: Json = {
            "id": str(self.id),
            "application_id": str(world.application.id),
            "type": int(self.kind),
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel": channel.partial_json(self.user),
            "channel_id": str(channel.id),
            "locale": self.user.locale,
            "app_permissions": str(int(channel.permissions(world.bot))),
            "entitlements": [one.json() for one in self._entitlements()],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self.origin.owners,
            "context": 0 if guild is not None else 1 if channel.is_bot_dm else 2,
            "attachment_size_limit": self.upload_bytes,
        }
        if self.origin.message is not None:
            body["message"] = self.origin.message.json()
        if guild is None:
            return {**body, "user": self.user.json()}
        member = {**guild.member(self.user).json(guild), "permissions": str(int(guild.permissions(self.user, channel)))}
        return {
            **body,
            "member": member,
            "guild": guild.partial_json(),
            "guild_id": str(guild.id),
            "guild_locale": guild.locale,
        }

    @property
    def upload_bytes(self) -> int:
        """How large a file in the answer may be: what the place or the person's own subscription allows."""
        return max(self.origin.channel.upload_bytes, self.user.upload_bytes)

    def _entitlements(self) -> list[Entitlement]:
        guild = self.origin.channel.guild
        mine = list(self.user.entitlements)
        if guild is not None:
            others = [one for user in self.world.users.values() if user is not self.user for one in user.entitlements]
            mine += [one for one in others if one.guild == guild.id]
        return [one for one in mine if not one.is_deleted and (one.ends_at is None or one.ends_at > self.world.clock.now())]

    def metadata_json(self) -> Json:
        """Return what a message says of the interaction it answers."""
        body: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": self.user.json(),
            "authorizing_integration_owners": self.origin.owners,
        }
        if self.kind is Kind.COMPONENT and self.origin.message is not None:
            body["interacted_message_id"] = str(self.origin.message.id)
        if self.kind is Kind.MODAL and self.origin.trigger is not None:
            body["triggering_interaction_metadata"] = self.origin.trigger.metadata_json()[_ORIGIN]
        if "target_id" in self.data:
            body["target_message_id" if self.data["type"] == 3 else "target_user_id"] = self.data["target_id"]
        whole: Json = {_ORIGIN: body}
        if self.kind is Kind.COMMAND:
            whole["interaction"] = {
                "id": str(self.id),
                "type": int(self.kind),
                "name": self.name,
                "user": self.user.json(),
            }
        return whole
