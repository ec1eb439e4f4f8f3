"""`/batch`: many pictures in one go, and the buttons of its messages."""

from dataclasses import dataclass, fields
from typing import Annotated

from bot.commands.asking import ask_in_form
from bot.commands.dispatcher import KnowsCost
from bot.commands.spec import Command, Suggest
from bot.domain.batches import Batch
from bot.domain.chat import Link, Post
from bot.domain.images import Lane, Quality, Shape, Size
from bot.domain.options import BatchRef, Choice, ImageModelRef, Lines, Pixels, TextFile
from bot.domain.prompt_lists import LONGEST_LIST
from bot.domain.wishes import Draft, Rewriting
from bot.errors import BadInput, SurfaceFailed
from bot.pipeline import batch_posts
from bot.pipeline.batch_studio import BatchStudio
from bot.ports.batches import BatchShower
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchArgs:
    """What `/batch` takes: the prompts in either way, and of `/imagine`'s options those that hold for all of them."""

    prompts: Annotated[
        str | None, Lines("A prompt on each line, or choices such as a {red, blue} fox in {snow, rain}", longest=LONGEST_LIST)
    ] = None
    file: Annotated[
        str | None, TextFile("A text with a prompt on each line, or a CSV with a column “prompt”", longest=LONGEST_LIST)
    ] = None
    shape: Annotated[Shape | None, Choice("Shape of the pictures", Shape)] = None
    quality: Annotated[Quality | None, Choice("How much work goes into each", Quality)] = None
    size: Annotated[Size | None, Pixels("Exact size in pixels such as 1536x1024, instead of a shape")] = None
    rewriting: Annotated[Rewriting | None, Choice("Make the words into fuller prompts first", Rewriting)] = None
    model: Annotated[str | None, ImageModelRef("Which model draws; /models lists them")] = None
    lane: Annotated[Lane | None, Choice("Draw them at once, or relaxed: within hours, and they count less", Lane)] = None


_WRITE_PROMPTS = (
    "Write prompts after it, such as: a {red, blue} fox in {snow, rain}; or attach a text with one on each line. "
    "Nothing was counted."
)
_OF_DRAFT = {field.name for field in fields(Draft)}


def batch(
    studio: BatchStudio, knows_cost: KnowsCost, suggest_models: Suggest | None = None, *, has_lanes: bool = True
) -> Command[BatchArgs]:
    """Build `/batch`: it names the price of all of it, and draws nothing before that is confirmed."""

    async def run(call: Call, args: BatchArgs) -> None:
        texts = [text for text in (args.prompts, args.file) if text]
        options = {field.name: getattr(args, field.name) for field in fields(args) if field.name in _OF_DRAFT}
        if not texts:
            return await ask_in_form(call, "batch", _WRITE_PROMPTS)
        offer = await studio.offer("\n".join(texts), Draft(prompt="", **options), call)
        shows_cost = await knows_cost(call.person)
        await call.whisper(batch_posts.build_offer_post(offer.batch, offer.price, shows_cost=shows_cost))
        return None

    return Command(
        "batch",
        "Draw many pictures in one go, once you have seen what they count for",
        BatchArgs,
        run,
        example="/batch a {red, blue} fox in {snow, rain}",
        suggestions={"model": suggest_models} if suggest_models else {},
        unavailable=frozenset() if has_lanes else frozenset({"lane"}),
    )


@dataclass(frozen=True, slots=True)
class BatchButtonArgs:
    """What a button of a batch carries."""

    batch: Annotated[str, BatchRef("The batch whose button was pressed")]


def batch_draw(studio: BatchStudio) -> Command[BatchButtonArgs]:
    """Build the button that confirms an offer."""

    async def run(call: Call, args: BatchButtonArgs) -> None:
        found = await studio.find(args.batch)
        await studio.confirm(args.batch, call)
        await call.settle(batch_posts.build_confirmed_post(found))

    return Command("batch-draw", "Draw all of it", BatchButtonArgs, run, is_typed=False, settles_note=True)


def batch_cancel(studio: BatchStudio) -> Command[BatchButtonArgs]:
    """Build the button that cancels a batch."""

    async def run(call: Call, args: BatchButtonArgs) -> None:
        if not await studio.cancel(args.batch, call) and not await call.settle(batch_posts.build_cancelled_post()):
            await call.whisper(batch_posts.build_cancelled_post())

    return Command("batch-cancel", "Draw no more of it", BatchButtonArgs, run, is_typed=False, settles_note=True)


def batch_delete(studio: BatchStudio, gallery: Gallery, messages: BatchShower) -> Command[BatchButtonArgs]:
    """Build the button that deletes all pictures of a batch."""

    async def run(call: Call, args: BatchButtonArgs) -> None:
        found, jobs = await studio.find_own(args.batch, call)
        for job in jobs:
            await gallery.delete(job.id)
        await _retract(messages, found)
        await call.whisper(batch_posts.build_deleted_post(found, round(gallery.undo.total_seconds() / 60)))

    return Command("batch-delete", "Delete all its pictures", BatchButtonArgs, run, is_typed=False, is_for_author=True)


async def _retract(messages: BatchShower, found: Batch) -> None:
    """Have the message show what is left; where a platform does not accept that now, it is shown later."""
    try:
        if found.message is not None:
            await messages.retract(found.id, found.message)
    except SurfaceFailed:
        messages.show_soon(found.id)


def batch_undelete(studio: BatchStudio, gallery: Gallery, messages: BatchShower) -> Command[BatchButtonArgs]:
    """Build the Undo button that follows."""

    async def run(call: Call, args: BatchButtonArgs) -> None:
        found, jobs = await studio.find_own(args.batch, call)
        if not any([await gallery.restore(job.id) for job in jobs]):
            raise BadInput("It is too late to bring those back; the pictures are deleted for good.")
        messages.show_soon(found.id)
        await call.whisper(Post("They are back."))

    return Command("batch-undelete", "Bring deleted pictures back", BatchButtonArgs, run, is_typed=False, is_for_author=True)


def batch_zip(studio: BatchStudio, base_url: str) -> Command[BatchButtonArgs]:
    """Build the button that gives a link to all pictures in one file."""

    async def run(call: Call, args: BatchButtonArgs) -> None:
        batch = await studio.find(args.batch)
        address = f"{base_url}/b/{batch.id}.zip"
        await call.whisper(Post("All its pictures that can be seen, in one file:", links=(Link("Download", address),)))

    return Command("batch-zip", "Get all of it as one file", BatchButtonArgs, run, is_typed=False)
