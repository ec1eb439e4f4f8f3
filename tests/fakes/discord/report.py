"""Messages and interactions as JSON for somebody in another process."""

from typing import TYPE_CHECKING

from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.messages import Message


def message_json(message: "Message") -> Json:
    """Return a message with its versions, for a test in another process."""
    return {
        "id": str(message.id),
        "author": message.author.name,
        "text": message.text,
        "buttons": [button.label or button.emoji for button in message.buttons],
        "files": [{"name": file.filename, "bytes": len(file.content), "path": file.path} for file in message.files],
        "is_ephemeral": message.is_ephemeral,
        "is_thinking": message.is_thinking,
        "is_deleted": message.is_deleted,
        "history": [
            {"at": one.at.isoformat(), "seconds": one.seconds, "text": one.text, "files": len(one.files)}
            for one in message.history
        ],
    }


def interaction_json(interaction: "Interaction") -> Json:
    """Return an interaction with what came of it, for a test in another process."""
    return {
        "id": str(interaction.id),
        "name": interaction.name,
        "user": interaction.user.name,
        "is_acknowledged": interaction.is_acknowledged,
        "has_failed": interaction.has_failed,
        "acknowledged_after_s": interaction.acknowledged_after,
        "modal": interaction.modal.title if interaction.modal else None,
        "messages": [message_json(one) for one in interaction.messages],
    }
