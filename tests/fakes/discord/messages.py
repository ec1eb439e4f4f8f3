"""Messages, every version of them, and the reactions below them."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord.channels import Channel
from tests.fakes.discord.clock import time_of
from tests.fakes.discord.components_view import Menu, ShownComponentButton, buttons_of, media_of, menus_of, texts_of, walk
from tests.fakes.discord.files import File
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json, MessageFlag

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.discord.interactions import Interaction


@dataclass(frozen=True, slots=True)
class Version:
    """How a message looked from `at` on. `seconds` is the same moment on the monotonic clock, for measuring."""

    at: datetime
    content: str
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    uploads: tuple[File, ...]
    flags: MessageFlag
    seconds: float = field(default_factory=time.monotonic)

    @property
    def is_v2(self) -> bool:
        """Whether it is made of components alone."""
        return MessageFlag.COMPONENTS_V2 in self.flags

    @property
    def is_thinking(self) -> bool:
        """Whether it is the placeholder of a deferred answer."""
        return MessageFlag.LOADING in self.flags

    @property
    def text(self) -> str:
        """All that can be read: content, embeds, text displays."""
        parts: list[str | None] = [self.content, *texts_of(self.components)]
        for embed in self.embeds:
            parts += [embed.get("title"), embed.get("description")]
            parts += [text for one in embed.get("fields", []) for text in (one["name"], one["value"])]
            parts += [(embed.get("author") or {}).get("name"), (embed.get("footer") or {}).get("text")]
        return "\n".join(part for part in parts if part)

    @property
    def files(self) -> tuple[File, ...]:
        """What can be seen of the uploads: with V2 only those that a component shows."""
        return tuple(one for one in self.uploads if self._is_shown(one)) if self.is_v2 else self.uploads

    @property
    def loose_files(self) -> tuple[File, ...]:
        """The uploads that no embed and no component uses: these alone stand in the API's `attachments`."""
        return tuple(one for one in self.uploads if not self._is_shown(one))

    def _is_shown(self, upload: File) -> bool:
        return any(upload.path in url for url in self._media_urls)

    @property
    def _media_urls(self) -> list[str]:
        urls = [media["url"] for one in walk(self.components) for media in media_of(one)]
        for embed in self.embeds:
            urls += [(embed.get(key) or {}).get("url", "") for key in ("image", "thumbnail")]
            urls += [(embed.get(key) or {}).get("icon_url", "") for key in ("author", "footer")]
        return urls


class Message:
    """A message in a channel. Reading it gives its newest version; `history` has them all, the first first."""

    def __init__(self, channel: Channel, message_id: int, author: User, first: Version) -> None:
        self.channel = channel
        self.id = message_id
        self.author = author
        self.history = [first]
        self.interaction: Interaction | None = None
        """The interaction it answers, if it answers one."""
        self.whispered_to: User | None = None
        self.is_deleted = False
        self.nonce: str | int | None = None
        self.reference: Message | None = None
        self.pings: tuple[str, ...] = ()
        """Who was called by it: `everyone`, or ids of users and roles."""
        self.reactions: dict[str, list[User]] = {}

    @property
    def now(self) -> Version:
        """The newest version."""
        return self.history[-1]

    @property
    def content(self) -> str:
        """The plain content alone; see `text`."""
        return self.now.content

    @property
    def text(self) -> str:
        """All that can be read in it."""
        return self.now.text

    @property
    def embeds(self) -> tuple[Json, ...]:
        """Its embeds, as the API gives them."""
        return self.now.embeds

    @property
    def components(self) -> tuple[Json, ...]:
        """Its components, as the API gives them."""
        return self.now.components

    @property
    def files(self) -> tuple[File, ...]:
        """The files that can be seen in it."""
        return self.now.files

    @property
    def buttons(self) -> tuple[ShownComponentButton, ...]:
        """Its buttons, in reading order."""
        return buttons_of(self.components)

    @property
    def menus(self) -> tuple[Menu, ...]:
        """Its select menus, in reading order."""
        return menus_of(self.components)

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.whispered_to is not None

    @property
    def is_thinking(self) -> bool:
        """Whether it still says that the bot is thinking."""
        return self.now.is_thinking

    @property
    def is_v2(self) -> bool:
        """Whether it is made of components alone."""
        return self.now.is_v2

    async def when(self, look: "Callable[[Message], object]", *, within: float = 5) -> "Message":
        """Wait until the message is as `look` likes it."""
        changes = self.channel.world.changes
        return await changes.until(lambda: self if look(self) else None, within=within, what=f"message {self.id} like that")

    def delete(self) -> None:
        """Take the message away, as a moderator does."""
        self.channel.world.posts.delete(self)

    def json(self, *, is_readable: bool = True) -> Json:
        """Return the message as the API does; not `is_readable` leaves out what needs the content intent."""
        now, world = self.now, self.channel.world
        until = world.clock.now() + world.limits.link_lives
        body: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.json(),
            "content": now.content if is_readable else "",
            "timestamp": time_of(self.id).isoformat(),
            "edited_timestamp": now.at.isoformat() if len(self.history) > 1 else None,
            "tts": False,
            "mention_everyone": "everyone" in self.pings,
            "mentions": [world.users[int(who)].json() for who in self.pings if who.isdigit() and int(who) in world.users],
            "mention_roles": [who for who in self.pings if who.isdigit() and int(who) not in world.users],
            "attachments": [file.json(world.base_url, until) for file in now.loose_files] if is_readable else [],
            "embeds": list(now.embeds) if is_readable else [],
            "components": list(now.components) if is_readable else [],
            "pinned": False,
            "type": 19 if self.reference else 0,
            "flags": int(now.flags),
            "reactions": [self._reaction_json(emoji, users) for emoji, users in self.reactions.items()],
        }
        return {**body, **self._origin_json()}

    def _origin_json(self) -> Json:
        body: Json = {}
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if self.author is self.channel.world.bot:
            body["application_id"] = str(self.channel.world.application.id)
        if self.interaction is not None:
            body["webhook_id"] = body["application_id"]
            body |= self.interaction.metadata_json()
        if self.reference is not None:
            channel = self.reference.channel
            body["message_reference"] = {"type": 0, "message_id": str(self.reference.id), "channel_id": str(channel.id)}
            if channel.guild is not None:
                body["message_reference"]["guild_id"] = str(channel.guild.id)
        return body

    def _reaction_json(self, emoji: str, users: list[User]) -> Json:
        return {
            "emoji": emoji_json(emoji),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "me": self.channel.world.bot in users,
            "me_burst": False,
            "burst_colors": [],
        }


def emoji_json(emoji: str) -> Json:
    """Return a partial emoji: the character itself, or `name:id` of a server's own."""
    name, _, custom = emoji.partition(":")
    return {"id": custom or None, "name": name}
