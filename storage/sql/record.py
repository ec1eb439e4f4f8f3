"""The record of changes: lines that are added and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, RuleKey, RuleKind
from storage.schema.quotas import record

_NEW = insert(record)


async def add_entry(
    connection: AsyncConnection,
    community: CommunityId,
    key: RuleKey,
    *,
    id_: str,
    now: datetime,
    before: str | None,
    after: str | None,
    by: Actor,
    why: str = "",
    undoes: AuditEntryId | None = None,
) -> AuditEntry:
    """Add a line inside the transaction of what it tells of, and give it."""
    values = {
        "id": id_,
        "community": community,
        "at": now,
        "by_account": by.account,
        "by_name": by.name,
        "matter": key.kind,
        "subject": key.subject,
        "account": key.account,
        "before": before,
        "after": after,
        "why": why,
        "undoes": undoes,
    }
    await connection.execute(_NEW, values)
    return AuditEntry(
        id=AuditEntryId(id_), community=community, at=now, by=by, key=key, before=before, after=after, why=why, undoes=undoes
    )


def entry_of(row: Row[Any]) -> AuditEntry:
    """Read a line."""
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
