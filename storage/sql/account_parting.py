"""Parting accounts that were joined, in statements on an open connection."""

from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import Account, AccountId, Identity
from storage.schema.accounts import accounts, api_keys, identities
from storage.schema.batches import batches
from storage.schema.cases import cases, moderation_log
from storage.schema.inputs import inputs
from storage.schema.jobs import jobs, pictures
from storage.sql.account_joining import tier_rank
from storage.sql.current_account import lock_current_account
from storage.sql.joined_memberships import move_memberships
from storage.sql.shared_sanctions import share_sanctions
from storage.sql.shared_usage import copy_usage

_THIS_IDENTITY = tuple(identities.c[column] == bindparam(f"of_{column}") for column in ("platform", "realm", "user_id"))
_FIRST_ACCOUNT = select(identities.c.first_account).where(*_THIS_IDENTITY)
_BEGIN_AGAIN = update(identities).where(*_THIS_IDENTITY).values(tier=bindparam("tier"), first_account=bindparam("new"))
_TIERS = select(identities.c.tier).where(identities.c.account == bindparam("old"))
_SET_TIER = update(accounts).where(accounts.c.id == bindparam("old"))
_PARTS = tuple(
    update(table)
    .where(
        table.c.account == bindparam("old"),
        *(table.c[column] == bindparam(f"of_{column}") for column in ("platform", "realm", "user_id")),
    )
    .values(account=bindparam("new"))
    for table in (identities, api_keys)
)
_PART_WISHES = tuple(
    update(table)
    .where(
        table.c.account == bindparam("old"),
        table.c.author["platform"].as_string() == bindparam("of_platform"),
        table.c.author["realm"].as_string() == bindparam("of_realm"),
        table.c.author["user"].as_string() == bindparam("of_user_id"),
    )
    .values(account=bindparam("new"))
    for table in (jobs, batches)
)
_PARTED_JOBS = select(jobs.c.id).where(jobs.c.account == bindparam("new"))
_PART_WITH_JOBS = (
    *(update(table).where(table.c.job.in_(_PARTED_JOBS)).values(account=bindparam("new")) for table in (pictures, inputs)),
    update(cases).where(cases.c.account == bindparam("old"), cases.c.job.in_(_PARTED_JOBS)).values(account=bindparam("new")),
    update(moderation_log)
    .where(moderation_log.c.subject == bindparam("old"), moderation_log.c.job.in_(_PARTED_JOBS))
    .values(subject=bindparam("new")),
)


async def part(
    connection: AsyncConnection, identity: Identity, old: AccountId, new: Account, *, first_day: date, now: datetime
) -> None:
    """Move an identity's jobs, pictures, keys and tiers to `new`, which exists and is empty. Its holds stay where they are."""
    await lock_current_account(connection, old)
    await copy_usage(connection, old=old, new=new.id, first_day=first_day)
    await share_sanctions(connection, old=old, new=new.id, now=now)
    this = {"of_platform": identity.platform, "of_realm": identity.realm, "of_user_id": identity.user}
    first_account: str | None = (await connection.execute(_FIRST_ACCOUNT, this)).scalar()
    own = {"old": old, "new": new.id, **this}
    for move in (*_PARTS, *_PART_WISHES):
        await connection.execute(move, own)
    for move in _PART_WITH_JOBS:
        await connection.execute(move, {"old": old, "new": new.id})
    await connection.execute(_BEGIN_AGAIN, {**this, "tier": new.tier, "new": new.id})
    await move_memberships(connection, first_account, old=old, new=new.id)
    # What an identity began with is what it brought: the tier of those that stay is the best of theirs.
    tiers = [tier for tier in (await connection.execute(_TIERS, {"old": old})).scalars() if tier is not None]
    await connection.execute(_SET_TIER, {"old": old, "tier": max(tiers, key=tier_rank)})
