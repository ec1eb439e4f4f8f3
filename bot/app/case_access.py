"""Builds what says who may look after which cases, in the chat and on the page."""

from bot.app.services import FeatureServices
from bot.commands.case_access import CaseAccess
from bot.services.moderator_sessions import ModeratorSessions
from storage.sql.codes import SqlCodes


def build_case_access(services: FeatureServices) -> CaseAccess:
    """Build what finds cases for moderators."""
    return CaseAccess(
        review=services.moderation.cases,
        cases=services.base.records.cases,
        quotas=services.quotas,
        people=services.people,
        sanctions=services.moderation.sanctions,
        is_owner=services.is_owner,
    )


def build_moderator_sessions(services: FeatureServices) -> ModeratorSessions:
    """Build what lets moderators work on the page."""
    base = services.base
    return ModeratorSessions(SqlCodes(base.database, base.clock), base.ids, base.clock, page=base.settings.web.links_base)
