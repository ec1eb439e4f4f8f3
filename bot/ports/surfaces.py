"""A platform's messages, and one person's call."""

from collections.abc import Collection
from typing import Protocol

from bot.domain.chat import Form, MessageRef, Place, Post
from bot.domain.people import Identity, Person
from bot.domain.pictures import PictureId


class Surface(Protocol):
    """A platform's messages. Every text of a post is plain words: the surface escapes markup and mentions.

    Its references are no words: the surface shows them by name where it can, and by the id that the text has where it cannot.
    """

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Post at `place`. The same `key` again within minutes is the same message where the platform can tell.

        It stays as it is then: `update` changes it.

        Raises:
            MessageGone: The place is gone, or we may not post there.
            SurfaceFailed: The platform did not take it; it may later.
        """
        ...

    async def find(self, promised: MessageRef) -> MessageRef | None:
        """Return the message that `Call.promise` spoke of; None where there is none, or where only `post` with its key can tell.

        Raises:
            SurfaceFailed: The platform does not say now.
        """
        ...

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message soon, as often as the platform allows. Never raises.

        It is dropped where something newer comes first, where the platform does
        not take it, and once `update` or `delete` was called for the message.
        """
        ...

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits for its turn: the job is another process's now. Never raises."""
        ...

    async def update(self, message: MessageRef, post: Post) -> None:
        """Replace the whole message by what is final: no progress of this process follows. The same post again changes nothing.

        Raises:
            MessageGone: The message is not there any more.
            SurfaceFailed: The platform did not take it; it may later.
        """
        ...

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        """Hide what a message showed: `post` stands in its place, or nothing where that is not taken.

        Files of the pictures that are `gone` are deleted too, where the platform keeps
        them. No new message is posted. The same again changes nothing.

        Raises:
            MessageOutOfReach: The message may be there, and stays as it was; or a file does.
            MessageGone: It is not there any more.
            SurfaceFailed: The platform did not take it; it may later.
        """
        ...

    async def direct(self, person: Identity) -> Place:
        """Return the place where only this person reads.

        Raises:
            MessageGone: There is none, or they take no messages there.
            SurfaceFailed: The platform does not say now.
        """
        ...

    async def delete(self, message: MessageRef) -> None:
        """Delete the message; one that is gone already is no error.

        Raises:
            MessageOutOfReach: It may be there, and stays.
            SurfaceFailed: The platform did not take it; it may later.
        """
        ...


class Call(Protocol):
    """One person giving one command or pressing one button."""

    @property
    def key(self) -> str:
        """Return the platform's id of this call: a repeated delivery carries the same one."""
        ...

    @property
    def person(self) -> Person:
        """Return who calls."""
        ...

    @property
    def place(self) -> Place:
        """Return where the call is made."""
        ...

    @property
    def message(self) -> MessageRef | None:
        """Return the message whose button was pressed, if one was."""
        ...

    def promise(self) -> MessageRef:
        """Return the reference by which `Surface.find` finds the coming answer, if we die before we know its id."""
        ...

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Answer once, for everybody to see. `Surface.post` with the same `key` is the same message where the platform can tell.

        Raises:
            SurfaceFailed: The platform did not take it.
        """
        ...

    async def whisper(self, post: Post) -> MessageRef | None:
        """Send something to this person alone, and return the message if it is one that stays, as in a direct conversation.

        Never raises: a private note that cannot be delivered is logged.
        """
        ...

    async def settle(self, post: Post) -> bool:
        """Have the note that only this person reads, and whose button was pressed, show `post` from now on.

        Return whether it does: there may be none, or none that can be changed. Never raises.
        """
        ...

    async def ask(self, form: Form) -> None:
        """Show a form drawn from the command's declaration. What is filled in comes back as a call of that command.

        Only the first response to a call can be a form.

        Raises:
            SurfaceFailed: No form can be shown here, or it is too late for one.
        """
        ...
