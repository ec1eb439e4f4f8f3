"""Files in Slack: sent by the external flow, and waited for until they can really be seen.

A file that is shared nowhere is seen by nobody but in the blocks of the bot's
own messages. That is the usual way: an upload that is repeated after a crash
shows nothing twice, and a message that drops its picture takes it out of sight.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.adapters.slack import SLACK
from bot.adapters.slack.trouble import NotTaken
from bot.adapters.slack.web import Web
from bot.domain.chat import MessageRef
from bot.errors import SurfaceFailed

log = structlog.get_logger(__name__)

_REMEMBERED = 2000
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A file to be sent. `name` tells it from all others of its message, and holds nothing that a person typed."""

    name: str
    content: bytes = field(repr=False)
    title: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long files are waited for, in seconds: pauses grow from `first` to `longest`, all together last `total`.

    A file whose type is known and that is still in no channel after `share` was dropped on the way.
    """

    first: float = 0.6
    longest: float = 3.0
    total: float = 30.0
    share: float = 8.0


@dataclass(eq=False, slots=True)
class _Sent:
    id: str
    is_seen: bool = False


class Uploads:
    """Sends files, each once for a message as long as this process remembers."""

    def __init__(self, web: Web, patience: Patience) -> None:
        self._web = web
        self._patience = patience
        self._sent: OrderedDict[tuple[str, str], _Sent] = OrderedDict()

    async def held(self, team: str, drafts: Sequence[Draft]) -> tuple[str, ...]:
        """Give the ids of files that are shared nowhere, for the blocks of our own messages.

        Raises:
            SurfaceFailed: They were not taken, or could not be seen in time.
        """
        return await self._ids(team, drafts, f"{team}/", None)

    async def shared(self, message: MessageRef, drafts: Sequence[Draft]) -> tuple[str, ...]:
        """Give the ids of files that stand in the thread of a message; raises as `held` does, and `MessageGone`."""
        return await self._ids(message.place.tenant, drafts, _whose(message), message)

    def has_shared(self, message: MessageRef) -> bool:
        """Whether files stand in the thread of a message."""
        return any(whose == _whose(message) for whose, _ in self._sent)

    async def withdraw(self, message: MessageRef) -> None:
        """Delete what was shared in the thread of a message, as far as this process remembers."""
        mine = [key for key in self._sent if key[0] == _whose(message)]
        for key in mine:
            await self._deleted(message.place.tenant, self._sent.pop(key).id)

    async def _ids(self, team: str, drafts: Sequence[Draft], whose: str, message: MessageRef | None) -> tuple[str, ...]:
        for tries_left in reversed(range(_TRIES)):
            new = [draft for draft in drafts if (whose, draft.name) not in self._sent]
            if new:
                await self._send(team, new, whose, message)
            dropped = [draft for draft in drafts if not await self._is_seen(team, (whose, draft.name), message)]
            if not dropped:
                break
            log.warning("slack.share_dropped", files=len(dropped), tries_left=tries_left)
            for draft in dropped:
                await self._deleted(team, self._sent.pop((whose, draft.name)).id)
        else:
            raise SurfaceFailed(SLACK, "the files were not shown")
        return tuple(self._sent[whose, draft.name].id for draft in drafts)

    async def _send(self, team: str, drafts: Sequence[Draft], whose: str, message: MessageRef | None) -> None:
        ids = [await self._stored(team, draft) for draft in drafts]
        files = [{"id": id_, "title": draft.title} for id_, draft in zip(ids, drafts, strict=True)]
        arguments = {"files": json.dumps(files), **_where(message)}
        await self._web.call("files.completeUploadExternal", team, arguments)
        for id_, draft in zip(ids, drafts, strict=True):
            self._sent[whose, draft.name] = _Sent(id_)
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    async def _stored(self, team: str, draft: Draft) -> str:
        asked: dict[str, Any] = {"filename": draft.name, "length": str(len(draft.content))}
        if draft.alt:
            asked["alt_txt"] = draft.alt
        ticket = await self._web.call("files.getUploadURLExternal", team, asked)
        await self._web.upload(str(ticket["upload_url"]), draft.content)
        return str(ticket["file_id"])

    async def _is_seen(self, team: str, key: tuple[str, str], message: MessageRef | None) -> bool:
        """Wait until a file can be seen; False when its share was dropped.

        Raises:
            SurfaceFailed: It takes too long; the next try goes on waiting for the same file.
        """
        sent, loop = self._sent[key], asyncio.get_running_loop()
        ends, pause, known_at = loop.time() + self._patience.total, self._patience.first, None
        while not sent.is_seen:
            if loop.time() + pause > ends:
                raise SurfaceFailed(SLACK, f"a file could not be seen within {self._patience.total:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, self._patience.longest)
            file = await self._looked_at(team, sent.id)
            if file is None or (file.get("mimetype") and _is_in(file, message)):
                sent.is_seen = True
                return True
            if file.get("mimetype") and known_at is None:
                known_at = loop.time()
            if known_at is not None and loop.time() - known_at >= self._patience.share:
                return False
        return True

    async def _looked_at(self, team: str, file: str) -> dict[str, Any] | None:
        """Give what Slack tells of a file; None where we may not look."""
        try:
            answer = await self._web.call("files.info", team, {"file": file}, verb="GET")
        except NotTaken:
            return None
        except SurfaceFailed as error:
            if "file_not_found" in str(error):
                return {}
            raise
        told = answer.get("file")
        return told if isinstance(told, dict) else {}

    async def _deleted(self, team: str, file: str) -> None:
        try:
            await self._web.call("files.delete", team, {"file": file})
        except SurfaceFailed as error:
            log.info("slack.file_not_deleted", reason=str(error))


def _where(message: MessageRef | None) -> dict[str, str]:
    if message is None:
        return {}
    return {"channel_id": message.place.channel, "thread_ts": message.place.thread or message.id}


def _whose(message: MessageRef) -> str:
    return f"{message.place.tenant}/{message.place.channel}/{message.id}"


def _is_in(file: dict[str, Any], message: MessageRef | None) -> bool:
    if message is None:
        return True
    shares = file.get("shares")
    kinds = [*(shares.values() if isinstance(shares, dict) else ()), file.get("channels"), file.get("groups"), file.get("ims")]
    return any(message.place.channel in kind for kind in kinds if kind)
