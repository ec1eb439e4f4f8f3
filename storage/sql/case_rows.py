"""Between rows of cases and the domain's values."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.domain.cases import Case, CaseState, NewCase
from bot.domain.chat import MessageRef
from storage.sql.moderation_log import actor_of, actor_values
from storage.sql.rows import columns_of

_NEW_CASE = TypeAdapter(NewCase)
_CASE = TypeAdapter(Case)
_MESSAGE_REF = TypeAdapter(MessageRef)


def case_values(new: NewCase) -> dict[str, object]:
    """Return the columns of a case that is opened, but for its id and when that is."""
    values: dict[str, object] = _NEW_CASE.dump_python(new, exclude={"by", "scores"})
    by = actor_values("by_account", "by_name", new.by)
    begins = {"state": CaseState.OPEN, "revision": 1, "rounds": 0}
    # A dict, because the driver spells no other mapping.
    return {**values, **by, **begins, "about": new.about, "scores": dict(new.scores)}


def case_of(row: Row[Any]) -> Case:
    """Return the case that a whole row of `cases` holds."""
    actors = {
        "by": actor_of(row.by_account, row.by_name),
        "decided_by": actor_of(row.decided_by, row.decided_by_name),
        "assignee": actor_of(row.assignee, row.assignee_name),
    }
    return _CASE.validate_python(columns_of(row) | actors)


def message_values(message: MessageRef | None) -> dict[str, Any] | None:
    """Return the JSON of a case's message."""
    if message is None:
        return None
    json: dict[str, Any] = _MESSAGE_REF.dump_python(message, exclude={"place": {"parent"}})
    return json


def message_of(json: dict[str, Any] | None) -> MessageRef | None:
    """Return the message whose JSON `message_values` returned."""
    return None if json is None else _MESSAGE_REF.validate_python(json)
