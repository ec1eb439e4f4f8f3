"""easel's own sweep of objects that nobody needs, as it runs every day, done as if its two days of grace were over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.chaos.surroundings import DATABASE, OBJECTS_URL, S3_KEY, Surroundings
from bot.services.orphans import GRACE, Orphans
from storage.objects.disk import DiskObjects
from storage.objects.s3 import S3Objects
from storage.objects.s3_address import S3Address
from storage.sql.database import open_database
from storage.sql.references import SqlReferences


class _LaterClock:
    """The clock of somebody who looks when all objects are old enough to be judged."""

    def now(self) -> datetime:
        """Return a time behind the grace."""
        return datetime.now(UTC) + GRACE + timedelta(hours=1)


async def sweep_orphans(surroundings: Surroundings, spools: Sequence[Path]) -> None:
    """Remove what the daily sweep removes, from the store and from each worker's spool."""
    address = S3Address.parse(
        OBJECTS_URL, endpoint_url=surroundings.s3_url, path_style=True, access_key=S3_KEY, secret_key=S3_KEY
    )
    async with open_database(surroundings.postgres.url_of(DATABASE)) as database, S3Objects(address) as objects:
        for spool in spools:
            sweep = Orphans(SqlReferences(database), objects, _LaterClock(), spool=DiskObjects(spool), pause=timedelta(0))
            await sweep.sweep()
