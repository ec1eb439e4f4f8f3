"""One visitor's call: whispers are collected for the reply, the answer goes into the channel."""

from collections.abc import Mapping

import structlog

from bot.adapters.web.form_view import FormView, describe_form
from bot.adapters.web.rendering import AskedText
from bot.adapters.web.surface import WEB, WebSurface
from bot.adapters.web.visitors import visitor_name
from bot.commands.spec import AnyCommand
from bot.commands.translations import TranslatedTexts
from bot.commands.typed_line import write_line
from bot.domain.chat import Form, MessageRef, Place, Post, promise
from bot.domain.people import Identity, Person
from bot.domain.rich_text import ReferenceTarget, TextPart
from bot.errors import SurfaceFailed

EDIT, EDITED = "edit", "link"
"""The command that takes words about a picture, and its option that says which."""

ASK_EDIT = "ask_edit"
"""The button that begins such words."""

_ENGLISH: TranslatedTexts = {}

log = structlog.get_logger(__name__)


class WebCall:
    """Implements `bot.ports.surfaces.Call` for one request of the page.

    `commands` are those that a form can be of, and `texts` what they are called in the language of whoever calls.
    """

    def __init__(
        self,
        surface: WebSurface,
        commands: Mapping[str, AnyCommand],
        *,
        key: str,
        person: Person,
        place: Place,
        asked: AskedText,
        message: MessageRef | None = None,
        texts: TranslatedTexts = _ENGLISH,
    ) -> None:
        self.key = key
        self.person = person
        self.place = place
        self.message = message
        self.answered: MessageRef | None = None
        self.settled: Post | None = None
        """What the note shows from now on whose button was pressed."""
        self.fill = ""
        """The line that the page puts into its message box."""
        self.form: FormView | None = None
        """The form that the page draws."""
        self.reply = ""
        """The picture, or its job, that the next words are about."""
        self.names: Mapping[Identity, str] = {}
        """What to call people in private replies instead of their ids, which visitors do not tell each other."""
        self._surface = surface
        self._commands = commands
        self._asked = asked
        self._notes: list[Post] = []
        self._texts = texts
        self._is_over = False

    def promise(self) -> MessageRef:
        """Promise an answer; see `Call.promise`."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:
        """Post in the channel, under what was asked; see `Call.answer`."""
        self.answered = await self._surface.post_as(
            self.place, post, key=key, author=self.person.identity.user, asked=self._asked
        )
        return self.answered

    async def whisper(self, post: Post) -> None:
        """Keep `post` for the reply to this person; after the reply it can only be logged."""
        if self._is_over:
            log.warning("web.whisper_lost", call=self.key, kind=post.kind)
            return
        self._notes.append(post.change_texts(lambda text: text.replace_targets(self._name)))

    def _name(self, target: ReferenceTarget) -> TextPart:
        """Return people of the page by the name that stands beside their pictures, and others as their platform knows them."""
        if not isinstance(target, Identity):
            return target
        known = self.names.get(target) or (visitor_name(target.user) if target.platform == WEB else "")
        return known or target

    async def settle(self, post: Post) -> bool:
        """Have the page show `post` in the note whose button was pressed; see `Call.settle`."""
        if self._is_over or not self._asked.is_press or self.message is not None:
            return False
        self.settled = post
        return True

    async def ask(self, form: Form) -> None:
        """Have the page put the filled-in line into its message box, to be changed and sent; see `Call.ask`.

        A form that asks for some options only is drawn above the page; one for what is to change about a
        picture is the box itself, with that picture beside it.
        """
        if self._is_over or not (form.values or form.shown):
            raise SurfaceFailed(WEB, "there is nothing to fill the message box with")
        if form.command == EDIT and form.shown:
            self.reply = form.values[EDITED]
            return
        if form.shown:
            self.form = describe_form(self._commands[form.command], form, self._texts)
            return
        self.fill = write_line(self._commands[form.command], form.values)

    def finish(self) -> tuple[Post, ...]:
        """Return what was whispered, and accept no more."""
        self._is_over = True
        return tuple(self._notes)
