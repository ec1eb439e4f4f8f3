"""The Resize button: draws what is beyond a picture's edges, or the same picture larger."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import AnyCommand, Command
from bot.commands.which_picture import ask_which
from bot.domain.chat import Button, Post
from bot.domain.images import Background, Quality, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import Job
from bot.domain.options import JobRef
from bot.domain.pictures import Picture
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.reframing import Margins, double_size, zoom_out
from bot.domain.wishes import Draft
from bot.pipeline.canvases import Canvases
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.text import truncate

_BEYOND = ", with more to be seen around it: the same scene, style and light, without a border"
_SHARPER = ", the very same picture with finer detail"
_CUT_OUT = ", the very same, cut out, with nothing behind it"
_NO_WORDS = "What is shown"


@dataclass(frozen=True, slots=True)
class PictureArgs:
    """What a button about one picture carries: its id, or that of its job for the first one."""

    picture: Annotated[str, JobRef("The picture whose button was pressed")]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to widen a picture."""

    label: str
    command: str
    summary: str
    margins: Margins


_WAYS = (
    _Way("Zoom out 1.5×", "zoom-out", "See half as much again around it", zoom_out(1.5)),
    _Way("Zoom out 2×", "zoom-out-twice", "See twice as much around it", zoom_out(2)),
    _Way("Pan left", "pan-left", "See what is to its left", Margins(left=0.5)),
    _Way("Pan right", "pan-right", "See what is to its right", Margins(right=0.5)),
    _Way("Pan up", "pan-up", "See what is above it", Margins(top=0.5)),
    _Way("Pan down", "pan-down", "See what is below it", Margins(bottom=0.5)),
)
_UPSCALE = ("Upscale", "upscale")
_REMOVE_BACKGROUND = ("Remove background", "cut-out")


class Reframing:
    """Finds pictures that get another frame, and has them drawn."""

    def __init__(self, studio: Studio, bases: PictureBases, canvases: Canvases) -> None:
        self._studio = studio
        self._bases = bases
        self._canvases = canvases

    async def find(self, named: str, call: Call) -> tuple[Picture, ...]:
        """Return the pictures that a button is about; raises as `PictureBases.find` does."""
        account = await self._studio.account(call.person)
        return (await self._bases.find(named, account.id, call.place)).pictures

    async def widen(self, named: str, margins: Margins, call: Call) -> None:
        """Draw what is beyond the edges of a picture; raises as `Studio.accept` and `PictureBases.find` do."""
        picture, base, job = await self._bring(named, call)
        size = Size(picture.file.width, picture.file.height)
        canvas = await self._canvases.widen(base.content, size, margins)
        brought = (BroughtPicture(canvas.picture, parent=base.parent), BroughtPicture(canvas.mask, InputRole.MASK))
        await self._studio.accept(Draft(prompt=_add_to(_words(job), _BEYOND), quality=job.wish.quality, picture=brought), call)

    async def upscale(self, named: str, call: Call) -> None:
        """Draw a picture larger, in the best quality; raises as `Studio.accept` and `PictureBases.find` do."""
        picture, base, job = await self._bring(named, call)
        size = double_size(Size(picture.file.width, picture.file.height))
        draft = Draft(prompt=_add_to(_words(job), _SHARPER), picture=(base,), size=size, quality=Quality.HIGH)
        await self._studio.accept(draft, call)

    async def cut_out(self, named: str, call: Call) -> None:
        """Draw a picture without its background; raises as `Studio.accept` and `PictureBases.find` do."""
        _, base, job = await self._bring(named, call)
        words, quality = _add_to(_words(job), _CUT_OUT), job.wish.quality
        draft = Draft(prompt=words, quality=quality, picture=(base,), background=Background.CLEAR)
        await self._studio.accept(draft, call)

    async def _bring(self, named: str, call: Call) -> tuple[Picture, BroughtPicture, Job]:
        """Return a picture, as something to draw from, and its job."""
        picture, *_ = await self.find(named, call)
        return picture, await self._bases.bring(picture), await self._studio.find(picture.job)


def _words(job: Job) -> str:
    """Return the words that something was drawn from, if they are known."""
    return job.wish.prompt if job.erased_at is None else ""


def reframe_commands(reframing: Reframing) -> tuple[AnyCommand, ...]:
    """Build the Resize button, and those that it offers."""
    return (_menu(reframing), *(_widen(reframing, way) for way in _WAYS), _upscale(reframing), _cut_out(reframing))


def _menu(reframing: Reframing) -> Command[PictureArgs]:
    async def run(call: Call, args: PictureArgs) -> None:
        pictures = await reframing.find(args.picture, call)
        ways = [(way.label, way.command) for way in _WAYS] + [_UPSCALE, _REMOVE_BACKGROUND]
        if len(pictures) > 1:
            await call.whisper(ask_which("reframe", pictures))
            return
        buttons = tuple(Button(label, command, pictures[0].id) for label, command in ways)
        await call.whisper(
            Post("What should become of it? The new picture counts as yours; a larger one may count as several.", buttons=buttons)
        )

    return Command("reframe", "Zoom out, pan, upscale or cut out", PictureArgs, run, is_typed=False, is_for_one_picture=True)


def _widen(reframing: Reframing, way: _Way) -> Command[PictureArgs]:
    async def run(call: Call, args: PictureArgs) -> None:
        await reframing.widen(args.picture, way.margins, call)

    return Command(way.command, way.summary, PictureArgs, run, is_typed=False)


def _upscale(reframing: Reframing) -> Command[PictureArgs]:
    async def run(call: Call, args: PictureArgs) -> None:
        await reframing.upscale(args.picture, call)

    return Command(_UPSCALE[1], "Draw the same picture larger", PictureArgs, run, is_typed=False)


def _cut_out(reframing: Reframing) -> Command[PictureArgs]:
    async def run(call: Call, args: PictureArgs) -> None:
        await reframing.cut_out(args.picture, call)

    return Command(_REMOVE_BACKGROUND[1], "Draw the same without its background", PictureArgs, run, is_typed=False)


def _add_to(words: str, more: str) -> str:
    """Return the words with more behind them, once: a picture that is panned twice has them already."""
    own = words.removesuffix(_BEYOND).removesuffix(_SHARPER).removesuffix(_CUT_OUT) or _NO_WORDS
    return f"{truncate(own, LONGEST_PROMPT - len(more))}{more}"
