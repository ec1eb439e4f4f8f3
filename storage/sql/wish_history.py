"""All that an account has asked for, by the indexes of its jobs."""

from typing import Any

from sqlalchemy import Boolean, Row, Select, String, bindparam, case, func, literal, or_, select, tuple_

from bot.domain.allowances import HoldState
from bot.domain.jobs import JobId
from bot.domain.money import Cost
from bot.domain.people import AccountId
from bot.domain.wish_history import PastWish, WishQuery, WishStatus
from storage.schema.base import Moment
from storage.schema.jobs import ENDED_WITHOUT_PICTURE, IS_OPEN, IS_VISIBLE, drawings, jobs, pictures
from storage.schema.quotas import holds
from storage.sql.database import Database
from storage.sql.prompt_index import has_words
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import job_of

_ORDER = (jobs.c.created_at, jobs.c.id)
_PLACE = select(*_ORDER).where(jobs.c.id == bindparam("job"))
_CAME_BEFORE = tuple_(*_ORDER) < tuple_(bindparam("created_at", type_=Moment), bindparam("id", type_=String))
_OF_JOB = drawings.c.job == jobs.c.id
_DRAWN_FOR = select(func.coalesce(func.sum(drawings.c.microusd), 0)).where(_OF_JOB).scalar_subquery()
_IS_ESTIMATED = select(literal(1)).where(_OF_JOB, drawings.c.is_estimate).exists()
_COUNTED = (
    select(case((holds.c.state == HoldState.HELD, holds.c.n), else_=holds.c.spent))
    .where(holds.c.job == jobs.c.id)
    .scalar_subquery()
)
_VISIBLE = select(func.count()).select_from(pictures).where(pictures.c.job == jobs.c.id, IS_VISIBLE).scalar_subquery()
_WISHES = (
    select(
        jobs,
        (jobs.c.words_microusd + _DRAWN_FOR).label("spent_microusd"),
        or_(jobs.c.words_is_estimate, _IS_ESTIMATED).cast(Boolean).label("is_spent_estimate"),
        func.coalesce(_COUNTED, 0).label("counted"),
        _VISIBLE.label("visible"),
    )
    .where(jobs.c.account == bindparam("whose"))
    .order_by(*(column.desc() for column in _ORDER))
)
_IS_MEANT = {WishStatus.WAITING: IS_OPEN, WishStatus.FAILED: ENDED_WITHOUT_PICTURE}


@retry_all_uncommitted
class SqlWishHistory:
    """Reads the wishes of an account from its jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, account: AccountId, query: WishQuery, *, most: int, before: JobId | None = None) -> tuple[PastWish, ...]:
        """Return a page of wishes."""
        found, values = _select(query).limit(most), dict[str, object](whose=account)
        async with self._database.read_transaction() as connection:
            if before is not None:
                last = (await connection.execute(_PLACE, {"job": before})).first()
                if last is None:
                    return ()
                found, values = found.where(_CAME_BEFORE), values | {"created_at": last.created_at, "id": last.id}
            if query.words:
                condition, words = has_words(connection, jobs.c.id, query.words)
                found, values = found.where(condition), values | words
            return tuple(_wish_of(row) for row in await connection.execute(found, values))


def _select(query: WishQuery) -> Select[Any]:
    found: Select[Any] = _WISHES
    if query.status in _IS_MEANT:
        found = found.where(_IS_MEANT[query.status])
    return found if query.since is None else found.where(jobs.c.created_at >= query.since)


def _wish_of(row: Row[Any]) -> PastWish:
    cost = Cost(row.spent_microusd, row.is_spent_estimate)
    return PastWish(job=job_of(row), counted=row.counted, cost=cost, visible=row.visible)
