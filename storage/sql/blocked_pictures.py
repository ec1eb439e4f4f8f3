"""Pictures that may not come back, in SQL."""

from sqlalchemy import bindparam, exists, select, update

from bot.domain.removals import BlockedPicture
from bot.ports.clock import Clock
from storage.schema.removals import blocked_pictures
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

BLOCK = Upsert(lambda insert_into: insert_into(blocked_pictures).on_conflict_do_nothing())
_COMPLETE = update(blocked_pictures).where(
    blocked_pictures.c.sha256 == bindparam("of_sha256"), blocked_pictures.c.fingerprint.is_(None)
)
_IS_BLOCKED = select(exists().where(blocked_pictures.c.sha256 == bindparam("sha256")))
_FINGERPRINTS = select(blocked_pictures.c.fingerprint).where(blocked_pictures.c.fingerprint.is_not(None))


@retry_all_uncommitted
class SqlBlockedPictures:
    """Keeps the fingerprints of blocked pictures in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, blocked: BlockedPicture) -> bool:
        """Insert the fingerprint unless it is there."""
        values: dict[str, object] = {
            "sha256": blocked.sha256,
            "fingerprint": blocked.fingerprint,
            "picture": blocked.picture,
            "reason": blocked.reason,
            "blocked_by": blocked.by,
            "blocked_at": self._clock.now(),
        }
        async with self._database.write_transaction() as connection:
            if await BLOCK.run(connection, values):
                return True
            await connection.execute(_COMPLETE, {"of_sha256": blocked.sha256, "fingerprint": blocked.fingerprint})
        return False

    async def is_blocked(self, sha256: str) -> bool:
        """Return whether the fingerprint is blocked."""
        async with self._database.read_statement() as connection:
            return bool((await connection.execute(_IS_BLOCKED, {"sha256": sha256})).scalar_one())

    async def fingerprints(self) -> tuple[str, ...]:
        """Return the fingerprints of all blocked pictures."""
        async with self._database.read_statement() as connection:
            return tuple((await connection.execute(_FINGERPRINTS)).scalars())
