"""Joining accounts, in statements on an open connection."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, String, bindparam, delete, or_, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.credits import MOST_CREDITS, CreditKind
from bot.domain.people import GUEST, REGISTERED, AccountId, CommunityId, Tier
from bot.domain.rules import Membership, RuleKind
from bot.errors import BadInput
from bot.ports.codes import Purpose
from storage.schema.accounts import accounts, api_keys, codes, identities
from storage.schema.batches import batches
from storage.schema.billing import credit_balances
from storage.schema.cases import case_notes, cases, moderation_log
from storage.schema.collections import collections
from storage.schema.inputs import inputs
from storage.schema.jobs import IS_WITHDRAWN, jobs, pictures, reports
from storage.schema.privacy import forgotten_identities, privacy_requests
from storage.schema.quotas import descriptions, holds, rules
from storage.schema.refusals import refusals
from storage.schema.templates import is_of, templates
from storage.sql.credits import CreditBooking, move_credits
from storage.sql.current_account import lock_account_changes, lock_current_account
from storage.sql.joined_memberships import reassign_memberships, record_membership
from storage.sql.joined_names import part_names
from storage.sql.privacy_requests import refuse_while_forgotten
from storage.sql.shared_sanctions import move_sanctions
from storage.sql.shared_usage import join_usage
from storage.sql.upsert import InsertInto, Upsert

_GONE, _SURVIVOR = bindparam("gone", type_=String), bindparam("survivor", type_=String)


def _set_rule(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that writes a rule over the one that there may be."""
    new = insert_into(rules)
    whole_key = [rules.c.community, rules.c.account, rules.c.matter, rules.c.subject]
    return new.on_conflict_do_update(index_elements=whole_key, set_={"value": new.excluded.value})


_RAISE_TIER = update(accounts).where(accounts.c.id == _SURVIVOR)
_JOINED_TO_GONE = select(accounts.c.id).where(accounts.c.joined_to == _GONE).with_for_update(skip_locked=True)
# Whoever has locked one of these follows its pointer, and waits for us: there is one more step to go from there.
_SET_JOINED_TO = (
    update(accounts).where(or_(accounts.c.id == _GONE, accounts.c.id.in_(_JOINED_TO_GONE))).values(joined_to=_SURVIVOR)
)


def _select_reported_by(account: BindParameter[str]) -> Select[tuple[str]]:
    return select(reports.c.picture).where(reports.c.reporter == account).correlate(None)


_MOVE_JOBS = update(jobs).where(jobs.c.account == _GONE).values(account=_SURVIVOR).returning(jobs.c.id)
_MOVE_PICTURES = update(pictures).where(pictures.c.job.in_(bindparam("moved", expanding=True))).values(account=_SURVIVOR)
_MOVE_BATCH = 500
_MOVES = (
    update(holds).where(holds.c.account == _GONE).values(account=_SURVIVOR),
    update(descriptions).where(descriptions.c.account == _GONE).values(account=_SURVIVOR),
    update(inputs).where(inputs.c.account == _GONE).values(account=_SURVIVOR),
    update(batches).where(batches.c.account == _GONE).values(account=_SURVIVOR),
    update(identities).where(identities.c.account == _GONE).values(account=_SURVIVOR),
    # Who reported a picture with both is one reporter: what they took back with one of them stands with the other.
    delete(reports).where(reports.c.reporter == _SURVIVOR, IS_WITHDRAWN, reports.c.picture.in_(_select_reported_by(_GONE))),
    update(reports)
    .where(reports.c.reporter == _SURVIVOR, reports.c.picture.in_(_select_reported_by(_GONE)))
    .values(completed_at=None),
    delete(reports).where(reports.c.reporter == _GONE, reports.c.picture.in_(_select_reported_by(_SURVIVOR))),
    update(reports).where(reports.c.reporter == _GONE).values(reporter=_SURVIVOR),
    update(api_keys).where(api_keys.c.account == _GONE).values(account=_SURVIVOR),
    update(templates).where(is_of("gone")).values(owner=_SURVIVOR),
    update(collections).where(collections.c.account == _GONE).values(account=_SURVIVOR),
    update(forgotten_identities).where(forgotten_identities.c.account == _GONE).values(account=_SURVIVOR),
    update(privacy_requests).where(privacy_requests.c.account == _GONE).values(account=_SURVIVOR),
    *(
        update(whose.table).where(whose == _GONE).values({whose: _SURVIVOR})
        for whose in (
            cases.c.account,
            cases.c.by_account,
            cases.c.decided_by,
            cases.c.assignee,
            case_notes.c.by_account,
            moderation_log.c.subject,
            moderation_log.c.by_account,
            refusals.c.account,
        )
    ),
)
_CREDITS = select(credit_balances).where(credit_balances.c.account == _GONE, credit_balances.c.balance > 0).with_for_update()
_RULES = select(rules).where(or_(rules.c.account == _GONE, rules.c.account == _SURVIVOR))
_DROP_RULES = delete(rules).where(rules.c.account == _GONE)
_SET_RULE = Upsert(_set_rule)
_OF_LINK = codes.c.purpose == Purpose.LINK
_KEEP_CODE = (
    update(codes)
    .where(
        _OF_LINK,
        codes.c.holder == _GONE,
        ~select(codes.c.holder).where(_OF_LINK, codes.c.holder == _SURVIVOR).correlate(None).exists(),
    )
    .values(holder=_SURVIVOR)
)
_DROP_CODE = delete(codes).where(_OF_LINK, codes.c.holder == _GONE)


