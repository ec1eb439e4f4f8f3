"""Files in Slack: sent by the external flow, and waited for until they can really be seen.

A file that is shared nowhere is seen by nobody but in the blocks of the bot's
own messages. That is the usual way: an upload that is repeated after a crash
shows nothing twice, and a message that drops its picture takes it out of sight.
What has to stand in a thread is looked for there first: whoever sent it may
have died since, or the answer was lost.
"""

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import SlackMessageRejected
from bot.adapters.slack.web_api import SlackWebApi
from bot.domain.chat import MessageRef, Place
from bot.domain.pictures import PictureId
from bot.errors import SurfaceFailed

log = structlog.get_logger(__name__)

_REMEMBERED = 2000
_TRIES = 2
_LONGEST_SHARING = 120
"""Seconds that a file may be older than the message that it was shared as."""

_LISTED = "100"
"""Of a channel's files since a message that was just posted; more are not looked through."""

_MOST_PAGES = 10
_BEFORE, _AFTER = 600, 2 * 86_400
"""Seconds about a message in which the files that it shows are sent: it waits in the queue for a day at most."""

_DELETED_FILE_CODES = ("file_not_found", "file_deleted")


@dataclass(frozen=True, slots=True)
class FileUpload:
    """A file to be sent. `name` tells it from all others of its message, and holds nothing that a person typed."""

    name: str
    content: bytes = field(repr=False)
    title: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class UploadTimings:
    """How long files are waited for, in seconds: pauses grow from `first` to `longest`, all together last `total`.

    A file whose type is known and that is still in no channel after `share` was dropped on the way.
    """

    first: float = 0.6
    longest: float = 3.0
    total: float = 30.0
    share: float = 8.0


@dataclass(eq=False, slots=True)
class _UploadedFile:
    id: str
    is_seen: bool = False


