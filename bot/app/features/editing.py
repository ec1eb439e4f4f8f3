"""Changing pictures by words, and finding the way among what came of that."""

from bot.app.services import Services
from bot.commands.edit import ask_edit, edit, use_reference
from bot.commands.lineage import back, forward, history
from bot.commands.spec import AnyCommand
from bot.pipeline.turning import Turning


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/edit`, `/history`, and their buttons under pictures."""
    studio, bases, lineage, records = services.studio, services.bases, services.lineage, services.base.records
    turning = Turning(
        studio=studio,
        lineage=lineage,
        gallery=services.gallery,
        jobs=records.jobs,
        sent_messages=records.sent_messages,
        copies=services.copies,
    )
    return (
        edit(studio, bases, turning),
        ask_edit(studio, bases),
        use_reference(studio, bases),
        back(studio, turning),
        forward(studio, turning),
        history(studio, bases, lineage, services.links, records.sent_messages),
    )
