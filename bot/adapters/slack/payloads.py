"""Where a call comes from, as Slack's payloads say it: each kind of payload says it elsewhere.

Whose installation a payload belongs to, and who the person is, are two
things: in a channel that two organisations share (Slack Connect), members of
both use the one's bot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.adapters.slack import SLACK
from bot.adapters.slack.form_context import FormContext
from bot.domain.chat import Place
from bot.domain.people import Identity

Json = Mapping[str, Any]


class Installation(NamedTuple):
    """A bot's installation: a workspace's, or an organisation's as it is seen in one of its workspaces."""

    enterprise: str
    team: str


@dataclass(frozen=True, slots=True)
class PayloadOrigin:
    """One payload's place and person.

    `team` and `enterprise` are those of the installation, which answers;
    `home` is the person's own workspace, empty where it is the same.
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
    home: str = ""

    @property
    def place(self) -> Place:
        """Return where to answer."""
        return Place(SLACK, self.team, self.channel, self.thread)

    @property
    def identity(self) -> Identity:
        """Return who it is: the same person in their own workspace and in a channel that another shares with it."""
        return Identity(SLACK, self.home or self.team, self.user)


def origin_of_command(body: Json) -> PayloadOrigin:
    """Return the origin of a slash command's payload."""
    return PayloadOrigin(
        team=_text(body, "team_id"),
        user=_text(body, "user_id"),
        name=_text(body, "user_name"),
        enterprise=_text(body, "enterprise_id"),
        channel=_text(body, "channel_id"),
        trigger=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
    )


def origin_of_interaction(body: Json) -> PayloadOrigin:
    """Return the origin of the payload of a button, a shortcut or a form."""
    user, container, message = _read_object(body, "user"), _read_object(body, "container"), _read_object(body, "message")
    ts = _text(message, "ts") or _text(body, "message_ts") or _text(container, "message_ts")
    thread = _text(message, "thread_ts") or _text(container, "thread_ts")  # a thread's first message names itself
    installed = installation_of(body)
    return PayloadOrigin(
        team=installed.team,
        user=_text(user, "id"),
        name=_text(user, "username") or _text(user, "name"),
        enterprise=installed.enterprise,
        channel=_text(_read_object(body, "channel"), "id") or _text(container, "channel_id"),
        thread="" if thread == ts else thread,
        message=ts,
        trigger=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
        home=_foreign_home(_text(user, "team_id") or _text(_read_object(body, "team"), "id"), installed.team),
    )


def origin_of_event(body: Json) -> PayloadOrigin:
    """Return the origin of an event: a mention, a reaction, somebody opening the Home tab."""
    event, item = _read_object(body, "event"), _read_object(_read_object(body, "event"), "item")
    installed = installation_of(body)
    return PayloadOrigin(
        team=installed.team,
        user=_text(event, "user"),
        enterprise=installed.enterprise,
        channel=_text(event, "channel") or _text(item, "channel"),
        thread=_text(event, "thread_ts"),
        message=_text(item, "ts") or _text(event, "ts"),
        home=_foreign_home(_home_of_event(body), installed.team),
    )


def installation_of(body: Json) -> Installation:
    """Return the installation that a payload was sent to, and that answers it.

    A form says whose it is in `view.app_installed_team_id`, an event in its
    first authorization; what else they name is the person's (slack-bolt reads
    them alike, see `slack_bolt.request.internals`). Only who opened a form
    knows its organisation, so the form brings that along.
    """
    view, authorizations = _read_object(body, "view"), body.get("authorizations")
    enterprise = _text(_read_object(body, "enterprise"), "id") or _text(body, "enterprise_id")
    if authorizations and isinstance(authorizations[0], Mapping):
        return _installation_of_authorization(body, authorizations[0])
    team = _text(_read_object(body, "team"), "id") or _text(body, "team_id") or _text(_read_object(body, "user"), "team_id")
    installed = _text(view, "app_installed_team_id")
    if installed in {"", team, enterprise}:
        return Installation(enterprise, team)
    context = FormContext.parse(_text(view, "private_metadata"))
    if installed in {context.team, context.enterprise}:
        return Installation(context.enterprise, context.team)
    return Installation("", installed)


def _installation_of_authorization(body: Json, authorization: Json) -> Installation:
    """Return an event's installation; one of a whole organisation names no workspace, so the event's own is taken."""
    enterprise = _text(authorization, "enterprise_id")
    is_at_home = enterprise == _text(body, "enterprise_id")
    seen_in = _text(body, "team_id") if is_at_home else _text(body, "context_team_id")
    return Installation(enterprise, _text(authorization, "team_id") or seen_in or _text(body, "team_id"))


def _home_of_event(body: Json) -> str:
    """Return the workspace of the person. Of organisations on Enterprise Grid, `user_team` may name the whole."""
    event = _read_object(body, "event")
    if body.get("is_ext_shared_channel") is not True:
        return ""
    named = _text(event, "user_team") or _text(event, "team")
    is_organisation = named.startswith("E")
    if not named or (is_organisation and named == _text(body, "enterprise_id")):
        return _text(body, "team_id")
    return named


def _foreign_home(home: str, team: str) -> str:
    return "" if home == team else home


def _read_object(body: Json, name: str) -> Json:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Json, name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
