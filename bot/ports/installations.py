"""Records of installations on platforms that issue a token for each workspace."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.people import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationKey:
    """Whose installation: an organisation, one workspace, or both; `user` is empty for the newest one of the workspace."""

    platform: Platform
    client: str
    organisation: str = ""
    workspace: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstallation:
    """One installation. `sealed` is the platform's own record with its tokens, encrypted by the adapter; never logged."""

    key: InstallationKey
    sealed: bytes = field(repr=False)
    installed_at: datetime


class Installations(Protocol):
    """Keeps installations, one for each key. All methods may raise `StorageFailed`."""

    async def save(self, installation: StoredInstallation) -> None:
        """Store an installation, in place of the one with the same key."""
        ...

    async def find(self, key: InstallationKey) -> StoredInstallation | None:
        """Return the installation of exactly this key; with an empty `user`, the newest of that organisation and workspace."""
        ...

    async def delete(self, key: InstallationKey) -> None:
        """Delete the installation; with an empty `user`, all of that organisation and workspace. A missing one is no error."""
        ...

    async def all(self, platform: Platform, client: str) -> tuple[StoredInstallation, ...]:
        """Return every installation of an application, oldest first."""
        ...