class FileUploader:
    """Sends files, each once for a message as long as this process remembers."""

    def __init__(self, web: SlackWebApi, timings: UploadTimings) -> None:
        self._web = web
        self._timings = timings
        self._sent = NewestEntries[tuple[str, str], _UploadedFile](_REMEMBERED)

    async def upload_unshared(self, team: str, uploads: Sequence[FileUpload]) -> tuple[str, ...]:
        """Return the ids of files that are shared nowhere, for the blocks of our own messages.

        Raises:
            SurfaceFailed: They were not taken, or could not be seen in time.
        """
        return await self._ids(team, uploads, f"{team}/", None)

    async def upload_to_thread(self, message: MessageRef, uploads: Sequence[FileUpload]) -> tuple[str, ...]:
        """Return the ids of files that stand in the thread of a message; raises as `upload_unshared` does, and `MessageGone`."""
        return await self._ids(message.place.tenant, uploads, _owner_key(message), message)

    def has_shared(self, message: MessageRef) -> bool:
        """Whether files stand in the thread of a message."""
        return any(owner == _owner_key(message) for owner, _ in self._sent)

    async def remember_shared(self, message: MessageRef) -> None:
        """Look up which files stand in the thread of a message: another process, or a dead one, may have shared them.

        Raises:
            SurfaceFailed: Slack does not say now.
        """
        await self._remember_thread(message, _owner_key(message))

    async def delete_shared(self, message: MessageRef) -> None:
        """Delete what was shared in the thread of a message, as far as this process remembers."""
        keys = [key for key in self._sent if key[0] == _owner_key(message)]
        for key in keys:
            await self._delete(message.place.tenant, self._sent.pop(key).id)

    async def find_shared(self, place: Place, message: str) -> tuple[str, ...]:
        """Return the names of the files that were shared as a message; none where we may not look.

        Raises:
            SurfaceFailed: Slack does not say now.
        """
        seconds = message.partition(".")[0]
        if not seconds.isdecimal():
            return ()
        asked = {"channel": place.channel, "ts_from": str(int(seconds) - _LONGEST_SHARING), "count": _LISTED}
        try:
            listed = (await self._web.call("files.list", place.tenant, asked, verb="GET")).get("files")
        except SlackMessageRejected as error:
            log.info("slack.thread_unknown", reason=str(error))
            return ()
        files = listed if isinstance(listed, list) else ()
        return tuple(str(file["name"]) for file in files if any(share.get("ts") == message for share in _shares(file, place)))

    async def delete_pictures(self, message: MessageRef, pictures: Collection[PictureId]) -> None:
        """Delete the files of pictures that a message showed: those that this process remembers, and those that Slack lists.

        Raises:
            SlackMessageRejected: We may not look for them, or not delete them.
            SurfaceFailed: Slack does not take it now.
        """
        team, names = message.place.tenant, tuple(f"{picture_file_stem(picture)}." for picture in pictures)
        if not names:
            return
        known = [key for key in self._sent if key[0].startswith(f"{team}/") and key[1].startswith(names)]
        listed = await self._list_named(message, names)
        for file in sorted({self._sent[key].id for key in known} | listed):
            try:
                await self._web.call("files.delete", team, {"file": file})
            except SurfaceFailed as error:
                if not any(code in str(error) for code in _DELETED_FILE_CODES):
                    raise
        for key in known:
            self._sent.pop(key, None)

    async def _list_named(self, message: MessageRef, names: tuple[str, ...]) -> set[str]:
        """Return the ids of files whose names begin so, of the days around a message: this process may not know of them."""
        at, found = _time_of(message), set[str]()
        for page in range(1, _MOST_PAGES + 1):
            asked = {"ts_from": at - _BEFORE, "ts_to": at + _AFTER, "count": _LISTED, "page": page}
            answer = await self._web.call("files.list", message.place.tenant, asked, verb="GET")
            listed = [file for file in answer.get("files") or () if isinstance(file, dict)]
            found |= {str(file["id"]) for file in listed if str(file.get("name", "")).startswith(names)}
            paging = answer.get("paging")
            if not isinstance(paging, dict) or page >= int(paging.get("pages", 1)):
                break
        return found

    async def _ids(self, team: str, uploads: Sequence[FileUpload], owner: str, message: MessageRef | None) -> tuple[str, ...]:
        if message is not None and any((owner, upload.name) not in self._sent for upload in uploads):
            await self._remember_thread(message, owner)
        for tries_left in reversed(range(_TRIES)):
            new = [upload for upload in uploads if (owner, upload.name) not in self._sent]
            if new:
                await self._send(team, new, owner, message)
            dropped = [upload for upload in uploads if not await self._is_seen(team, (owner, upload.name), message)]
            if not dropped:
                break
            log.warning("slack.share_dropped", files=len(dropped), tries_left=tries_left)
            for upload in dropped:
                await self._delete(team, self._sent.pop((owner, upload.name)).id)
        else:
            raise SurfaceFailed(SLACK, "the files were not shown")
        return tuple(self._sent[owner, upload.name].id for upload in uploads)

    async def _remember_thread(self, message: MessageRef, owner: str) -> None:
        """Remember the files of a thread by their names, where we may look; raises as `SlackWebApi.call` does."""
        asked = {"channel": message.place.channel, "ts_from": message.place.thread or message.id, "count": _LISTED}
        try:
            listed = (await self._web.call("files.list", message.place.tenant, asked, verb="GET")).get("files")
        except SlackMessageRejected as error:
            log.info("slack.thread_unknown", reason=str(error))
            return
        for file in listed if isinstance(listed, list) else ():
            if _stands_in_thread(file, message):
                self._sent.setdefault((owner, str(file["name"])), _UploadedFile(str(file["id"]), is_seen=True))

    async def _send(self, team: str, uploads: Sequence[FileUpload], owner: str, message: MessageRef | None) -> None:
        ids = [await self._upload(team, upload) for upload in uploads]
        files = [{"id": id_, "title": upload.title} for id_, upload in zip(ids, uploads, strict=True)]
        arguments = {"files": json.dumps(files), **_share_target(message)}
        await self._web.call("files.completeUploadExternal", team, arguments)
        for id_, upload in zip(ids, uploads, strict=True):
            self._sent[owner, upload.name] = _UploadedFile(id_)

    async def _upload(self, team: str, upload: FileUpload) -> str:
        asked: dict[str, Any] = {"filename": upload.name, "length": str(len(upload.content))}
        if upload.alt:
            asked["alt_txt"] = upload.alt
        upload_slot = await self._web.call("files.getUploadURLExternal", team, asked)
        await self._web.upload(str(upload_slot["upload_url"]), upload.content)
        return str(upload_slot["file_id"])

    async def _is_seen(self, team: str, key: tuple[str, str], message: MessageRef | None) -> bool:
        """Wait until a file can be seen; False when its share was dropped.

        Raises:
            SurfaceFailed: It takes too long; the next try goes on waiting for the same file.
        """
        sent, loop = self._sent[key], asyncio.get_running_loop()
        ends, pause, known_at = loop.time() + self._timings.total, self._timings.first, None
        while not sent.is_seen:
            if loop.time() + pause > ends:
                raise SurfaceFailed(SLACK, f"a file could not be seen within {self._timings.total:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, self._timings.longest)
            file = await self._fetch_info(team, sent.id)
            if file is None or (file.get("mimetype") and _is_shared_in(file, message)):
                sent.is_seen = True
                return True
            if file.get("mimetype") and known_at is None:
                known_at = loop.time()
            if known_at is not None and loop.time() - known_at >= self._timings.share:
                return False
        return True

    async def _fetch_info(self, team: str, file: str) -> dict[str, Any] | None:
        """Return what Slack tells of a file; None where we may not look."""
        try:
            answer = await self._web.call("files.info", team, {"file": file}, verb="GET")
        except SlackMessageRejected:
            return None
        except SurfaceFailed as error:
            if "file_not_found" in str(error):
                return {}
            raise
        raw = answer.get("file")
        return raw if isinstance(raw, dict) else {}

    async def _delete(self, team: str, file: str) -> None:
        try:
            await self._web.call("files.delete", team, {"file": file})
        except SurfaceFailed as error:
            log.info("slack.file_not_deleted", reason=str(error))


def picture_file_stem(picture: PictureId) -> str:
    """Return what a picture's file is called in Slack, but for its ending."""
    return f"easel-ai-{picture}"


def _time_of(message: MessageRef) -> float:
    try:
        return float(message.id)
    except ValueError:
        raise SurfaceFailed(SLACK, "not an id of Slack's") from None


def _share_target(message: MessageRef | None) -> dict[str, str]:
    if message is None:
        return {}
    return {"channel_id": message.place.channel, "thread_ts": message.place.thread or message.id}


def _owner_key(message: MessageRef) -> str:
    return f"{message.place.tenant}/{message.place.channel}/{message.id}"


def _stands_in_thread(file: Any, message: MessageRef) -> bool:
    """Whether a listed file is a reply to the message."""
    thread = message.place.thread or message.id
    return any(share.get("thread_ts") == thread for share in _shares(file, message.place))


def _shares(file: Any, place: Place) -> Iterator[Mapping[str, Any]]:
    """Yield how a listed file was shared in a channel."""
    kinds = file.get("shares") if isinstance(file, dict) else None
    for kind in kinds.values() if isinstance(kinds, dict) else ():
        yield from kind.get(place.channel, ())


def _is_shared_in(file: dict[str, Any], message: MessageRef | None) -> bool:
    if message is None:
        return True
    shares = file.get("shares")
    kinds = [*(shares.values() if isinstance(shares, dict) else ()), file.get("channels"), file.get("groups"), file.get("ims")]
    return any(message.place.channel in kind for kind in kinds if kind)
