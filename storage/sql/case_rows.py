"""Between rows of cases and the domain's values."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.domain.cases import Case, CaseId, CaseKind, CaseState, Decision, NewCase
from bot.domain.chat import MessageRef
from bot.domain.images import PictureId
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId, Platform
from storage.sql.moderation_log import actor_of, actor_values

_MESSAGE_REF = TypeAdapter(MessageRef)


def case_values(new: NewCase) -> dict[str, object]:
    """Return the columns of a case that is opened, but for its id and when that is."""
    return {
        "about": new.about,
        "kind": new.kind,
        "community": new.community,
        "platform": new.platform,
        "tenant": new.tenant,
        "account": new.account,
        **actor_values("by_account", "by_name", new.by),
        "picture": new.picture,
        "job": new.job,
        "appeals": new.appeals,
        "reason": new.reason,
        "words": new.words,
        "scores": dict(new.scores),
        "state": CaseState.OPEN,
        "revision": 1,
        "rounds": 0,
    }


def case_of(row: Row[Any]) -> Case:
    """Return the case that a whole row of `cases` holds."""
    return Case(
        id=CaseId(row.id),
        kind=CaseKind(row.kind),
        community=CommunityId(row.community),
        platform=Platform(row.platform),
        tenant=row.tenant,
        account=AccountId(row.account),
        by=actor_of(row.by_account, row.by_name),
        picture=row.picture and PictureId(row.picture),
        job=row.job and JobId(row.job),
        appeals=row.appeals,
        reason=row.reason,
        words=row.words,
        scores=row.scores,
        opened_at=row.opened_at,
        state=CaseState(row.state),
        decision=row.decision and Decision(row.decision),
        decided_by=actor_of(row.decided_by, row.decided_by_name),
        decided_at=row.decided_at,
        closed_at=row.closed_at,
        assignee=actor_of(row.assignee, row.assignee_name),
        revision=row.revision,
        rounds=row.rounds,
    )


def message_values(message: MessageRef | None) -> dict[str, Any] | None:
    """Return the JSON of a case's message."""
    if message is None:
        return None
    json: dict[str, Any] = _MESSAGE_REF.dump_python(message, exclude={"place": {"parent"}})
    return json


def message_of(json: dict[str, Any] | None) -> MessageRef | None:
    """Return the message whose JSON `message_values` returned."""
    return None if json is None else _MESSAGE_REF.validate_python(json)
