"""The pictures that are kept: seeing, deleting and sending them."""

from bot.app.services import Services
from bot.commands.mail import mail
from bot.commands.pictures import delete, show_gallery, undelete
from bot.commands.removed_pictures import why
from bot.commands.spec import AnyCommand


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/gallery`, and the buttons under pictures."""
    studio, gallery, delivery = services.studio, services.gallery, services.delivery
    return (
        show_gallery(studio, gallery, services.links, services.base.records.sent_messages),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        mail(studio, gallery, delivery),
        why(studio, gallery),
    )
