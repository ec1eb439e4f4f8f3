"""`files.*`: the external upload in three steps, and files that are seen late."""

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.faults import cut
from tests.fakes.slack.api import BareError, Method, suffer
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.block_rules import checked_blocks
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.files import File
from tests.fakes.slack.messages import Message, Version
from tests.fakes.slack.seen import SeenApiCall
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.world import World

UPLOADS = "/upload/v1/"
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to acme | Slack</title></head></html>"


class FileMethods:
    """The methods, and the place that takes the bytes."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._uploads: dict[str, File] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._held: list[tuple[list[File], Message | None]] = []

    def methods(self) -> dict[str, Method]:
        """Return what there is."""
        write = ("files:write",)
        return {
            "files.getUploadURLExternal": Method(self._ticket, write, takes_json=False),
            "files.completeUploadExternal": Method(self._complete, write),
            "files.info": Method(self._info, ("files:read",), takes_json=False),
            "files.list": Method(self._list, ("files:read",), takes_json=False),
            "files.delete": Method(self._delete, write),
        }

    def add_to(self, app: web.Application) -> None:
        """Take bytes, and give them out again."""
        app.router.add_post(UPLOADS + "{ticket}", self._upload)
        app.router.add_get("/files-pri/{id}/{name}", self._download)

    def release(self) -> None:
        """Let everything be seen that was held back."""
        held, self._held = self._held, []
        for files, message in held:
            self._show(files, message)

    def close(self) -> None:
        """Stop what is on its way."""
        for timer in self._timers:
            timer.cancel()

    def _ticket(self, ask: Ask) -> Json:
        name, length = ask.need("filename"), ask.need("length")
        if not length.isdigit() or int(length) <= 0:
            raise ApiError("invalid_arguments", ["must be greater than 0 [json-pointer:/length]"])
        if int(length) > ask.world.limits.file_bytes:
            raise ApiError("file_upload_size_restricted")
        workspace = ask.workspaces[0] if ask.token.enterprise is None or not ask.word("team_id") else ask.workspace
        file = File(ask.world.ids.new("F"), workspace, name, int(length), workspace.bot_user.id, ask.word("alt_txt"))
        file.created = ask.world.clock.now().timestamp()
        ticket = secrets.token_hex(12)
        ask.world.files[file.id] = self._uploads[ticket] = file
        return {"upload_url": f"{ask.world.base_url}{UPLOADS}{ticket}", "file_id": file.id}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        call = SeenApiCall("upload", self._world.clock.now(), time.monotonic(), encoding="raw")
        self._world.seen.calls.append(call)
        fault = self._world.faults.next("upload")
        try:
            await suffer(request, fault)
            content = await _content(request)
        except ApiError as error:
            call.status = error.status if isinstance(error, BareError) else 500
            return web.Response(status=call.status, text=error.code)
        call.args, call.took = {"length": len(content)}, time.monotonic() - call.started
        file = self._uploads.get(request.match_info["ticket"])
        call.status = 200 if file is not None and len(content) == file.length and file.content is None else 400
        if file is None or call.status != 200:
            return web.Response(status=call.status, text="file_upload_failed")
        file.content, call.workspace = content, file.workspace.id
        if fault is not None and fault.cuts_after:
            cut(request)
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, ask: Ask) -> Json:
        named = ask.structure("files")
        if not isinstance(named, list) or not named:
            raise ApiError("invalid_arguments", ["missing required field: files"])
        files = [self._ready(ask, one) for one in named]
        channels = [one for one in (ask.word("channel_id"), *ask.word("channels").split(",")) if one]
        if ask.word("thread_ts") and len(channels) != 1:
            raise ApiError("invalid_arguments", ["thread_ts needs exactly one channel"])
        shares = [self._share(ask, files, channel) for channel in channels]
        for file, one in zip(files, named, strict=True):
            file.is_complete, file.title = True, str(one.get("title") or file.name)
        for message in shares or [None]:
            self._later(files, message)
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def _ready(self, ask: Ask, named: Json) -> File:
        file = ask.world.files.get(str(named.get("id")))
        is_known = file is not None and file.workspace in ask.workspaces and not file.is_complete and not file.is_deleted
        if file is None or not is_known or file.content is None:
            raise ApiError("file_not_found")
        return file

    def _share(self, ask: Ask, files: list[File], wanted: str) -> Message | None:
        channel = Ask(ask.world, {"channel": wanted}, ask.token).channel()
        if channel.is_archived:
            raise ApiError("is_archived")
        if not channel.has_bot:
            raise ApiError("not_in_channel")
        thread = channel.root_of(ask.word("thread_ts")) if ask.word("thread_ts") else None
        blocks = ask.structure("blocks")
        comment = ask.word("initial_comment")
        shown = () if comment or not blocks else self._blocks(blocks, channel)
        if ask.world.drops_shares > 0:
            ask.world.drops_shares -= 1
            return None
        version = Version(ask.world.clock.now(), comment, shown)
        message = Message(channel, ask.world.ids.ts(), channel.workspace.bot_user, version, thread=thread)
        message.files = tuple(files)
        return message

    @staticmethod
    def _blocks(blocks: object, channel: "Channel") -> tuple[Json, ...]:
        if isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "markdown" for one in blocks):
            raise ApiError("internal_error")  # as the platform did in 2026; chat.postMessage takes the same block
        return checked_blocks(blocks, channel.workspace.file_rule(channel))

    def _later(self, files: list[File], message: Message | None) -> None:
        if self._world.holds_files:
            self._held.append((files, message))
            return
        loop, wait = asyncio.get_running_loop(), self._world.limits.file_delay.total_seconds()
        self._timers.add(loop.call_later(wait, self._show, files, message))

    def _show(self, files: list[File], message: Message | None) -> None:
        """Let files be seen, and the message that shares them."""
        world = self._world
        for file in files:
            file.is_visible = True
        if message is not None and not message.channel.is_deleted:
            message.ts = world.ids.ts()
            for file in files:
                file.messages.append(message)
            message.channel.put(message)
            self._tell(files, message)
        world.changes.notify()

    def _tell(self, files: list[File], message: Message) -> None:
        workspace, channel = message.channel.workspace, message.channel
        for file in files if workspace.is_installed else ():
            event = {
                "type": "file_shared",
                "file_id": file.id,
                "user_id": file.owner,
                "file": {"id": file.id},
                "channel_id": channel.id,
                "event_ts": message.ts,
            }
            if "files:read" in workspace.granted:
                self._world.deliveries.tell(workspace, event, needs="files:read")

    def _info(self, ask: Ask) -> Json:
        return {"file": self._found(ask).json(ask.world.base_url), "comments": [], "response_metadata": {"next_cursor": ""}}

    def _list(self, ask: Ask) -> Json:
        """`files.list`, newest first: of one channel, or whatever the bot may see; between `ts_from` and `ts_to`."""
        oldest, youngest = float(ask.word("ts_from", "0")), float(ask.word("ts_to", "inf"))
        if ask.word("channel"):
            channel = Ask(ask.world, {"channel": ask.word("channel")}, ask.token).channel()
            found = [file for file in ask.world.files.values() if file.is_visible and channel.id in file.channels]
            found = [file for file in found if any(float(one.ts) >= oldest for one in file.messages)]
        else:
            ours = [file for file in ask.world.files.values() if file.workspace in ask.workspaces]
            found = [file for file in ours if file.is_complete and not file.is_deleted and oldest <= file.created <= youngest]
        count, page = int(ask.word("count", "100")), int(ask.word("page", "1"))
        listed = [file.json(ask.world.base_url) for file in found][::-1]
        pages = max(1, -(-len(listed) // count))
        paging = {"count": count, "total": len(listed), "page": page, "pages": pages}
        return {"files": listed[(page - 1) * count : page * count], "paging": paging}

    def _delete(self, ask: Ask) -> Json:
        file = self._found(ask)
        file.is_deleted, file.content = True, None
        for message in file.messages:
            message.files = tuple(one for one in message.files if one is not file)
            if not message.files and not message.text and not message.blocks:
                message.delete()
        ask.world.changes.notify()
        return {}

    @staticmethod
    def _found(ask: Ask) -> File:
        file = ask.world.files.get(ask.need("file"))
        if file is None or not file.is_complete:
            raise ApiError("file_not_found")
        if file.is_deleted and file.workspace in ask.workspaces:
            raise ApiError("file_deleted")
        if not file.is_seen_by_bot(ask.workspaces):
            raise ApiError("file_not_found")
        return file

    async def _download(self, request: web.Request) -> web.Response:
        """Return a private file to a token that may read it; one without the scope gets the login page, as if all were well."""
        call = SeenApiCall("download", self._world.clock.now(), time.monotonic())
        self._world.seen.calls.append(call)
        self._world.changes.notify()
        try:
            await suffer(request, self._world.faults.next("download"))
        except ApiError as error:
            return web.Response(status=error.status)
        file = self._world.files.get(request.match_info["id"].rpartition("-")[2])
        try:
            token = self._world.tokens.check(request.headers.get("Authorization", "").removeprefix("Bearer "))
        except ApiError:
            return web.Response(status=302, headers={"Location": "/"})
        if "files:read" not in token.scopes:
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        if file is None or file.content is None or not file.is_seen_by_bot(self._world.workspaces_of(token)):
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.media_type)


async def _content(request: web.Request) -> bytes:
    """Return the bytes: the body as it is, or the file of a multipart form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    fields = (await request.post()).values()
    files = [one.file.read() for one in fields if isinstance(one, web.FileField)]
    return files[0] if files else b""
