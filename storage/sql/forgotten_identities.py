"""The hashes of identities that were forgotten, in statements on an open connection."""

import hashlib
import hmac
from typing import Any

from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import Identity
from storage.schema.privacy import forgotten_identities
from storage.sql.deployment import read_deployment

_BY_HASH = select(forgotten_identities).where(forgotten_identities.c.hash == bindparam("of_hash"))
_REMEMBER = delete(forgotten_identities).where(forgotten_identities.c.hash == bindparam("of_hash"))


def identity_hash(deployment: str, identity: Identity) -> str:
    """Return a hash by which this deployment alone knows the identity again."""
    said = f"{identity.platform}\x00{identity.realm}\x00{identity.user}"
    return hmac.new(deployment.encode(), said.encode(), hashlib.sha256).hexdigest()


async def find_forgotten(connection: AsyncConnection, identity: Identity) -> Row[Any] | None:
    """Return what is kept of an identity that was forgotten; None where it was not."""
    deployment = await read_deployment(connection)
    if deployment is None:
        return None
    return (await connection.execute(_BY_HASH, {"of_hash": identity_hash(deployment, identity)})).first()


async def remove_hash(connection: AsyncConnection, forgotten: Row[Any]) -> None:
    """Remove a hash: its identity is known again."""
    await connection.execute(_REMEMBER, {"of_hash": forgotten.hash})
