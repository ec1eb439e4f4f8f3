"""One run of a command on the command line."""

from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Identity, Person, Platform
from bot.errors import SurfaceFailed
from bot.ports.surfaces import Surface

TERMINAL = Platform("terminal")


class TerminalCall:
    """A call from a shell. `key` is new for each run; `user` is the system's id of the person, `name` what it calls them.

    Whispers are kept in `whispers` for whoever started the run to print.
    """

    def __init__(self, *, key: str, user: str, name: str, surface: Surface) -> None:
        self.whispers: list[Post] = []
        self._key = key
        self._person = Person(Identity(TERMINAL, "", user), name)
        self._surface = surface

    @property
    def key(self) -> str:
        """Return the id of this run."""
        return self._key

    @property
    def person(self) -> Person:
        """Return the person that the system says runs this."""
        return self._person

    @property
    def place(self) -> Place:
        """Return the run itself as a place: two shells of one person are two places."""
        return Place(TERMINAL, "", self._person.identity.user, self._key)

    @property
    def message(self) -> MessageRef | None:
        """Return None: there are no buttons in a shell."""
        return None

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Show the post as the run's line of progress."""
        return await self._surface.post(self.place, post, key=key)

    async def whisper(self, post: Post) -> None:
        """Keep the post for the command to print."""
        self.whispers.append(post)

    async def settle(self, post: Post) -> bool:  # noqa: ARG002 - every call is asked alike
        """Change nothing: nothing is pressed in a shell; see `Call.settle`."""
        return False

    async def ask(self, form: Form) -> None:
        """Show no form: everything is typed at once; see `Call.ask`."""
        raise SurfaceFailed(TERMINAL, f"no form for {form.command}")
