"""Keys for programs, in memory."""

from bot.domain.people import AccountId
from bot.ports.api_keys import ApiKey, ApiKeyId
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryApiKeys:
    """Keeps keys by their hash until they are revoked."""

    def __init__(self) -> None:
        self.by_hash: dict[str, ApiKey] = {}
        self.failures = ScriptedFailures()

    async def add(self, key: ApiKey, key_hash: str) -> None:
        """Keep it."""
        self.failures.raise_next("add")
        self.by_hash[key_hash] = key

    async def find(self, key_hash: str) -> ApiKey | None:
        """Look it up."""
        self.failures.raise_next("find")
        return self.by_hash.get(key_hash)

    async def of(self, account: AccountId) -> tuple[ApiKey, ...]:
        """List an account's."""
        self.failures.raise_next("of")
        mine = [key for key in self.by_hash.values() if key.account == account]
        return tuple(sorted(mine, key=lambda key: (key.created_at, key.id)))

    async def revoke(self, key: ApiKeyId, account: AccountId) -> bool:
        """Drop it."""
        self.failures.raise_next("revoke")
        found = [hash_ for hash_, one in self.by_hash.items() if (one.id, one.account) == (key, account)]
        for hash_ in found:
            del self.by_hash[hash_]
        return bool(found)
