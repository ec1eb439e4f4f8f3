"""Where the bot is installed, one row for each key."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.dialects import sqlite

from bot.domain.people import Platform
from bot.ports.installations import InstallationKey, StoredInstallation
from storage.schema.accounts import installations
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import InsertInto, Upsert

_PARTS = ("platform", "client", "organisation", "workspace")
_IN_WORKSPACE = select(installations).where(*(installations.c[name] == bindparam(name) for name in _PARTS))
_NEWEST = _IN_WORKSPACE.order_by(installations.c.installed_at.desc(), installations.c.user_id.desc()).limit(1)
_EXACTLY = _IN_WORKSPACE.where(installations.c.user_id == bindparam("user_id"))
_ALL = (
    select(installations)
    .where(installations.c.platform == bindparam("platform"), installations.c.client == bindparam("client"))
    .order_by(*(installations.c[name] for name in ("installed_at", "organisation", "workspace", "user_id")))
)


def _replace(insert_into: InsertInto) -> sqlite.Insert:
    first = insert_into(installations)
    return first.on_conflict_do_update(
        index_elements=list(installations.primary_key),
        set_={"sealed": first.excluded.sealed, "installed_at": first.excluded.installed_at},
    )


_SAVE = Upsert(_replace)


@retry_all_uncommitted
class SqlInstallations:
    """Keeps installations in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, installation: StoredInstallation) -> None:
        """Insert the row, or write over the one with the same key."""
        values = {
            **_columns(installation.key),
            "user_id": installation.key.user,
            "sealed": installation.sealed,
            "installed_at": installation.installed_at,
        }
        async with self._database.write_transaction() as connection:
            await _SAVE.run(connection, values)

    async def find(self, key: InstallationKey) -> StoredInstallation | None:
        """Return the installation."""
        found = _EXACTLY if key.user else _NEWEST
        async with self._database.read_statement() as connection:
            row = (await connection.execute(found, _columns(key))).first()
        return None if row is None else _installation(row)

    async def delete(self, key: InstallationKey) -> None:
        """Delete one installation, or all of a workspace."""
        gone = delete(installations).where(*(installations.c[name] == value for name, value in _columns(key).items()))
        async with self._database.write_transaction() as connection:
            await connection.execute(gone)

    async def all(self, platform: Platform, client: str) -> tuple[StoredInstallation, ...]:
        """Return the installations of an application."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_ALL, {"platform": platform, "client": client})
            return tuple(_installation(row) for row in found)


def _columns(key: InstallationKey) -> dict[str, str]:
    """Return the columns of a key; no `user_id` where it means a whole workspace."""
    workspace = {"platform": key.platform, "client": key.client, "organisation": key.organisation, "workspace": key.workspace}
    return workspace | ({"user_id": key.user} if key.user else {})


def _installation(row: Row[Any]) -> StoredInstallation:
    key = InstallationKey(
        platform=Platform(row.platform),
        client=row.client,
        organisation=row.organisation,
        workspace=row.workspace,
        user=row.user_id,
    )
    return StoredInstallation(key=key, sealed=row.sealed, installed_at=row.installed_at)
