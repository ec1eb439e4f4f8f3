"""The audit log of changes: lines that are added and never changed."""

from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, RuleKey, RuleKind
from bot.ports.clock import Clock, Ids
from storage.schema.quotas import audit_log

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
    return {
        "id": entry.id,
        "community": entry.community,
        "at": entry.at,
        "by_account": entry.by.account,
        "by_name": entry.by.name,
        "matter": entry.key.kind,
        "subject": entry.key.subject,
        "account": entry.key.account,
        "before": entry.before,
        "after": entry.after,
        "why": entry.why,
        "undoes": entry.undoes,
    }


def entry_of(row: Row[Any]) -> AuditEntry:
    """Return the entry that a row of the log holds."""
    return AuditEntry(
        id=AuditEntryId(row.id),
        community=CommunityId(row.community),
        at=row.at,
        by=Actor(AccountId(row.by_account), row.by_name),
        key=RuleKey(RuleKind(row.matter), row.subject, AccountId(row.account)),
        before=row.before,
        after=row.after,
        why=row.why,
        undoes=None if row.undoes is None else AuditEntryId(row.undoes),
    )
