"""The audit log of changes: lines that are added and never changed."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import CommunityId
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, RuleKey
from bot.ports.clock import Clock, Ids
from storage.schema.quotas import audit_log
from storage.sql.moderation_log import actor_of, actor_values
from storage.sql.rows import columns_of

_ENTRY = TypeAdapter(AuditEntry)
_NEW = insert(audit_log)


class AuditEntryWriter:
    """Adds lines to the audit log."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    async def add(
        self,
        connection: AsyncConnection,
        community: CommunityId,
        key: RuleKey,
        *,
        before: str | None,
        after: str | None,
        by: Actor,
        why: str = "",
        undoes: AuditEntryId | None = None,
    ) -> AuditEntry:
        """Add a line inside the transaction of what it tells of, and return it."""
        entry = AuditEntry(
            id=AuditEntryId(self._ids.new()),
            community=community,
            at=self._clock.now(),
            by=by,
            key=key,
            before=before,
            after=after,
            why=why,
            undoes=undoes,
        )
        await connection.execute(_NEW, _values_of(entry))
        return entry


def _values_of(entry: AuditEntry) -> dict[str, object]:
    values: dict[str, object] = _ENTRY.dump_python(entry, exclude={"by", "key"})
    key = {"matter": entry.key.kind, "subject": entry.key.subject, "account": entry.key.account}
    return {**values, **key, **actor_values("by_account", "by_name", entry.by)}


def entry_of(row: Row[Any]) -> AuditEntry:
    """Return the entry that a row of the log holds."""
    columns = columns_of(row)
    by = actor_of(row.by_account, row.by_name)
    return _ENTRY.validate_python(columns | {"by": by, "key": columns | {"kind": row.matter}})
