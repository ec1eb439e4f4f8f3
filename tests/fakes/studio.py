"""A studio whose every stroke a test makes: commands as the real house declares them, and no pipeline behind them."""

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from PIL import Image

from bot.commands.help import help_command
from bot.commands.redraw import JobArgs
from bot.commands.spec import AnyCommand, Command, CommandAudience
from bot.commands.translations import Translations
from bot.domain.chat import Button, Details, Form, MessageRef, Post, PostPicture, Tone
from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import BroughtPicture
from bot.domain.jobs import JobId
from bot.domain.options import Choice, Number, PictureFile, Pixels, Text
from bot.domain.people import AccountId
from bot.domain.pictures import ImageFile, Picture, PictureId, PictureState
from bot.domain.wishes import Draft
from bot.errors import BadInput, NotYours, PromptRefused, QuotaExceeded
from bot.ports.clock import Clock, Ids
from bot.ports.surfaces import Call, Surface
from tests.fakes.jobs import Kept, MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.owners import nobody, own_locale
from tests.fakes.pictures import MemoryPictures

FORBIDDEN = "forbidden"
"""A prompt with this word in it is refused."""

BROKEN = "broken"
"""A prompt with this word in it breaks the command."""

_UNDO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PlainImagineArgs:
    """What `/imagine` takes here."""

    prompt: Annotated[str, Text("What to draw, in any language", longest=4000)]
    shape: Annotated[Shape, Choice("Shape of the picture", Shape)] = Shape.SQUARE
    quality: Annotated[Quality, Choice("How much work goes into it", Quality)] = Quality.MEDIUM
    count: Annotated[int, Number("How many pictures", least=1, most=4)] = 1
    size: Annotated[Size | None, Pixels("Exact size in pixels such as 1536x1024, instead of a shape")] = None
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("A picture to change, or to draw from", most=3)] = ()

    @property
    def draft(self) -> Draft:
        """What is asked for."""
        return Draft(prompt=self.prompt, quality=self.quality, count=self.count, size=self.size)


@dataclass(frozen=True, slots=True)
class PlainEditArgs:
    """What `/edit` takes here."""

    words: Annotated[str, Text("What to change, in any language", longest=4000)]
    link: Annotated[str | None, Text("Link of the picture", longest=1000)] = None
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("Another picture, to draw from", most=3)] = ()


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Order:
    """An accepted prompt, and the message that speaks of it."""

    id: str
    prompt: str
    author: str
    message: MessageRef
    pictures: tuple[BroughtPicture, ...] = ()
    changes: str = ""
    """The picture that it is to change, as it was named."""

    answers: str = ""
    """The message whose picture it is about, where the page names one."""


