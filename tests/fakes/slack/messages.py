"""Messages, every version of them, and the reactions below them."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.slack import blocks_view, words
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.files import File
    from tests.fakes.slack.users import User


@dataclass(frozen=True, slots=True)
class Version:
    """How a message looked from `at` on. `seconds` is the same moment on the monotonic clock, for measuring."""

    at: datetime
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    is_mrkdwn: bool = True
    seconds: float = field(default_factory=time.monotonic)


class Message:
    """A message in a channel. Reading it gives its newest version; `history` has them all, the first first."""

    def __init__(self, channel: "Channel", ts: str, author: "User", first: Version, *, thread: str | None = None) -> None:
        self.channel = channel
        self.ts = ts
        self.author = author
        self.thread = thread
        """The timestamp of the message it replies to; None outside of threads."""
        self.history = [first]
        self.whispered_to: User | None = None
        self.is_deleted = False
        self.files: tuple[File, ...] = ()
        self.metadata: Json | None = None
        self.client_msg_id = ""
        self.is_broadcast = False
        self.reactions: dict[str, list[User]] = {}

    @property
    def now(self) -> Version:
        """The newest version."""
        return self.history[-1]

    @property
    def text(self) -> str:
        """The plain text as it was sent; under blocks it is only what a notification shows. See `shown`."""
        return self.now.text

    @property
    def blocks(self) -> tuple[Json, ...]:
        """Its blocks."""
        return self.now.blocks

    @property
    def shown(self) -> str:
        """All words that a person sees in it: blocks, or the text when there are none; files' titles; buttons."""
        return self.shown_in(self.now)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in reading order."""
        return [one.label for one in blocks_view.buttons(self._all_blocks(self.now))]

    @property
    def alts(self) -> list[str]:
        """The alternative texts of its pictures: image blocks first, then files."""
        shown = [str(one["alt_text"]) for one in blocks_view.images(self._all_blocks(self.now))]
        return shown + [file.alt for file in self.files]

    @property
    def images(self) -> tuple[Json, ...]:
        """Its image blocks and elements, raw."""
        return blocks_view.images(self._all_blocks(self.now))

    @property
    def pings(self) -> tuple[str, ...]:
        """Who is called by it: `channel`, `here`, `everyone`, ids of people and groups."""
        return words.pings(self._marked)

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses that can be clicked in its text."""
        return words.links(self._marked)

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.whispered_to is not None

    @property
    def replies(self) -> "list[Message]":
        """The messages of its thread, oldest first."""
        return [one for one in self.channel.messages if one.thread == self.ts and one is not self]

    def __contains__(self, text: str) -> bool:
        return text in self.shown

    def shown_in(self, version: Version) -> str:
        """Return all words that a person saw in one version."""
        name_of = self.channel.workspace.name_of
        blocks = self._all_blocks(version)
        parts = [blocks_view.shown_words(blocks, name_of)]
        if not version.blocks:
            parts.insert(0, words.read(version.text, name_of) if version.is_mrkdwn else version.text)
        parts += [file.title or file.name for file in self.files]
        parts += [one.label for one in blocks_view.buttons(blocks)]
        return "\n".join(part for part in parts if part)

    async def when(self, look: "Callable[[Message], object]", *, within: float = 5) -> "Message":
        """Wait until the message is as `look` likes it."""
        changes = self.channel.workspace.world.changes
        return await changes.until(lambda: self if look(self) else None, within=within, what=f"message {self.ts} like that")

    def delete(self) -> None:
        """Take the message away, as somebody with the right to does."""
        self.is_deleted = True
        self.channel.workspace.world.changes.notify()

    def revise(self, version: Version) -> None:
        """Show something else from now on."""
        self.history.append(version)
        self.channel.workspace.world.changes.notify()

    @property
    def _marked(self) -> str:
        now = self.now
        plain = "" if now.blocks or not now.is_mrkdwn else now.text
        return f"{plain}\n{blocks_view.mrkdwn(self._all_blocks(now))}"

    @staticmethod
    def _all_blocks(version: Version) -> list[Json]:
        return [*version.blocks, *(block for one in version.attachments for block in one.get("blocks", []))]

    def json(self) -> Json:
        """Return the message as the API and the payloads do."""
        now, workspace = self.now, self.channel.workspace
        body: Json = {
            "type": "message",
            "user": self.author.id,
            "ts": self.ts,
            "team": workspace.id,
            "text": now.text,
            "blocks": list(now.blocks),
        }
        if self.author.is_bot:
            body |= {"bot_id": workspace.bot_id, "app_id": workspace.world.app.id}
        if self.thread is not None:
            body |= {"thread_ts": self.thread}
        if len(self.history) > 1:
            body["edited"] = {"user": self.author.id, "ts": f"{now.at.timestamp():.6f}"}
        if self.files:
            body["files"] = [file.json(workspace.world.base_url) for file in self.files]
            body["upload"] = True
        if self.metadata is not None:
            body["metadata"] = self.metadata
        if now.attachments:
            body["attachments"] = list(now.attachments)
        return body
