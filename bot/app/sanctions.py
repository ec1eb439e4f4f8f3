"""Builds what warns, mutes and bans people, and what enforces that."""

from bot.app.foundation import Foundation
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.delivery import Delivery
from bot.pipeline.private_notices import PrivateNotices
from bot.pipeline.sanction_enforcement import SanctionEnforcement
from bot.services.owners import Owners
from bot.services.sanctions import Sanctions
from storage.sql.sanctions import SqlSanctionBook


def build_sanction_enforcement(
    base: Foundation, cancellation: Cancellation, delivery: Delivery, notices: PrivateNotices
) -> SanctionEnforcement:
    """Build what ends the jobs of banned people, and notifies people of sanctions."""
    return SanctionEnforcement(
        book=SqlSanctionBook(base.database, base.clock),
        jobs=base.records.jobs,
        cancellation=cancellation,
        delivery=delivery,
        notices=notices,
        clock=base.clock,
    )


def build_sanctions(base: Foundation, enforcement: SanctionEnforcement, owners: Owners) -> Sanctions:
    """Build what imposes and lifts sanctions."""
    return Sanctions(
        book=SqlSanctionBook(base.database, base.clock),
        clock=base.clock,
        ids=base.ids,
        is_owners_account=owners.is_owners_account,
        follow_up=enforcement.follow_up,
    )
