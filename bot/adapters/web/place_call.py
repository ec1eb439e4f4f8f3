"""A call that somebody gives on the page, and that is answered where they were before: in a channel of any platform."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Person, Platform
from bot.errors import SurfaceFailed
from bot.pipeline import posts
from bot.ports.surfaces import Surface


class PlaceCall:
    """Implements `bot.ports.surfaces.Call`. The answer says who asked, and `notes` are what was whispered, for the page."""

    def __init__(self, surfaces: Mapping[Platform, Surface], *, key: str, person: Person, place: Place) -> None:
        self.key = key
        self.person = person
        self.place = place
        self.message: MessageRef | None = None
        self.notes: list[Post] = []
        self._surfaces = surfaces

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Post at the place; see `Call.answer`."""
        surface = self._surfaces.get(self.place.platform)
        if surface is None:
            raise SurfaceFailed(self.place.platform, "is not connected to this process")
        posted = await surface.post(self.place, posts.name_asker(post, self.person), key=key)
        return replace(posted, names_asker=True)

    async def whisper(self, post: Post) -> None:
        """Keep `post` for the person at the page; see `Call.whisper`."""
        self.notes.append(post)

    async def settle(self, post: Post) -> bool:  # noqa: ARG002 - every call is asked alike
        """Change nothing: this page has no notes; see `Call.settle`."""
        return False

    async def ask(self, form: Form) -> None:
        """Refuse: the page has its own form; see `Call.ask`."""
        raise SurfaceFailed(self.place.platform, f"no form for {form.command} here")
