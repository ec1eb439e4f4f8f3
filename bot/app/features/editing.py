"""Changing pictures by words, and finding the way among what came of that."""

from bot.app.services import FeatureServices
from bot.commands.edit import ask_edit, edit, use_reference
from bot.commands.lineage import back, forward, history
from bot.commands.spec import AnyCommand
from bot.pipeline.turning import Turning


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/edit`, `/history`, and their buttons under pictures."""
    studio, bases, records, pictures = services.studio, services.bases, services.base.records, services.pictures
    lineage = pictures.lineage
    turning = Turning(
        studio=studio,
        lineage=lineage,
        gallery=pictures.gallery,
        jobs=records.jobs,
        sent_messages=records.sent_messages,
        copies=pictures.copies,
    )
    return (
        edit(studio, bases, turning),
        ask_edit(studio, bases),
        use_reference(studio, bases),
        back(studio, turning),
        forward(studio, turning),
        history(studio, bases, lineage, pictures.links, records.sent_messages),
    )