class FakeStudio:
    """Takes orders through `commands`; a test then draws them with `work`, `finish` and `fail`."""

    def __init__(self, surface: Surface, clock: Clock, ids: Ids) -> None:
        self.orders: list[Order] = []
        self.pressed: list[MessageRef | None] = []
        self.offers_edits = False
        """Whether there is an Edit button under what is finished."""
        self.refills_at: datetime | None = None
        """When there are pictures again, while there are none."""
        self.jobs = MemoryJobs(clock)
        self.pictures = MemoryPictures(self.jobs)
        self.objects = MemoryObjects()
        self._surface = surface
        self._clock = clock
        self._ids = ids
        self._ids_by_key: dict[str, str] = {}
        self._typed = (
            Command(
                "imagine",
                "Draw a picture from words",
                PlainImagineArgs,
                self._imagine,
                example="/imagine a lighthouse in a storm",
                takes_plain_words=True,
                answers_in_public=True,
                prominent=frozenset({"shape", "quality", "count"}),
            ),
            Command("edit", "Change a picture with words", PlainEditArgs, self._edit, answers_in_public=True),
            Command("gallery", "See your newest pictures again", NoArgs, self._gallery),
            Command("audit", "See the last changes here", NoArgs, self._gallery, audience=CommandAudience.ADMINS),
        )

    @property
    def commands(self) -> tuple[AnyCommand, ...]:
        """Everything that can be typed or pressed."""
        pressed = {
            "ask_edit": self._ask_edit,
            "again": self._again,
            "reword": self._reword,
            "cancel": self._cancel,
            "delete": self._delete,
            "undelete": self._undelete,
            "safer": self._again,
        }
        own = {"cancel", "delete", "undelete"}
        buttons = tuple(
            Command(name, name, JobArgs, run, is_typed=False, is_for_author=name in own, is_for_one_picture=name == "ask_edit")
            for name, run in pressed.items()
        )
        return (*self._typed, help_command(self._typed, Translations(), own_locale, nobody), *buttons)

    def move_to(self, surface: Surface) -> None:
        """Speak through another surface, as after a restart."""
        self._surface = surface

    async def work(self, order: Order, share: float | None, preview: bytes | None = None) -> None:
        """Show how far it is."""
        post = Post(
            f"Drawing: {order.prompt}",
            Tone.WORKING,
            progress=share,
            size=Size(1536, 1024),
            preview=preview,
            buttons=(_button("Cancel", order, is_dangerous=True),),
        )
        await self._surface.update(order.message, post)

    async def finish(self, order: Order, *contents: bytes) -> tuple[Picture, ...]:
        """Keep the pictures and show them."""
        for position, content in enumerate(contents):
            picture = picture_of(content, order.id, position, PictureId(self._ids.new()))
            await self.objects.put(picture.file.key, content, picture.file.media_type)
            self.jobs.kept[picture.id] = Kept(picture, AccountId(order.author), self._clock.now())
        await self._show(order)
        return await self.pictures.of_job(JobId(order.id))

    async def fail(self, order: Order, sentence: str, safer: str = "") -> None:
        """Say why there is no picture."""
        buttons = (_button("Draw the safer wording", order, command="safer"),) if safer else ()
        details = (Details("A wording that would pass", safer),) if safer else ()
        await self._surface.update(
            order.message, Post(f"{order.prompt} – {sentence}", Tone.REFUSED, "refusal", details=details, buttons=buttons)
        )

    async def _imagine(self, call: Call, args: PlainImagineArgs) -> None:
        if FORBIDDEN in args.prompt:
            raise PromptRefused(rule="blocklist", sentence="That is not something this bot draws.")
        if BROKEN in args.prompt:
            raise RuntimeError(BROKEN)
        await self._accept(call, args.prompt, args.picture)

    async def _edit(self, call: Call, args: PlainEditArgs) -> None:
        if FORBIDDEN in args.words:
            raise PromptRefused(rule="blocklist", sentence="That is not something this bot draws.")
        await self._accept(call, args.words, args.picture, changes=args.link or "")

    async def _ask_edit(self, call: Call, args: JobArgs) -> None:
        await call.ask(Form("edit", {"link": args.job}, shown=("words",)))

    async def _accept(self, call: Call, prompt: str, pictures: tuple[BroughtPicture, ...] = (), changes: str = "") -> None:
        if self.refills_at is not None:
            raise QuotaExceeded(cost=1, left=0, refills_at=self.refills_at)
        id_ = self._ids_by_key.setdefault(call.key, self._ids.new())
        draft = Order(
            id_,
            prompt,
            call.person.identity.user,
            MessageRef(call.place, ""),
            pictures,
            changes,
            call.message.id if call.message else "",
        )
        waiting = Post(
            f"Drawing: {prompt} · 2nd in line · about 40 s",
            Tone.WAITING,
            progress=0.0,
            size=Size(1536, 1024),
            buttons=(_button("Cancel", draft, is_dangerous=True),),
        )
        message = await call.answer(waiting, key=id_)
        if all(order.id != id_ for order in self.orders):
            self.orders.append(replace(draft, message=message))

    async def _gallery(self, call: Call, args: NoArgs) -> None:
        pictures = await self.pictures.latest(AccountId(call.person.identity.user), 10)
        shown = tuple(exhibit(picture, "One of yours") for picture in pictures)
        await call.whisper(
            Post(f"Your newest pictures ({len(shown)}):" if shown else "You have no pictures yet.", pictures=shown)
        )

    async def _again(self, call: Call, args: JobArgs) -> None:
        self.pressed.append(call.message)
        await self._accept(call, self._find(args.job).prompt)

    async def _reword(self, call: Call, args: JobArgs) -> None:
        await call.ask(Form("imagine", {"prompt": self._find(args.job).prompt, "shape": "wide"}))

    async def _cancel(self, call: Call, args: JobArgs) -> None:
        order = self._own(call, args.job)
        await self._surface.update(
            order.message, Post(f"{order.prompt} – cancelled; nothing was counted.", Tone.REFUSED, "cancelled")
        )

    async def _delete(self, call: Call, args: JobArgs) -> None:
        order = self._own(call, args.job)
        await self.pictures.hide(JobId(order.id), self._clock.now() + _UNDO)
        sentence = f"{order.prompt} – deleted. It can be brought back for 10 minutes."
        await self._surface.update(order.message, Post(sentence, buttons=(_button("Undo", order, command="undelete"),)))

    async def _undelete(self, call: Call, args: JobArgs) -> None:
        order = self._own(call, args.job)
        await self.pictures.show(JobId(order.id))
        await self._show(order)

    async def _show(self, order: Order) -> None:
        pictures = await self.pictures.of_job(JobId(order.id))
        post = Post(
            order.prompt,
            Tone.DONE,
            pictures=tuple(exhibit(picture, order.prompt) for picture in pictures),
            details=(Details("You asked for", order.prompt), Details("Drawn as", f"A careful picture of {order.prompt}.")),
            footer=("Drawn by gpt-image-2 (AI-generated)", "12 s"),
            cost="$0.0531",
            buttons=(
                *((_button("Edit", order, command="ask_edit"),) if self.offers_edits else ()),
                _button("Again", order, command="again"),
                _button("Change words", order, command="reword"),
                _button("Delete", order, command="delete", is_dangerous=True),
            ),
            more=(_button("Draw once more", order, command="again"),) if self.offers_edits else (),
        )
        await self._surface.update(order.message, post)

    def _find(self, job: str) -> Order:
        found = next((order for order in self.orders if order.id == job), None)
        if found is None:
            raise BadInput("That picture is not known here any more; nothing was counted.")
        return found

    def _own(self, call: Call, job: str) -> Order:
        order = self._find(job)
        if order.author != call.person.identity.user:
            raise NotYours
        return order


