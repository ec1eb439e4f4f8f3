"""Cases for moderators: what opens them, what shows them, and what follows from decisions."""

from collections.abc import Mapping

from bot.app.foundation import Foundation
from bot.domain.people import Platform
from bot.moderation.allow_list import AllowListEffect
from bot.pipeline.case_messages import CaseMessages
from bot.ports.cases import CaseEffect
from bot.ports.surfaces import Surface
from bot.services.appeal_effect import AppealEffect
from bot.services.budget_alerts import BudgetAlerts
from bot.services.case_details import CaseReader
from bot.services.case_effects import PictureEffect, SanctionEffect
from bot.services.cases import CaseReview
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas
from bot.services.removal import Removals
from bot.services.report_decisions import ReportDecisions
from bot.services.report_follow_up import ReportFollowUp
from bot.services.sanctions import Sanctions
from storage.sql.reports import SqlReports
from storage.sql.sanctions import SqlSanctionBook


def build_case_effects(base: Foundation, removals: Removals, sanctions: Sanctions) -> tuple[CaseEffect, ...]:
    """Return what makes things as a case says, in the order in which it happens."""
    sanction_book = SqlSanctionBook(base.database, base.clock)
    return (
        PictureEffect(removals, base.records.removals),
        SanctionEffect(sanctions, sanction_book),
        AppealEffect(sanctions, sanction_book),
        ReportDecisions(SqlReports(base.database, base.clock)),
        AllowListEffect(base.records.rulebook, base.word_filter),
    )


def build_case_messages(
    base: Foundation,
    review: CaseReview,
    *,
    quotas: Quotas,
    links: PictureLinks,
    alerts: BudgetAlerts,
    surfaces: Mapping[Platform, Surface],
) -> CaseMessages:
    """Build what shows cases in review channels."""
    return CaseMessages(
        cases=base.records.cases,
        review=review,
        reader=build_case_reader(base),
        quotas=quotas,
        links=links,
        surfaces=surfaces,
        locks=base.shared.locks,
        notify_owners=alerts.notify_owners,
    )


def build_case_reader(base: Foundation) -> CaseReader:
    """Build what puts together all that moderators want to know."""
    records = base.records
    return CaseReader(
        cases=records.cases,
        jobs=records.jobs,
        pictures=records.pictures,
        accounts=records.accounts,
        reports=SqlReports(base.database, base.clock),
        sanctions=SqlSanctionBook(base.database, base.clock),
        log=records.moderation_log,
        clock=base.clock,
    )


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
