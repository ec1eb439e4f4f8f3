"""Installations, in memory."""

from bot.domain.people import Platform
from bot.ports.installations import InstallationKey, StoredInstallation
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryInstallations:
    """Keeps one installation for each key."""

    def __init__(self) -> None:
        self.by_key: dict[InstallationKey, StoredInstallation] = {}
        self.reads = 0
        self.failures = ScriptedFailures()

    async def save(self, installation: StoredInstallation) -> None:
        """Keep it."""
        self.failures.raise_next("save")
        self.by_key[installation.key] = installation

    async def find(self, key: InstallationKey) -> StoredInstallation | None:
        """Look it up, or the newest of its workspace."""
        self.failures.raise_next("find")
        self.reads += 1
        if key.user:
            return self.by_key.get(key)
        return max(self._of(key), key=lambda one: (one.installed_at, one.key.user), default=None)

    async def delete(self, key: InstallationKey) -> None:
        """Drop it, or those of its workspace."""
        self.failures.raise_next("delete")
        gone = [key] if key.user else [one.key for one in self._of(key)]
        for each in gone:
            self.by_key.pop(each, None)

    async def all(self, platform: Platform, client: str) -> tuple[StoredInstallation, ...]:
        """Return an application's."""
        self.failures.raise_next("all")
        mine = (one for one in self.by_key.values() if (one.key.platform, one.key.client) == (platform, client))
        return tuple(sorted(mine, key=lambda one: (one.installed_at, *_workspace(one.key), one.key.user)))

    def _of(self, key: InstallationKey) -> list[StoredInstallation]:
        return [one for one in self.by_key.values() if _workspace(one.key) == _workspace(key)]


def _workspace(key: InstallationKey) -> tuple[str, str, str, str]:
    return (key.platform, key.client, key.organisation, key.workspace)
