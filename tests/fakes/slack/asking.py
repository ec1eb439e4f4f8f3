"""A call on its way to a method: its arguments, whichever way they came, and what its token can see."""

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.tokens import Token
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.workspaces import Workspace
    from tests.fakes.slack.world import World


@dataclass(frozen=True, slots=True)
class Basic:
    """Client id and secret, as HTTP Basic brings them."""

    client_id: str
    secret: str


class Ask:
    """Arguments and token of a call."""

    def __init__(self, world: "World", args: Json, token: Token, basic: Basic | None = None) -> None:
        self.world = world
        self.args = args
        self.token = token
        self.basic = basic

    def word(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """Return an argument that must be there.

        Raises:
            ApiError: It is not.
        """
        value = self.word(name)
        if not value:
            raise ApiError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Return an argument that is yes or no."""
        return self.word(name).lower() in ("1", "true")

    def structure(self, name: str) -> Any:
        """Return an argument that is JSON: as it is, or written into a string.

        Raises:
            ApiError: The string is no JSON.
        """
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError("invalid_arguments", [f"invalid JSON: {name}"]) from None

    @property
    def workspace(self) -> "Workspace":
        """The workspace that is meant: the token's, or with an organisation's token the one named by `team_id`.

        Raises:
            ApiError: The organisation's token came without one, or with that of a workspace that is not its own.
        """
        seen, wanted = self.workspaces, self.word("team_id")
        if self.token.enterprise is None:
            return seen[0]
        if not wanted:
            raise ApiError("missing_argument", ["missing required field: team_id"])
        found = next((one for one in seen if one.id == wanted), None)
        if found is None:
            raise ApiError("team_access_not_granted")
        return found

    @property
    def workspaces(self) -> "list[Workspace]":
        """All workspaces that the token can see."""
        return self.world.workspaces_of(self.token)

    @property
    def _connected(self) -> "list[Workspace]":
        """Other workspaces that share a channel with one of these."""
        return [other for one in self.workspaces for channel in one.channels.values() for other in channel.shared_with]

    def channel(self, name: str = "channel") -> "Channel":
        """Return the channel that is named by id, or by a person's id for the direct conversation.

        Raises:
            ApiError: The token sees none like that.
        """
        wanted = self.need(name)
        for workspace in self.workspaces:
            found = workspace.channels.get(wanted)
            if found is None and wanted in workspace.people:
                found = workspace.dm(workspace.people[wanted])
            if found is not None and not found.is_deleted and (found.has_bot or not found.is_private):
                return found
        raise ApiError("channel_not_found")

    def member(self, name: str = "user", error: str = "user_not_found") -> "Member":
        """Return a person.

        Raises:
            ApiError: The token sees nobody like that.
        """
        wanted = self.need(name)
        for workspace in (*self.workspaces, *self._connected):
            if wanted in workspace.people:
                return workspace.people[wanted]
        raise ApiError(error)

    def message(self, channel: "Channel", name: str = "ts") -> "Message":
        """Return a message; ephemeral ones cannot be found.

        Raises:
            ApiError: There is none.
        """
        found = channel.find(self.need(name))
        if found is None:
            raise ApiError("message_not_found")
        return found


async def read_args(request: web.Request, *, takes_json: bool) -> tuple[Json, str, str]:
    """Return the arguments of a request, how they came (`json`, `form`, `multipart`, `query`), and a token among them."""
    args: Json = dict(request.query)
    encoding = "query"
    if request.content_type == "application/json" and request.can_read_body and takes_json:
        encoding = "json"
        args |= _object(await request.text())
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data") and request.can_read_body:
        encoding = "multipart" if request.content_type.startswith("multipart") else "form"
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    token = str(args.pop("token", ""))
    header = request.headers.get("Authorization", "")
    return args, encoding, header.removeprefix("Bearer ") if header.startswith("Bearer ") else token


def _object(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


def basic_of(request: web.Request) -> Basic | None:
    """Return the client id and secret of HTTP Basic."""
    kind, _, coded = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Basic(client_id, secret)
