"""What is old in the record, found and removed a page at a time."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Date, Delete, Integer, Select, String, and_, bindparam, delete, literal, or_, select, tuple_, union, update

from bot.domain.allowances import HoldState
from bot.domain.jobs import DrawingState, Job, JobId
from bot.domain.people import CommunityId
from bot.domain.pictures import PictureState
from storage.schema.accounts import api_keys
from storage.schema.base import Moment
from storage.schema.batches import batches
from storage.schema.billing import credit_balances, credit_entries, purchases, subscriptions
from storage.schema.cases import case_notes, cases, moderation_log
from storage.schema.collections import collection_pictures
from storage.schema.inputs import IS_KEPT, IS_THERE, inputs
from storage.schema.jobs import HAS_MESSAGE, HAS_WORDS, IS_NOTIFIED, drawings, jobs, pictures, reports
from storage.schema.messages import messages
from storage.schema.privacy import forgotten_identities, privacy_requests
from storage.schema.quotas import audit_log, descriptions, holds, rules, shared_usage, spending, tenant_usage, usage
from storage.schema.refusals import refusals
from storage.schema.removals import IS_UNDONE, blocked_pictures, removal_steps, removals, sent_messages
from storage.schema.sanctions import sanctioned_accounts
from storage.schema.shares import shares
from storage.sql.database import Database
from storage.sql.erasure import erase_words
from storage.sql.inputs import AT_ONCE
from storage.sql.prompt_index import purge_erased_words
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import job_of

_MOST = bindparam("most", type_=Integer)
_BEFORE = bindparam("before", type_=Moment)
_OLD = and_(jobs.c.community == bindparam("community"), jobs.c.finished_at < _BEFORE)
_AGE = (jobs.c.finished_at, jobs.c.id)

_COMMUNITIES = union(select(jobs.c.community), select(audit_log.c.community), select(usage.c.community), select(spending.c.scope))
_WITH_WORDS = (
    select(jobs.c.id, jobs.c.wish, jobs.c.ending)
    .where(_OLD, HAS_WORDS, IS_NOTIFIED)
    .order_by(jobs.c.finished_at)
    .limit(_MOST)
    .with_for_update()
)
_WITH_MESSAGE = select(jobs).where(_OLD, HAS_MESSAGE, IS_NOTIFIED).order_by(*_AGE).limit(_MOST)
_DETACH = update(jobs).where(jobs.c.id == bindparam("of_job")).values(message=None, message_key=None)

_NEEDED_BY_LEDGER = or_(
    select(holds.c.job).where(holds.c.job == jobs.c.id, or_(holds.c.state == HoldState.HELD, ~holds.c.is_billed)).exists(),
    select(credit_entries.c.job).where(credit_entries.c.job == jobs.c.id).exists(),
)
_HAS_PICTURES = select(pictures.c.id).where(pictures.c.job == jobs.c.id, pictures.c.state != PictureState.REMOVED).exists()
_IS_BEING_REMOVED = (
    select(removals.c.picture)
    .join(pictures, pictures.c.id == removals.c.picture)
    .where(pictures.c.job == jobs.c.id, IS_UNDONE)
    .exists()
)
_HAS_INPUTS = select(inputs.c.key).where(inputs.c.job == jobs.c.id, IS_THERE).exists()
_IS_DRAWN = select(drawings.c.id).where(drawings.c.job == jobs.c.id, drawings.c.state == DrawingState.OPEN).exists()
_DELETABLE = (
    select(jobs.c.id)
    .where(_OLD, IS_NOTIFIED, ~_NEEDED_BY_LEDGER, ~_HAS_PICTURES, ~_HAS_INPUTS, ~_IS_BEING_REMOVED, ~_IS_DRAWN)
    .order_by(jobs.c.finished_at)
    .limit(_MOST)
    .with_for_update()
)
_THESE = bindparam("these", type_=String, expanding=True)
_OF_THESE = select(pictures.c.id).where(pictures.c.job.in_(_THESE))
_WITH_PICTURES = (reports, removals, shares, collection_pictures)
_WITH_JOBS = (sent_messages, inputs, pictures, drawings, holds)
DELETED_WITH_JOBS = (*_WITH_PICTURES, removal_steps, *_WITH_JOBS)
"""What goes with a job. A blocked picture stays blocked, and forgets which one it was."""

_NOTIFIED_BEFORE = select(jobs.c.id).where(jobs.c.finished_at < _BEFORE, IS_NOTIFIED, ~_HAS_PICTURES)
_EXPIRE_INPUTS = (
    update(inputs)
    .where(inputs.c.community == bindparam("of_community"), inputs.c.job.in_(_NOTIFIED_BEFORE), IS_KEPT)
    .values(AT_ONCE)
)
"""Has the inputs of old jobs removed; the jobs themselves go when these are gone."""

_DELETE_JOBS = (
    update(blocked_pictures).where(blocked_pictures.c.picture.in_(_OF_THESE)).values(picture=None),
    delete(removal_steps).where(removal_steps.c.picture.in_(_OF_THESE)),
    *(delete(table).where(table.c.picture.in_(_OF_THESE)) for table in _WITH_PICTURES),
    *(delete(table).where(table.c.job.in_(_THESE)) for table in _WITH_JOBS),
    delete(jobs).where(jobs.c.id.in_(_THESE)),
)


def _delete_page(found: Select[Any]) -> Delete:
    """Return the deletion of a page of the rows that are selected by their whole key."""
    [table] = found.get_final_froms()
    keys = tuple(table.c[column.name] for column in found.selected_columns)
    return delete(table).where(tuple_(*keys).in_(found.limit(_MOST)))  # type: ignore[arg-type]  # a table it is


_DAY = bindparam("day", type_=Date)
_COMMUNITY = bindparam("community", type_=String)
_OLD_CASES = select(cases.c.id).where(cases.c.community == _COMMUNITY, cases.c.closed_at < _BEFORE)
_QUOTED = (
    select(cases.c.id)
    .where(cases.c.community == bindparam("of_community"), cases.c.closed_at < _BEFORE, cases.c.words != literal(""))
    .limit(_MOST)
)
_ERASE_CASES = update(cases).where(cases.c.id.in_(_QUOTED)).values(words="", revision=cases.c.revision + 1)
_DELETE_REFUSALS = _delete_page(select(refusals.c.id).where(refusals.c.community == _COMMUNITY, refusals.c.refused_at < _BEFORE))
_RECORDS = (
    _delete_page(select(batches.c.id).where(batches.c.community == _COMMUNITY, batches.c.told_at < _BEFORE)),
    _delete_page(select(case_notes.c.position).where(case_notes.c.case.in_(_OLD_CASES))),
    _delete_page(_OLD_CASES.where(~select(case_notes.c.case).where(case_notes.c.case == cases.c.id).exists())),
    _delete_page(
        select(moderation_log.c.position).where(moderation_log.c.community == _COMMUNITY, moderation_log.c.at < _BEFORE)
    ),
    _delete_page(select(audit_log.c.position).where(audit_log.c.community == _COMMUNITY, audit_log.c.at < _BEFORE)),
    _delete_page(select(api_keys.c.id).where(api_keys.c.community == _COMMUNITY, api_keys.c.revoked_at < _BEFORE)),
    *(
        _delete_page(select(*table.primary_key.columns).where(table.c.community == _COMMUNITY, table.c.day < _DAY, is_settled))
        for table, is_settled in (
            (usage, usage.c.held == 0),
            (tenant_usage, tenant_usage.c.held == 0),
            (shared_usage, literal(value=True)),
            (descriptions, literal(value=True)),
        )
    ),
    _delete_page(
        select(spending.c.scope, spending.c.day).where(
            spending.c.scope == _COMMUNITY, spending.c.day < _DAY, spending.c.held == 0
        )
    ),
)
_HASHES = forgotten_identities
_KEEPS_HASH = or_(
    *(
        select(column).where(column == _HASHES.c.account).exists()
        for column in (sanctioned_accounts.c.account, rules.c.account, subscriptions.c.account, purchases.c.account)
    ),
    select(credit_balances.c.account)
    .where(credit_balances.c.account == _HASHES.c.account, credit_balances.c.balance > 0)
    .exists(),
)
_FORGOTTEN = (
    _delete_page(select(_HASHES.c.hash).where(_HASHES.c.forgotten_at < _BEFORE, ~_KEEPS_HASH)),
    _delete_page(select(privacy_requests.c.id).where(privacy_requests.c.told_at < _BEFORE)),
)
_TOMBSTONES = _delete_page(select(messages.c.id).where(messages.c.deleted_at < _BEFORE))


@retry_all_uncommitted
class SqlOldRecords:
    """Finds and removes in SQL. A page is one transaction, so that nobody else waits long to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def communities(self) -> tuple[CommunityId, ...]:
        """Return the communities that have records left."""
        async with self._database.read_statement() as connection:
            return tuple(CommunityId(name) for name in sorted((await connection.execute(_COMMUNITIES)).scalars()))

    async def erase_prompts(self, community: CommunityId, before: datetime, *, most: int, now: datetime) -> int:
        """Erase the words from a page of jobs."""
        async with self._database.write_transaction() as connection:
            found = (await connection.execute(_WITH_WORDS, _page(community, before, most))).all()
            await erase_words(connection, found, now)
            if 0 < len(found) < most:  # this was the last page, unless there was none
                await purge_erased_words(connection)
            page = {"of_community": community, "before": before, "most": most}
            of_cases = (await connection.execute(_ERASE_CASES, page)).rowcount
            of_refusals = (await connection.execute(_DELETE_REFUSALS, _page(community, before, most))).rowcount
        return max(len(found), of_cases, of_refusals)

    async def with_message(self, community: CommunityId, before: datetime, *, most: int, after: Job | None) -> tuple[Job, ...]:
        """Return a page of old jobs that have a message."""
        wanted, values = _WITH_MESSAGE, _page(community, before, most)
        if after is not None:
            wanted = wanted.where(tuple_(*_AGE) > tuple_(literal(after.finished_at, Moment), literal(str(after.id))))
        async with self._database.read_statement() as connection:
            return tuple(job_of(row) for row in await connection.execute(wanted, values))

    async def detach(self, job: JobId) -> None:
        """Clear the job's reference to its message."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_DETACH, {"of_job": job})

    async def delete_jobs(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Delete a page of jobs, and before them the rows that refer to them."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_EXPIRE_INPUTS, {"of_community": community, "before": before})
            these = (await connection.execute(_DELETABLE, _page(community, before, most))).scalars().all()
            for statement in _DELETE_JOBS if these else ():
                await connection.execute(statement, {"these": these})
        return len(these)

    async def delete_records(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Delete a page of each table; return the size of the largest page."""
        values = {**_page(community, before, most), "day": before.astimezone(UTC).date()}
        async with self._database.write_transaction() as connection:
            return max([(await connection.execute(statement, values)).rowcount for statement in _RECORDS])

    async def delete_forgotten(self, before: datetime, *, most: int) -> int:
        """Delete a page of each of the two."""
        async with self._database.write_transaction() as connection:
            page = {"before": before, "most": most}
            return max([(await connection.execute(statement, page)).rowcount for statement in _FORGOTTEN])

    async def delete_tombstones(self, before: datetime, *, most: int) -> int:
        """Delete a page of deleted messages."""
        async with self._database.write_transaction() as connection:
            return (await connection.execute(_TOMBSTONES, {"before": before, "most": most})).rowcount


def _page(community: CommunityId, before: datetime, most: int) -> dict[str, Any]:
    return {"community": community, "before": before, "most": most}
