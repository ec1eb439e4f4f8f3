"""A surface for REST, which shows nothing: callers look at the job itself."""

from collections.abc import Collection

from bot.adapters.web.rest import API
from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Identity, Person
from bot.domain.pictures import PictureId
from bot.errors import MessageGone, SurfaceFailed


class RestSurface:
    """Implements `bot.ports.surfaces.Surface` by doing nothing: callers read the job itself."""

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:  # noqa: ARG002 - the port's signature
        """Return the reference of a message that is not shown; see `Surface.post`."""
        return MessageRef(place, key)

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Return None: nothing is shown; see `Surface.find`."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Show nothing; see `Surface.show_progress`."""

    def drop_progress(self, message: MessageRef) -> None:
        """Drop nothing: nothing is shown; see `Surface.drop_progress`."""

    async def update(self, message: MessageRef, post: Post) -> None:
        """Show nothing; see `Surface.update`."""

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        """Retract nothing: nothing is shown; see `Surface.retract`."""

    async def direct(self, person: Identity) -> Place:
        """Return a place where nobody reads; see `Surface.direct`."""
        raise MessageGone(person.platform, "programs have no place of their own")

    async def delete(self, message: MessageRef) -> None:
        """Delete nothing; see `Surface.delete`."""


class RestCall:
    """Implements `bot.ports.surfaces.Call` for one request."""

    def __init__(self, *, key: str, person: Person, place: Place) -> None:
        self.key = key
        self.person = person
        self.place = place
        self.message: MessageRef | None = None

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:  # noqa: ARG002 - the port's signature
        """Return the reference of a message that is not shown."""
        return MessageRef(self.place, key)

    async def whisper(self, post: Post) -> None:
        """Show nothing: an error is the answer to the request."""

    async def settle(self, post: Post) -> bool:  # noqa: ARG002 - every call is asked alike
        """Change nothing: programs press no buttons; see `Call.settle`."""
        return False

    async def ask(self, form: Form) -> None:
        """Refuse: programs fill in no forms."""
        raise SurfaceFailed(API, f"no form for {form.command}")
