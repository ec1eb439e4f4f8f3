"""The page's channels in memory, which can be down."""

from dataclasses import replace

from bot.ports.clock import Clock, Ids
from bot.ports.page_messages import PageMessage
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryPageMessages:
    """Keeps messages in a dict. `trouble` makes its methods fail before they change anything."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self.failures = ScriptedFailures()
        self.asked_since = 0
        self._clock = clock
        self._ids = ids
        self._messages: dict[str, PageMessage] = {}
        self._by_key: dict[str, str] = {}
        self._version = 0

    async def add(self, *, channel: str, author: str, body: str, key: str) -> PageMessage:
        """Put it at the end."""
        self.failures.raise_next("add")
        if key not in self._by_key:
            message = PageMessage(
                id=self._ids.new(), channel=channel, author=author, body=body, version=0, created_at=self._clock.now()
            )
            self._by_key[key] = message.id
            return self._put(message)
        return self._messages[self._by_key[key]]

    async def replace(self, message: str, body: str, *, version: int | None = None) -> PageMessage | None:
        """Change the body."""
        self.failures.raise_next("replace")
        found = await self.get(message)
        if found is None or version not in {None, found.version}:
            return None
        return self._put(replace(found, body=body))

    async def delete(self, message: str) -> PageMessage | None:
        """Empty it."""
        self.failures.raise_next("delete")
        found = await self.get(message)
        return None if found is None else self._put(replace(found, body="", is_deleted=True))

    async def get(self, message: str) -> PageMessage | None:
        """Look it up."""
        self.failures.raise_next("get")
        found = self._messages.get(message)
        return None if found is None or found.is_deleted else found

    async def page(
        self, channel: str, *, most: int, before: str | None = None, author: str | None = None
    ) -> tuple[PageMessage, ...]:
        """Go back from the end."""
        self.failures.raise_next("page")
        order = list(self._messages)
        if before is not None:
            order = order[: order.index(before)] if before in order else []
        there = [self._messages[name] for name in order]
        whose = {message.author for message in there} if author is None else {author, ""}
        found = [one for one in there if one.channel == channel and not one.is_deleted and one.author in whose]
        return tuple(found[-most:])

    async def authors(self, channel: str) -> frozenset[str]:
        """Look at all of them."""
        self.failures.raise_next("authors")
        there = [one for one in self._messages.values() if one.channel == channel and not one.is_deleted]
        return frozenset(one.author for one in there if one.author)

    async def since(self, channel: str, version: int) -> tuple[PageMessage, ...]:
        """Look for greater versions."""
        self.failures.raise_next("since")
        self.asked_since += 1
        changed = [message for message in self._messages.values() if message.channel == channel and message.version > version]
        return tuple(sorted(changed, key=lambda message: message.version))

    def _put(self, message: PageMessage) -> PageMessage:
        self._version += 1
        changed = replace(message, version=self._version)
        self._messages[message.id] = changed
        return changed