async def join(connection: AsyncConnection, account: AccountId, other: AccountId, now: datetime) -> None:
    """Make `other` a part of `account`; each of them stands for the account that it has become part of.

    Raises:
        BadInput: They have more credits together than one may have; the transaction must not go on.
    """
    await lock_account_changes(connection)
    # In order, as whoever gives credits locks them.
    current = {one: await lock_current_account(connection, one) for one in sorted({account, other})}
    survivor, gone = current[account], current[other]
    if survivor.id == gone.id:
        return
    await refuse_while_forgotten(connection, survivor.id, gone.id)
    both = {"gone": gone.id, "survivor": survivor.id}
    # Jobs first, then their holds, as whoever ends a job locks them: its hold is counted before the counters are
    # added up, or after.
    await _move_jobs(connection, both)
    await part_names(connection, survivor=survivor.id, gone=gone.id)
    for move in _MOVES:
        await connection.execute(move, both)
    await join_usage(connection, survivor=survivor.id, gone=gone.id)
    await _join_credits(connection, both, now)
    await _join_rules(connection, both)
    await move_sanctions(connection, gone=AccountId(gone.id), survivor=AccountId(survivor.id))
    await connection.execute(_KEEP_CODE, both)
    await connection.execute(_DROP_CODE, both)
    if tier_rank(gone.tier) > tier_rank(survivor.tier):
        await connection.execute(_RAISE_TIER, {"survivor": survivor.id, "tier": gone.tier})
    await connection.execute(_SET_JOINED_TO, both)


async def _move_jobs(connection: AsyncConnection, both: dict[str, str]) -> None:
    """Move the jobs, and their pictures alone: how many the survivor has drawn before costs nothing."""
    moved_jobs = (await connection.execute(_MOVE_JOBS, both)).scalars().all()
    for first in range(0, len(moved_jobs), _MOVE_BATCH):
        some = moved_jobs[first : first + _MOVE_BATCH]
        await connection.execute(_MOVE_PICTURES, {"survivor": both["survivor"], "moved": some})


async def _join_credits(connection: AsyncConnection, both: dict[str, str], now: datetime) -> None:
    """Move each balance by two entries: one takes it, the other gives it."""
    for row in (await connection.execute(_CREDITS, both)).all():
        community = CommunityId(row.community)
        for account, delta in ((both["gone"], -row.balance), (both["survivor"], row.balance)):
            link = f"link:{community}:{both['gone']}:{account}"
            booking = CreditBooking(community, AccountId(account), delta, CreditKind.LINK, link, now)
            if await move_credits(connection, booking) is None:
                raise BadInput(
                    f"Together the two accounts would have more than {MOST_CREDITS:,} credits, which is the most; "
                    "nothing was changed, an admin can take some."
                )


async def _join_rules(connection: AsyncConnection, both: dict[str, str]) -> None:
    """Move the rules about one person; where both have the same one, the better for them stays."""
    survivor, gone = AccountId(both["survivor"]), AccountId(both["gone"])
    await reassign_memberships(connection, survivor=survivor, gone=gone)
    found = (await connection.execute(_RULES, both)).all()
    kept = {_key(row): row.value for row in found if row.account == survivor}
    for row in found:
        if row.account == gone:
            value = _better(RuleKind(row.matter), kept.get(_key(row), row.value), row.value)
            whose = {"community": row.community, "account": survivor}
            await _SET_RULE.run(connection, {**whose, "matter": row.matter, "subject": row.subject, "value": value})
            if row.matter == RuleKind.MEMBERSHIP:
                await record_membership(connection, row, survivor=survivor, before=kept.get(_key(row)), joined=value)
    await connection.execute(_DROP_RULES, both)


def _key(row: Row[Any]) -> tuple[str, str, str]:
    return row.community, row.matter, row.subject


def _better(kind: RuleKind, mine: str, theirs: str) -> str:
    if kind is RuleKind.LIMIT:
        return max(mine, theirs, key=int)
    if kind is RuleKind.MEMBERSHIP:
        return max(mine, theirs, key=_worth)
    return mine


def _worth(value: str) -> tuple[int, bool, datetime | None]:
    """Return what memberships are compared by: the tier, and then how long; only two that end have ends to compare."""
    member = Membership.parse(value)
    return tier_rank(member.tier), member.until is None, member.until


def tier_rank(tier: str) -> int:
    """Return a tier's rank: what an operator declares, and premium, are above the two that anybody can have."""
    return {GUEST: 0, REGISTERED: 1}.get(Tier(tier), 2)
