"""Response URLs: five uses in half an hour, also where the bot is no member."""

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.slack.block_rules import checked_blocks
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.messages import Message, Version
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.world import World

PATH = "/commands/"


@dataclass(eq=False)
class Hook:
    """One response URL."""

    member: "Member"
    channel: "Channel"
    origin: Message | None
    """The message whose button was pressed."""
    thread: str | None
    made_at: float
    uses: int = 0


class ResponseUrls:
    """Gives and takes response URLs."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._hooks: dict[str, Hook] = {}

    def new(self, member: "Member", channel: "Channel", origin: Message | None = None) -> str:
        """Make one for what somebody just did."""
        path = f"{PATH}{channel.workspace.id}/{secrets.token_hex(8)}"
        thread = origin.thread if origin is not None else None
        self._hooks[path] = Hook(member, channel, origin, thread, self._world.clock.seconds())
        return self._world.base_url + path

    def use(self, path: str, body: str) -> None:
        """Carry out what was posted to one.

        Raises:
            ApiError: It is unknown, used up, too old, or the message breaks the rules.
        """
        hook = self._hooks.get(path)
        if hook is None:
            raise ApiError("no_service", status=404)
        if self._world.clock.seconds() - hook.made_at > self._world.limits.response_url_lives.total_seconds():
            raise ApiError("expired_url", status=404)
        if hook.uses >= self._world.limits.response_url_uses:
            raise ApiError("used_url", status=404)
        self._check_place(hook)
        post = _parsed(body)
        if post.get("delete_original"):
            self._delete(hook)
        else:
            self.say(hook, post)
        hook.uses += 1

    def answer(self, member: "Member", channel: "Channel", post: Json) -> None:
        """Show what came with the acknowledgement of a slash command."""
        if post.get("text") or post.get("blocks"):
            self.say(Hook(member, channel, None, None, self._world.clock.seconds()), post)

    def say(self, hook: Hook, post: Json) -> None:
        """Show a message, or another version of the original.

        Raises:
            ApiError: It breaks the rules.
        """
        version = self._version(hook, post)
        if post.get("replace_original") and hook.origin is not None and not hook.origin.is_deleted:
            hook.origin.revise(version)
            return
        author = hook.channel.workspace.bot_user
        thread = str(post["thread_ts"]) if post.get("thread_ts") else hook.thread
        message = Message(hook.channel, self._world.ids.ts(), author, version, thread=thread)
        if post.get("response_type", "ephemeral") != "in_channel":
            message.whispered_to = hook.member
        hook.channel.put(message)

    def _version(self, hook: Hook, post: Json) -> Version:
        text, blocks = str(post.get("text") or ""), post.get("blocks")
        if not text and not blocks and not post.get("attachments"):
            raise ApiError("no_text", status=400)
        try:
            shown = checked_blocks(blocks, hook.channel.workspace.file_rule(hook.channel)) if blocks else ()
        except ApiError as error:
            error.status = 400
            raise
        return Version(self._world.clock.now(), text, shown, tuple(post.get("attachments") or ()))

    @staticmethod
    def _delete(hook: Hook) -> None:
        if hook.origin is not None:
            hook.origin.delete()

    @staticmethod
    def _check_place(hook: Hook) -> None:
        if hook.channel.is_deleted:
            raise ApiError("channel_not_found", status=404)
        if hook.channel.is_archived:
            raise ApiError("channel_is_archived", status=410)


def _parsed(body: str) -> Json:
    try:
        post = json.loads(body)
    except ValueError:
        raise ApiError("invalid_payload", status=400) from None
    if not isinstance(post, dict):
        raise ApiError("invalid_payload", status=400)
    return post


async def read_body(request: web.Request) -> str:
    """Return the JSON that was posted: as the body, or as a form's `payload`."""
    if request.content_type == "application/x-www-form-urlencoded":
        return str((await request.post()).get("payload", ""))
    return await request.text()
