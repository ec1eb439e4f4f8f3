"""The pictures that are kept: seeing, deleting, reporting and sending them."""

from bot.app.services import Services
from bot.commands.pictures import delete, show_gallery, undelete
from bot.commands.report_and_mail import mail, report
from bot.commands.spec import AnyCommand
from storage.sql.reports import SqlReports


def build_commands(services: Services) -> tuple[AnyCommand, ...]:
    """Build `/gallery`, and the buttons under pictures."""
    base, studio, gallery, delivery = services.base, services.studio, services.gallery, services.delivery
    return (
        show_gallery(studio, gallery, services.links),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        report(studio, gallery, SqlReports(base.database, base.clock)),
        mail(studio, gallery, delivery),
    )