def picture_of(content: bytes, job: str, position: int, id_: PictureId) -> Picture:
    """Return the record of a picture with these bytes."""
    with Image.open(io.BytesIO(content)) as opened:
        width, height, media_type = opened.width, opened.height, Image.MIME[str(opened.format)]
    sha256 = hashlib.sha256(content).hexdigest()
    file = ImageFile(
        key=f"pictures/{sha256}", sha256=sha256, media_type=media_type, width=width, height=height, size_bytes=len(content)
    )
    return Picture(id=id_, job=job, position=position, file=file, state=PictureState.VISIBLE)


def exhibit(picture: Picture, alt: str) -> PostPicture:
    """Return a picture as a post shows it."""
    file = picture.file
    return PostPicture(
        picture=picture.id,
        key=file.key,
        media_type=file.media_type,
        width=file.width,
        height=file.height,
        size_bytes=file.size_bytes,
        alt=alt,
        link=f"http://easel.example/p/{picture.id}.png",
    )


def png(width: int = 64, height: int = 48, colour: str = "teal") -> bytes:
    """Return a small real picture of one colour."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, "PNG")
    return content.getvalue()


def _button(label: str, order: Order, *, command: str = "cancel", is_dangerous: bool = False) -> Button:
    return Button(label, command, order.id, is_dangerous=is_dangerous)
