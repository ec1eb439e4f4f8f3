"""Messages and views as JSON for somebody in another process."""

from typing import TYPE_CHECKING

from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.views import SlackView
    from tests.fakes.slack.workspaces import Workspace


def message_json(message: "Message") -> Json:
    """Return a message with its versions."""
    return {
        "ts": message.ts,
        "channel": message.channel.name,
        "author": message.author.name,
        "text": message.text,
        "shown": message.shown,
        "thread": message.thread,
        "buttons": message.buttons,
        "files": [{"id": one.id, "name": one.name, "bytes": len(one.content or b""), "alt": one.alt} for one in message.files],
        "alts": message.alts,
        "only_for": message.whispered_to.name if message.whispered_to else None,
        "is_deleted": message.is_deleted,
        "history": [
            {"at": one.at.isoformat(), "seconds": one.seconds, "text": one.text, "shown": message.shown_in(one)}
            for one in message.history
        ],
    }


def view_json(view: "SlackView") -> Json:
    """Return a modal or Home tab."""
    return {
        "id": view.id,
        "kind": view.kind,
        "title": view.title,
        "callback_id": view.callback_id,
        "shown": view.shown,
        "buttons": view.buttons,
        "inputs": [
            {"label": one.label, "block_id": one.block_id, "kind": one.kind, "options": [value for value, _ in one.options]}
            for one in view.inputs
        ],
        "errors": view.errors,
        "is_open": view.is_open,
    }


def workspace_json(workspace: "Workspace") -> Json:
    """Return a workspace with what is in it."""
    return {
        "id": workspace.id,
        "name": workspace.name,
        "enterprise": workspace.enterprise,
        "is_installed": workspace.is_installed,
        "bot_token": workspace.token.value if workspace.token else None,
        "bot_user": workspace.bot_user.id,
        "channels": {one.name: one.id for one in workspace.channels.values() if not one.is_deleted},
        "members": {one.name: one.id for one in workspace.people.values()},
    }
