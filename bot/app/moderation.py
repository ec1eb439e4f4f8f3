"""Cases for moderators: what opens them, what shows them, and what follows from decisions."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.foundation import Foundation
from bot.app.picture_services import PictureServices
from bot.app.sanctions import build_sanction_enforcement, build_sanctions
from bot.domain.people import Platform
from bot.moderation.allow_list import AllowListEffect
from bot.pipeline.appeal_notice import AppealNotice
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.case_messages import CaseMessages
from bot.pipeline.private_notices import PrivateNotices
from bot.pipeline.refusal_handling import TryCounter
from bot.pipeline.sanction_enforcement import SanctionEnforcement
from bot.ports.cases import CaseEffect
from bot.ports.surfaces import Surface
from bot.services.appeal_effect import AppealEffect
from bot.services.appeals import Appeals
from bot.services.budget_alerts import BudgetAlerts
from bot.services.case_details import CaseReader
from bot.services.case_effects import PictureEffect, SanctionEffect
from bot.services.cases import CaseReview
from bot.services.owners import Owners
from bot.services.quotas import Quotas
from bot.services.removal import Removals
from bot.services.report_follow_up import ReportFollowUp
from bot.services.report_outcome_effect import ReportOutcomeEffect
from bot.services.sanctions import Sanctions
from storage.sql.moderation_log import SqlModerationLog
from storage.sql.refusals import SqlRefusals
from storage.sql.reports import SqlReports
from storage.sql.sanctions import SqlSanctionBook
from storage.sql.seen_keys import SqlSeenKeys


@dataclass(frozen=True, slots=True)
class ModerationServices:
    """The services of moderation: sanctions, cases, reports, and what follows from them."""

    sanctions: Sanctions
    enforcement: SanctionEnforcement
    cases: CaseReview
    case_messages: CaseMessages
    report_follow_up: ReportFollowUp
    removals: Removals
    tries: TryCounter


def build_moderation_services(
    base: Foundation,
    surfaces: Mapping[Platform, Surface],
    cases_changed: asyncio.Event,
    *,
    owners: Owners,
    quotas: Quotas,
    alerts: BudgetAlerts,
    pictures: PictureServices,
    cancellation: Cancellation,
) -> ModerationServices:
    """Build them. `cases_changed` says that a case is to be shown anew."""
    notices = PrivateNotices(base.records.accounts, surfaces)
    enforcement = build_sanction_enforcement(base, cancellation, pictures.delivery, notices)
    sanctions = build_sanctions(base, enforcement, owners)
    removals = Removals(base.records.removals, base.clock)
    effects = _build_case_effects(base, removals, sanctions, notices)
    cases = CaseReview(base.records.cases, SqlSanctionBook(base.database, base.clock), effects, base.clock, cases_changed)
    return ModerationServices(
        sanctions=sanctions,
        enforcement=enforcement,
        cases=cases,
        case_messages=CaseMessages(
            cases=base.records.cases,
            review=cases,
            reader=_build_case_reader(base),
            quotas=quotas,
            links=pictures.links,
            surfaces=surfaces,
            locks=base.shared.locks,
            notify_owners=alerts.notify_owners,
        ),
        report_follow_up=_build_report_follow_up(base, quotas, cases, removals),
        removals=removals,
        tries=TryCounter(
            refusals=SqlRefusals(base.database), review=cases, clock=base.clock, free=base.settings.guard.free_tries
        ),
    )


def _build_case_effects(
    base: Foundation, removals: Removals, sanctions: Sanctions, notices: PrivateNotices
) -> tuple[CaseEffect, ...]:
    """Return what makes things as a case says, in the order in which it happens."""
    records, sanction_book = base.records, SqlSanctionBook(base.database, base.clock)
    return (
        PictureEffect(removals, records.removals, records.cases),
        SanctionEffect(sanctions, sanction_book),
        AppealEffect(sanctions, sanction_book),
        AppealNotice(notices, records.removals, SqlSeenKeys(base.database, base.clock), base.clock),
        ReportOutcomeEffect(SqlReports(base.database, base.clock)),
        AllowListEffect(base.records.rulebook, base.word_filter),
    )


def _build_case_reader(base: Foundation) -> CaseReader:
    """Build what puts together all that moderators want to know."""
    records = base.records
    return CaseReader(
        cases=records.cases,
        jobs=records.jobs,
        pictures=records.pictures,
        accounts=records.accounts,
        removals=records.removals,
        reports=SqlReports(base.database, base.clock),
        sanctions=SqlSanctionBook(base.database, base.clock),
        log=SqlModerationLog(base.database, base.clock),
        clock=base.clock,
    )


def _build_report_follow_up(base: Foundation, quotas: Quotas, cases: CaseReview, removals: Removals) -> ReportFollowUp:
    """Build what opens cases about reported pictures, and hides them."""
    records = base.records
    return ReportFollowUp(
        reports=SqlReports(base.database, base.clock),
        jobs=records.jobs,
        pictures=records.pictures,
        cases=records.cases,
        review=cases,
        removals=removals,
        removal_records=records.removals,
        quotas=quotas,
        locks=base.shared.locks,
        clock=base.clock,
    )


def build_appeals(base: Foundation, review: CaseReview) -> Appeals:
    """Build what opens appeals."""
    records = base.records
    return Appeals(
        review=review, cases=records.cases, book=SqlSanctionBook(base.database, base.clock), jobs=records.jobs, clock=base.clock
    )
