"""Messages of ours that show a job's pictures beside the job's own message."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef
from bot.domain.jobs import JobId
from bot.domain.people import Platform
from bot.ports.clock import Clock
from storage.schema.base import Moment
from storage.schema.removals import sent_messages
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import message_key
from storage.sql.upsert import Upsert

_MESSAGE = TypeAdapter(MessageRef)
_ADD = Upsert(lambda insert_into: insert_into(sent_messages).on_conflict_do_nothing())
_SHOWN = (
    select(sent_messages.c.job)
    .where(sent_messages.c.platform == bindparam("platform"), sent_messages.c.message_key == bindparam("message_key"))
    .order_by(sent_messages.c.sent_at, sent_messages.c.job)
)
_IS_IT = sent_messages.c.platform == bindparam("of_platform"), sent_messages.c.message_key == bindparam("of_key")
_TURNED = select(sent_messages.c.job).where(*_IS_IT, sent_messages.c.turned_at.is_not(None))
_TURN_BACK = update(sent_messages).where(*_IS_IT, sent_messages.c.turned_at.is_not(None)).values(turned_at=None)
_TURN = update(sent_messages).where(*_IS_IT, sent_messages.c.job == bindparam("of_job"))
_OF_JOB = select(sent_messages.c.message).where(sent_messages.c.job == bindparam("job"))


async def add_sent_message(connection: AsyncConnection, job: str, message: MessageRef, clock: Clock) -> None:
    """Insert a message unless it is there."""
    values: dict[str, Any] = {
        "job": job,
        "platform": message.place.platform,
        "message_key": message_key(message.place.channel, message.id),
        "message": _MESSAGE.dump_python(message, mode="json"),
        "sent_at": clock.now(),
    }
    await _ADD.run(connection, values)


@retry_all_uncommitted
class SqlSentMessages:
    """Keeps references of sent messages in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, job: JobId, message: MessageRef) -> None:
        """Insert the message unless it is there."""
        async with self._database.write_transaction() as connection:
            await add_sent_message(connection, job, message, self._clock)

    async def of_job(self, job: JobId) -> tuple[MessageRef, ...]:
        """Return the messages that show a job."""
        found = _OF_JOB.order_by(sent_messages.c.sent_at, sent_messages.c.message_key)
        async with self._database.read_statement() as connection:
            return tuple(_MESSAGE.validate_python(one) for one in (await connection.execute(found, {"job": job})).scalars())

    async def jobs_shown(self, platform: Platform, channel: str, message: str) -> tuple[JobId, ...]:
        """Return the jobs that a message shows."""
        asked = {"platform": platform, "message_key": message_key(channel, message)}
        async with self._database.read_statement() as connection:
            return tuple(JobId(job) for job in (await connection.execute(_SHOWN, asked)).scalars())

    async def turn(self, job: JobId, message: MessageRef) -> None:
        """Write when the message was turned to the job, in place of an earlier time."""
        which = _which(message.place.platform, message.place.channel, message.id)
        async with self._database.write_transaction() as connection:
            await connection.execute(_TURN_BACK, which)
            await add_sent_message(connection, job, message, self._clock)
            await connection.execute(_TURN.values(turned_at=literal(self._clock.now(), Moment)), which | {"of_job": job})

    async def turn_back(self, message: MessageRef) -> None:
        """Clear that time; that the message showed the job stays recorded."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_TURN_BACK, _which(message.place.platform, message.place.channel, message.id))

    async def find_turned_to(self, platform: Platform, channel: str, message: str) -> JobId | None:
        """Return the job that the message was last turned to."""
        async with self._database.read_statement() as connection:
            found = (await connection.execute(_TURNED, _which(platform, channel, message))).scalars().first()
        return None if found is None else JobId(found)


def _which(platform: Platform, channel: str, message: str) -> dict[str, str]:
    return {"of_platform": platform, "of_key": message_key(channel, message)}
