"""`easel imagine`: one wish through the whole house, waited for."""

import asyncio
import getpass
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import typer

from bot.adapters.terminal import TERMINAL, TerminalCall, TerminalSurface
from bot.app.chance import RandomIds
from bot.app.house import House, open_house
from bot.cli.boundary import FAILED, REFUSED
from bot.cli.logs import set_up_logs
from bot.cli.report import Problem, Report, ShownPicture, print_json, print_lines
from bot.cli.stopping import Stop, stoppable
from bot.commands.options import quoted
from bot.config import Settings, load
from bot.domain.chat import Post, Tone
from bot.domain.images import Picture, PictureState
from bot.domain.jobs import DrawingState, Job, JobState
from bot.errors import BadInput, EaselError
from storage.objects.disk import DiskObjects

_LOOK_EVERY = timedelta(milliseconds=100)
_GIVE_UP_WITHIN = timedelta(seconds=5)


def imagine(raw: Mapping[str, object], config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Draw, print what came of it, and give the exit code."""
    settings = load(config)
    set_up_logs(settings, _level(settings, is_verbose=is_verbose))
    surface = TerminalSurface(quiet=as_json)
    try:
        report = asyncio.run(_draw(settings, raw, surface, is_quiet=as_json))
    finally:
        surface.close()
    if as_json:
        print_json(report)
        return report.exit_code
    print_lines(report)
    is_told = surface.has_ended and report.exit_code in {FAILED, REFUSED}
    if report.error and not is_told:
        typer.echo(report.error.text, err=True)
    return report.exit_code


def _level(settings: Settings, *, is_verbose: bool) -> str:
    if not is_verbose:
        return "error" if settings.log_level == "error" else "warning"
    return "debug" if settings.log_level == "debug" else "info"


async def _draw(settings: Settings, raw: Mapping[str, object], surface: TerminalSurface, *, is_quiet: bool) -> Report:
    """Open the house and have the wish granted there, unless somebody stops it."""
    call = TerminalCall(key=f"terminal:{RandomIds().new()}", user=str(os.getuid()), name=_login(), surface=surface)
    async with stoppable() as stop:
        try:
            async with open_house(settings, {TERMINAL: surface}, recovers=False) as house:
                if not is_quiet:
                    for notice in house.base.makers.notices:
                        typer.echo(notice, err=True)
                report = await _asked(house, raw, call=call, surface=surface, stop=stop)
                # What the house still has to say is said below, once.
                surface.close()
                return report
        except asyncio.CancelledError:
            if not stop.asked.is_set():
                raise
            return Report(
                error=Problem(
                    "cancelled", "Stopped at once; what was begun is given back, or goes on, when easel runs next.", stop.code
                )
            )


def _login() -> str:
    """Give the person's login; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


async def _asked(house: House, raw: Mapping[str, object], *, call: TerminalCall, surface: TerminalSurface, stop: Stop) -> Report:
    """Wait for the end of the wish, or for somebody who stops it."""
    stop.is_gentle = True
    work = asyncio.create_task(_granted(house, raw, call))
    stopping = asyncio.create_task(stop.asked.wait())
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        surface.close()
        return await _given_up(house, call, stop)
    finally:
        for task in (work, stopping):
            task.cancel()
        await asyncio.gather(work, stopping, return_exceptions=True)


async def _granted(house: House, raw: Mapping[str, object], call: TerminalCall) -> Report:
    """Give the wish to the house, and wait for the end of the job that it becomes, whoever works on it."""
    await house.dispatcher.dispatch("imagine", raw, call)
    if call.whispers:
        return Report(error=_whispered(call.whispers[-1]))
    while (job := await house.base.records.jobs.by_key(call.key)) is None or not job.state.is_final:  # noqa: ASYNC110 - another process may have it
        await asyncio.sleep(_LOOK_EVERY.total_seconds())
    return await _told(house, job)


def _whispered(post: Post) -> Problem:
    return Problem(post.kind, post.text, REFUSED if post.tone is Tone.REFUSED else FAILED)


async def _given_up(house: House, call: TerminalCall, stop: Stop) -> Report:
    """Cancel what was asked for. The work on it stops with the house."""
    try:
        async with asyncio.timeout(_GIVE_UP_WITHIN.total_seconds()):
            return await _cancelled(house, call, stop)
    except (EaselError, TimeoutError):
        text = "Stopped, but the job could not be cancelled: it goes on when easel runs next."
        return Report(error=Problem("cancelled", text, stop.code))


async def _cancelled(house: House, call: TerminalCall, stop: Stop) -> Report:
    jobs = house.base.records.jobs
    job = await jobs.by_key(call.key)
    if job is None:
        return Report(error=Problem("cancelled", "Stopped before anything was drawn; nothing was counted.", stop.code))
    try:
        ending = await house.studio.cancel(job)
    except BadInput:
        return await _too_late(house, await jobs.by_key(call.key) or job, stop)
    text = f"{quoted(job.wish.prompt)} – {ending.text}"
    return replace(await _told(house, job), state=JobState.CANCELLED, error=Problem("cancelled", text, stop.code))


async def _too_late(house: House, job: Job, stop: Stop) -> Report:
    """Tell how the job ended before it could be cancelled."""
    report = await _told(house, job)
    if not report.pictures:
        return report
    text = "It was too late to cancel: the pictures are drawn, kept and counted."
    return replace(report, error=Problem("too_late", text, stop.code))


async def _told(house: House, job: Job) -> Report:
    """Put everything about the job together."""
    records = house.base.records
    drawings = await records.jobs.drawings(job.id)
    drawn = [drawing for drawing in drawings if drawing.state is DrawingState.DRAWN] or list(drawings)
    pictures = [picture for picture in await records.pictures.of_job(job.id) if picture.state is PictureState.VISIBLE]
    return Report(
        job=job.id,
        state=job.state,
        prompt=job.wish.prompt,
        drawn_prompt=job.words.drawn if job.words else None,
        provider=drawn[-1].provider if drawn else None,
        model=drawn[-1].model if drawn else None,
        cost=await records.jobs.cost(job.id),
        pictures=tuple(_shown(house, picture) for picture in pictures),
        error=_why(job),
    )


def _why(job: Job) -> Problem | None:
    if job.ending is None or job.state not in {JobState.REFUSED, JobState.FAILED, JobState.CANCELLED}:
        return None
    text = job.ending.text[:1].upper() + job.ending.text[1:]
    return Problem(job.ending.kind, text, REFUSED if job.state is JobState.REFUSED else FAILED)


def _shown(house: House, picture: Picture) -> ShownPicture:
    folder = house.base.settings.pictures_folder
    return ShownPicture(
        path=DiskObjects(folder).path_of(picture.file.key) if folder else None,
        url=house.links.picture(picture),
        sha256=picture.file.sha256,
        width=picture.file.width,
        height=picture.file.height,
        size_bytes=picture.file.size_bytes,
    )
