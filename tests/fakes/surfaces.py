"""A platform that remembers all it was told, and one person's call on it."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from bot.adapters.shared.message_updates import MessageUpdateQueue
from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Identity, Person, Platform
from bot.domain.pictures import PictureId
from bot.errors import MessageGone
from tests.fakes.scripted_failures import ScriptedFailures

LOOM = Platform("loom")
"""A platform that exists only here."""

SQUARE = Place(LOOM, "town", "market square")


class RecordingSurface:
    """Keeps messages, and everything that they ever said. `trouble` makes its methods fail."""

    def __init__(self, update_every: timedelta = timedelta(seconds=1)) -> None:
        self._updates = MessageUpdateQueue(self._change, update_every=update_every)
        self.failures = ScriptedFailures()
        self.posted: list[tuple[Place, Post, str]] = []
        self.dropped: list[MessageRef] = []
        self.updated: list[tuple[MessageRef, Post]] = []
        self.shown: dict[str, Post] = {}
        self.retracted: list[tuple[MessageRef, frozenset[PictureId]]] = []
        self.answered: dict[str, MessageRef] = {}
        self._by_key: dict[str, MessageRef] = {}
        self.may_retract = asyncio.Event()
        self.may_retract.set()
        self._let_go = asyncio.Event()
        self._to_hold = 0
        self.begun = 0
        self.under_way = 0

    @property
    def said(self) -> list[Post]:
        """Everything that updates said, in order."""
        return [post for _, post in self.updated]

    def hold_updates(self, most: int = 1_000_000) -> None:
        """Keep so many of the updates to come under way, until they are let go."""
        self._to_hold = most

    def let_updates_go(self) -> None:
        """End what is held."""
        self._let_go.set()

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Show a new message, or the one that has this key."""
        self.failures.raise_next("post")
        if key not in self._by_key:
            self.posted.append((place, post, key))
            self._by_key[key] = MessageRef(place, f"message-{len(self._by_key) + 1}")
            self.shown[self._by_key[key].id] = post
        return self._by_key[key]

    async def find(self, promised: MessageRef) -> MessageRef | None:
        """Find what a call answered with that had this ticket."""
        self.failures.raise_next("find")
        return self.answered.get(promised.reply_token)

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Change a message soon."""
        self._updates.show_progress(message, post)

    def drop_progress(self, message: MessageRef) -> None:
        """Show no progress that still waits."""
        self.dropped.append(message)
        self._updates.drop_progress(message)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Change a message for good."""
        await self._updates.show_final(message, lambda _: self._change(message, post))

    async def _change(self, message: MessageRef, post: Post) -> None:
        self.begun += 1
        self.under_way += 1
        try:
            await self._held()
            self.failures.raise_next("update")
            self.updated.append((message, post))
            self.shown[message.id] = post
        finally:
            self.under_way -= 1

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        """Change a message once that may be done, and remember what is to go."""
        await self.may_retract.wait()
        self.failures.raise_next("retract")
        if message.id not in self.shown:
            raise MessageGone(message.place.platform, "it is not there")
        self.retracted.append((message, frozenset(gone)))
        self.shown[message.id] = post

    async def direct(self, person: Identity) -> Place:
        """Return the place of one person alone."""
        self.failures.raise_next("direct")
        return Place(person.platform, "", f"{person.user} alone")

    async def delete(self, message: MessageRef) -> None:
        """Take a message away."""
        self.failures.raise_next("delete")
        self.shown.pop(message.id, None)

    async def _held(self) -> None:
        if self._to_hold:
            self._to_hold -= 1
            await self._let_go.wait()


def person(user: str = "ann", *, is_moderator: bool = False) -> Person:
    """Return somebody from the loom."""
    return Person(Identity(LOOM, "", user), user.title(), is_moderator=is_moderator)


class FakeCall:
    """One person's call; `whispers` hold what nobody else read, `settled` what a note shows since then, `asked` the forms."""

    def __init__(
        self,
        surface: RecordingSurface,
        key: str = "call-1",
        *,
        by: Person | None = None,
        message: MessageRef | None = None,
        at: Place = SQUARE,
        reply_token: str = "",
    ) -> None:
        self._place = at
        self._surface = surface
        self._key = key
        self._person = by or person()
        self._message = message
        self._reply_token = reply_token
        self.failures = ScriptedFailures()
        self.whispers: list[Post] = []
        self.settled: list[Post] = []
        self.has_note = False
        self.asked: list[Form] = []

    @property
    def key(self) -> str:
        """The same for every delivery of this call."""
        return self._key

    @property
    def person(self) -> Person:
        """Who calls."""
        return self._person

    @property
    def place(self) -> Place:
        """Where everybody is, unless a test says otherwise."""
        return self._place

    @property
    def message(self) -> MessageRef | None:
        """The message whose button was pressed."""
        return self._message

    def promise(self) -> MessageRef:
        """Promise an answer."""
        return promise(self._place, self._reply_token)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Say it for all to see; with a ticket, as something that no key finds."""
        self.failures.raise_next("answer")
        if not self._reply_token:
            return await self._surface.post(self._place, post, key=key)
        self._surface.answered[self._reply_token] = await self._surface.post(self._place, post, key=f"answer {self._key}")
        return self._surface.answered[self._reply_token]

    async def whisper(self, post: Post) -> MessageRef | None:
        """Say it to this person; where they are alone that is a message that stays."""
        self.whispers.append(post)
        return None if self._place.tenant else MessageRef(self._place, f"whisper {len(self.whispers)} of {self._key}")

    async def settle(self, post: Post) -> bool:
        """Have the note show it that a test says there is."""
        if self.has_note:
            self.settled.append(post)
        return self.has_note

    async def ask(self, form: Form) -> None:
        """Show a form."""
        self.failures.raise_next("ask")
        self.asked.append(form)
