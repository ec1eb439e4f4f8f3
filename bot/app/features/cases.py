"""What moderators decide."""

from bot.app.case_access import build_case_access, build_moderator_sessions
from bot.app.services import FeatureServices
from bot.commands.case_buttons import (
    case_block,
    case_drop,
    case_look,
    case_note,
    case_similar,
    case_take,
    case_undo,
    decision_buttons,
)
from bot.commands.cases import case_show, cases_block, cases_decide, cases_list, cases_note, cases_show
from bot.commands.moderator_page import cases_page
from bot.commands.spec import AnyCommand
from bot.commands.word_filter import filter_add
from bot.services.case_pictures import CasePictures
from storage.sql.moderation_log import SqlModerationLog


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/cases`, and the buttons under a case."""
    base, review, messages = services.base, services.moderation.cases, services.moderation.case_messages
    records = base.records
    access = build_case_access(services)
    pictures = CasePictures(records.pictures, base.objects)
    block = filter_add(services.rule_changes, services.quotas, records.rulebook)
    return (
        cases_list(access),
        cases_page(build_moderator_sessions(services)),
        cases_show(access, messages, pictures),
        cases_decide(access, review),
        cases_note(access, review),
        cases_block(access, block, SqlModerationLog(base.database, base.clock)),
        case_show(access, messages, pictures),
        *decision_buttons(access, review),
        case_undo(access, review),
        case_look(access, pictures),
        case_similar(access, pictures),
        case_take(access, review),
        case_drop(access, review),
        case_note(),
        case_block(),
    )
