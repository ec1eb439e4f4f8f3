"""Where a call comes from, as Slack's payloads say it: each kind of payload says it elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.slack import SLACK
from bot.domain.chat import Place
from bot.domain.people import Identity

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """One payload's place and person.

    `enterprise` is empty outside of Enterprise Grid, `channel` where there
    was none. A `trigger` opens one form within three seconds, a
    `response_url` takes five messages within half an hour; both are secrets.
    """

    team: str
    user: str
    name: str = ""
    enterprise: str = ""
    channel: str = ""
    thread: str = ""
    message: str = ""
    trigger: str = field(default="", repr=False)
    response_url: str = field(default="", repr=False)

    @property
    def place(self) -> Place:
        """Where to answer."""
        return Place(SLACK, self.team, self.channel, self.thread)

    @property
    def identity(self) -> Identity:
        """Who it is."""
        return Identity(SLACK, self.team, self.user)


def of_command(body: Json) -> Origin:
    """Read a slash command's payload."""
    return Origin(
        team=_text(body, "team_id"),
        user=_text(body, "user_id"),
        name=_text(body, "user_name"),
        enterprise=_text(body, "enterprise_id"),
        channel=_text(body, "channel_id"),
        trigger=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def of_interaction(body: Json) -> Origin:
    """Read the payload of a button, a shortcut or a form."""
    user, container, message = _below(body, "user"), _below(body, "container"), _below(body, "message")
    ts = _text(message, "ts") or _text(body, "message_ts") or _text(container, "message_ts")
    thread = _text(message, "thread_ts") or _text(container, "thread_ts")  # a thread's first message names itself
    return Origin(
        team=_text(_below(body, "team"), "id") or _text(user, "team_id"),
        user=_text(user, "id"),
        name=_text(user, "username") or _text(user, "name"),
        enterprise=_text(_below(body, "enterprise"), "id"),
        channel=_text(_below(body, "channel"), "id") or _text(container, "channel_id"),
        thread="" if thread == ts else thread,
        message=ts,
        trigger=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def of_event(body: Json) -> Origin:
    """Read an event's payload: a mention, a reaction, somebody opening the Home tab."""
    event, item = _below(body, "event"), _below(_below(body, "event"), "item")
    return Origin(
        team=_text(body, "team_id"),
        user=_text(event, "user"),
        enterprise=_text(body, "enterprise_id"),
        channel=_text(event, "channel") or _text(item, "channel"),
        thread=_text(event, "thread_ts"),
        message=_text(item, "ts") or _text(event, "ts"),
    )


def _below(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Json, name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
