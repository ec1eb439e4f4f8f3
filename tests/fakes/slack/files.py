"""Uploads: a ticket, then bytes, then a share that is seen late."""

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.workspaces import Workspace


@dataclass(eq=False)
class File:
    """A file of a workspace. Until `is_visible` the API tells neither its type nor where it is shared."""

    id: str
    workspace: "Workspace"
    name: str
    length: int
    owner: str
    alt: str = ""
    title: str = ""
    content: bytes | None = None
    created: float = 0.0
    is_complete: bool = False
    is_visible: bool = False
    is_deleted: bool = False
    is_external: bool = False
    """Whether it lies elsewhere, and Slack has a link to it only."""
    is_form_entry: bool = False
    """Whether it was entered in a form of the app's, which then may read it."""
    messages: "list[Message]" = field(default_factory=list)
    """Where it is shared."""

    @property
    def media_type(self) -> str:
        """What its name says it is."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def channels(self) -> list[str]:
        """The ids of the channels it is shared in."""
        return [one.channel.id for one in self.messages if not one.is_deleted]

    def is_seen_by_bot(self, workspaces: "Collection[Workspace]") -> bool:
        """Whether a bot of the workspaces may look at it: its own, one of a form of its, one in a channel that it sees."""
        is_ours = self.owner == self.workspace.bot_user.id or not self.messages
        if self.is_form_entry or (is_ours and self.workspace in workspaces):
            return True
        channels = [one.channel for one in self.messages if not one.is_deleted and one.channel.workspace in workspaces]
        return any(one.has_bot or not one.is_private for one in channels)

    def shares(self) -> Json:
        """Return where it is shared, as the API does."""
        shares: Json = {}
        for message in self.messages:
            if message.is_deleted:
                continue
            share: Json = {"ts": message.ts, "channel_name": message.channel.name, "team_id": self.workspace.id}
            if message.thread:
                share["thread_ts"] = message.thread
            kind = "private" if message.channel.is_private else "public"
            shares.setdefault(kind, {}).setdefault(message.channel.id, []).append(share)
        return shares

    def json(self, base_url: str) -> Json:
        """Return the file as the API does, with what can be told of it by now."""
        body: Json = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "user": self.owner,
            "size": self.length,
            "mode": "external" if self.is_external else "hosted",
            "is_external": self.is_external,
            "is_public": False,
            "mimetype": "",
            "filetype": "",
            "shares": {},
            "channels": [],
        }
        if not self.is_visible:
            return body
        if self.is_deleted:
            return {"id": self.id, "mode": "tombstone"}
        link = f"{base_url}/files-pri/{self.workspace.id}-{self.id}/{self.name}"
        if self.is_external:
            link = f"https://drive.example/{self.id}"
        return body | {
            "mimetype": self.media_type,
            "filetype": self.name.rpartition(".")[2],
            "alt_txt": self.alt,
            "shares": self.shares(),
            "channels": self.channels,
            "is_public": any(not one.channel.is_private for one in self.messages),
            "url_private": link,
            **({} if self.is_external else {"url_private_download": f"{link}?download=1"}),
            "permalink": f"{self.workspace.url}files/{self.owner}/{self.id}/{self.name}",
        }

    def event_json(self, base_url: str, workspace: "Workspace") -> Json:
        """Return the file as events to the app of a workspace do: of one from another workspace they tell the id alone."""
        if workspace is not self.workspace:
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info"}
        return self.json(base_url)
