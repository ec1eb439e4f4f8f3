"""Messages as lines of a terminal: a bar that moves while a job runs, then one line that says how it ended."""

from collections.abc import Collection
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from bot.adapters.shared.message_updates import MessageUpdateQueue
from bot.adapters.terminal.sanitizing import sanitize
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.domain.people import Identity
from bot.domain.pictures import PictureId
from bot.errors import MessageOutOfReach

_UPDATE_EVERY = timedelta(milliseconds=100)
_MARKS = {Tone.DONE: ("✓", "green"), Tone.REFUSED: ("✗", "yellow"), Tone.FAILED: ("✗", "red"), Tone.PLAIN: ("·", "dim")}
"""How a message that will not change by itself begins; messages in other tones are under way."""


class TerminalSurface:
    """Shows each message as one line on `console`, by default the standard error stream.

    On a terminal it is a moving bar; elsewhere each new text is a line of its
    own. The pictures themselves are for the command to print. A quiet surface
    takes everything and shows nothing; so does one that is closed.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.has_ended = False
        self._console = console or Console(stderr=True)
        self._is_silent = quiet
        self._updates = MessageUpdateQueue(self._show_update, update_every=_UPDATE_EVERY)
        self._texts: dict[str, str] = {}
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=3)),
            BarColumn(table_column=Column(ratio=1)),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            expand=True,
        )

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:
        """Show a new line; the same `key` again is the same line."""
        self._show(key, post)
        return MessageRef(place, key)

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Return None; `post` finds a line by its key; see `Surface.find`."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Move the bar soon; see `Surface.show_progress`."""
        self._updates.show_progress(message, post)

    def drop_progress(self, message: MessageRef) -> None:
        """Drop the progress that still waits; see `Surface.drop_progress`."""
        self._updates.drop_progress(message)

    async def update(self, message: MessageRef, post: Post) -> None:
        """Show the line as it is now. A line of another run is shown anew."""
        await self._updates.show_final(message, lambda _: self._show_update(message, post))

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:  # noqa: ARG002 - the port's signature
        """Leave what is printed: it cannot be changed any more; see `Surface.retract`."""
        raise MessageOutOfReach(message.place.platform, "it was printed to a terminal, and saved where its reader wanted it")

    async def direct(self, person: Identity) -> Place:
        """Return the person's terminal: nobody else reads there."""
        return Place(person.platform, "", person.user)

    async def delete(self, message: MessageRef) -> None:
        """Remove a moving line; what is printed stays printed."""
        await self._updates.show_final(message, lambda _: self._remove_bar(message))

    def close(self) -> None:
        """Remove the bar, and show nothing any more."""
        self._is_silent = True
        for message in tuple(self._bars):
            self._remove(message)

    async def _show_update(self, message: MessageRef, post: Post) -> None:
        self._show(message.id, post)

    async def _remove_bar(self, message: MessageRef) -> None:
        self._remove(message.id)

    def _show(self, message: str, post: Post) -> None:
        if self._is_silent:
            return
        if post.tone in _MARKS:
            self.has_ended = self.has_ended or post.tone is not Tone.PLAIN
            self._remove(message)
            self._print(message, post)
        elif self._console.is_terminal:
            self._show_bar(message, post)
        else:
            self._print(message, post)

    def _show_bar(self, message: str, post: Post) -> None:
        text, total = sanitize(post.text), None if post.progress is None else 1.0
        if message not in self._bars:
            self._bars[message] = self._progress.add_task(text, total=total)
            self._progress.start()
        self._progress.update(self._bars[message], description=text, total=total, completed=post.progress or 0.0, refresh=True)

    def _remove(self, message: str) -> None:
        bar = self._bars.pop(message, None)
        if bar is not None:
            self._progress.remove_task(bar)
        if bar is not None and not self._bars:
            self._progress.stop()

    def _print(self, message: str, post: Post) -> None:
        mark, style = _MARKS.get(post.tone, ("…", "dim"))
        text = " · ".join(sanitize(part) for part in (post.text, *post.footer, post.cost) if part)
        if self._texts.get(message) != text:
            self._texts[message] = text
            self._console.print(Text.assemble((mark, style), " ", text), soft_wrap=True)
