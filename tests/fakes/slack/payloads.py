"""What the platform puts into the payloads of commands, presses, shortcuts and forms, and into events of messages."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.fakes.slack.blocks_view import ShownBlockButton
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.messages import Message
from tests.fakes.slack.views import SlackView
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.workspaces import Workspace


def command(member: "Member", channel: Channel, name: str, text: str) -> Json:
    """Return the fields of a slash command."""
    workspace, world = member.workspace, member.workspace.world
    fields: Json = {
        "token": world.app.verification_token,
        "team_id": workspace.id,
        "team_domain": workspace.name,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "true" if workspace.is_org_install else "false",
        "response_url": world.response_urls.new(member, channel),
        "trigger_id": world.triggers.new(member),
    }
    if workspace.enterprise:
        fields |= {"enterprise_id": workspace.enterprise, "enterprise_name": workspace.enterprise}
    return fields


def mention(member: "Member", message: Message) -> Json:
    """Return the event of a message that mentions the bot."""
    team = {"user_team": member.workspace.id} if message.channel.shared_with else {}
    return {"type": "app_mention", **_written(member, message), **team}


def direct_message(member: "Member", message: Message) -> Json:
    """Return the event of a message in a direct conversation."""
    subtype = {"subtype": "file_share"} if message.files else {}
    return {"type": "message", "channel_type": "im", **_written(member, message), **subtype}


def _written(member: "Member", message: Message) -> Json:
    installed = message.channel.workspace
    files = [file.event_json(installed.world.base_url, installed) for file in message.files]
    return {
        "user": member.id,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel.id,
        "team": member.workspace.id,
        "event_ts": message.ts,
        **({"thread_ts": message.thread} if message.thread else {}),
        **({"files": files, "upload": True} if files else {}),
    }


def press_on_message(member: "Member", message: Message, action: Json) -> Json:
    """Return a `block_actions` payload for an element of a message."""
    world, channel = member.workspace.world, message.channel
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.thread:
        container["thread_ts"] = message.thread
    body: Json = {
        **_common(member, "block_actions", channel.workspace),
        "container": container,
        "trigger_id": world.triggers.new(member, channel.workspace),
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": world.response_urls.new(member, channel, message),
        "actions": [action],
    }
    # an ephemeral message exists nowhere but on a screen, so the platform does not send it along
    return body if message.is_ephemeral else body | {"message": message.json()}


def press_on_view(member: "Member", view: SlackView, action: Json) -> Json:
    """Return a `block_actions` payload for an element of a modal or Home tab."""
    return {
        **_common(member, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": member.workspace.world.triggers.new(member, view.workspace),
        "view": view.json(),
        "actions": [action],
    }


def action_of(button: ShownBlockButton) -> Json:
    """Return the press of a button."""
    action: Json = {
        "type": "button",
        "action_id": button.action_id,
        "block_id": button.block_id,
        "text": button.raw["text"],
        "action_ts": f"{time.time():.6f}",
    }
    if button.value:
        action["value"] = button.value
    return action | ({"style": button.style} if button.style else {})


def shortcut(member: "Member", callback_id: str) -> Json:
    """Return a global shortcut."""
    return {
        **_common(member, "shortcut"),
        "action_ts": f"{time.time():.6f}",
        "callback_id": callback_id,
        "trigger_id": member.workspace.world.triggers.new(member),
    }


def message_shortcut(member: "Member", callback_id: str, message: Message) -> Json:
    """Return a shortcut on a message."""
    world, channel = member.workspace.world, message.channel
    return {
        **_common(member, "message_action", channel.workspace),
        "action_ts": f"{time.time():.6f}",
        "callback_id": callback_id,
        "trigger_id": world.triggers.new(member, channel.workspace),
        "response_url": world.response_urls.new(member, channel, message),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message.json(),
    }


def submission(member: "Member", view: SlackView, state: Mapping[str, Json]) -> Json:
    """Return a form that was sent."""
    return {
        **_common(member, "view_submission"),
        "trigger_id": member.workspace.world.triggers.new(member, view.workspace),
        "view": view.json(state),
        "response_urls": [],
    }


def closing(member: "Member", view: SlackView, *, is_cleared: bool) -> Json:
    """Return a modal that was closed."""
    return {**_common(member, "view_closed"), "view": view.json(), "is_cleared": is_cleared}


def _common(member: "Member", kind: str, installed: "Workspace | None" = None) -> Json:
    """Return what all have. Forms name the person's workspace, presses on a message that of the app (slack-bolt#734)."""
    workspace = installed or member.workspace
    return {
        "type": kind,
        "user": member.brief(),
        "api_app_id": workspace.world.app.id,
        "token": workspace.world.app.verification_token,
        "team": workspace.json(),
        "enterprise": workspace.enterprise_json(),
        "is_enterprise_install": workspace.is_org_install,
    }
