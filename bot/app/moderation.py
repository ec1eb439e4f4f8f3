"""What follows from reports, and from the decisions of moderators."""

from bot.app.foundation import Foundation
from bot.ports.cases import CaseEffect
from bot.services.cases import CaseReview
from bot.services.quotas import Quotas
from bot.services.removal import Removals
from bot.services.report_decisions import ReportDecisions
from bot.services.report_follow_up import ReportFollowUp
from storage.sql.reports import SqlReports


def build_case_effects(base: Foundation) -> tuple[CaseEffect, ...]:
    """Return what makes things as a case says, in the order in which it happens."""
    return (ReportDecisions(SqlReports(base.database, base.clock)),)


def build_report_follow_up(base: Foundation, quotas: Quotas, cases: CaseReview, removals: Removals) -> ReportFollowUp:
    """Build what opens cases about reported pictures, and hides them."""
    records = base.records
    return ReportFollowUp(
        reports=SqlReports(base.database, base.clock),
        jobs=records.jobs,
        pictures=records.pictures,
        cases=records.cases,
        review=cases,
        removals=removals,
        removal_record=records.removals,
        quotas=quotas,
        locks=base.shared.locks,
        clock=base.clock,
    )
