"""Favourites among one's own pictures: the ☆ button, and the ⭐ reaction."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Post
from bot.domain.jobs import Job
from bot.domain.pictures import Picture, PictureState
from bot.errors import BadInput, NotYours
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery
from bot.services.picture_lookup import PictureLookup

_KEPT = Post("★ Now among your favourites: /gallery --only favourites shows them.")
_TAKEN_OUT = Post("☆ Not among your favourites any more.")


def star(studio: Studio, gallery: Gallery, lookup: PictureLookup) -> Command[JobArgs]:
    """Build the ☆ button: it makes all pictures of the message, or the named one, favourites; if they are, it undoes that."""

    async def run(call: Call, args: JobArgs) -> None:
        found = await lookup.find(args.job)
        if not await _is_own(found.job, studio, call):
            raise NotYours("Only whoever asked for a picture can have it among their favourites.")
        pictures = tuple(one for one in found.pictures if one.state is PictureState.VISIBLE)
        if not pictures:
            raise BadInput("There is no picture to keep among your favourites any more.")
        is_kept = _are_favourites(pictures)
        await gallery.star(pictures, is_favourite=not is_kept)
        await call.whisper(_TAKEN_OUT if is_kept else _KEPT)

    return Command(
        "star", "Keep the pictures among your favourites, or take them out", JobArgs, run, is_typed=False, is_for_one_picture=True
    )


def favourite(studio: Studio, gallery: Gallery) -> Command[JobArgs]:
    """Build what a ⭐ reaction does. Nothing is answered, since the star is seen; others' pictures stay as they are."""
    return _reaction("favourite", "Keep the pictures among your favourites", studio, gallery, is_favourite=True)


def unfavourite(studio: Studio, gallery: Gallery) -> Command[JobArgs]:
    """Build what removing a ⭐ reaction does."""
    return _reaction("unfavourite", "Take the pictures out of your favourites", studio, gallery, is_favourite=False)


def _reaction(name: str, summary: str, studio: Studio, gallery: Gallery, *, is_favourite: bool) -> Command[JobArgs]:
    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find(args.job)
        if await _is_own(job, studio, call):
            await gallery.star(await gallery.visible(job.id), is_favourite=is_favourite)

    return Command(name, summary, JobArgs, run, is_typed=False)


async def _is_own(job: Job, studio: Studio, call: Call) -> bool:
    return job.account == (await studio.account(call.person)).id


def _are_favourites(pictures: tuple[Picture, ...]) -> bool:
    return all(picture.starred_at is not None for picture in pictures)
