"""`easel imagine`: one wish through the whole house, waited for."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from bot.adapters.terminal import TERMINAL, TerminalCall, TerminalSurface
from bot.app.house import House, open_house
from bot.app.stop_signals import StopRequest, listen_for_stop
from bot.app.system import RandomIds
from bot.app.tasks import background_task, wait_for_either
from bot.cli.boundary import FAILED, REFUSED
from bot.cli.imagine_report import ImagineProblem, ImagineReport, print_json, print_lines
from bot.cli.logs import configure_logging
from bot.cli.output_files import CannotWrite, output_paths, write_pictures
from bot.cli.system_user import login, terminal_identity
from bot.config import Settings, load
from bot.domain.chat import Post, Tone
from bot.domain.jobs import DrawingState, Job, JobId, JobState
from bot.errors import BadInput, EaselError, StorageFailed
from bot.services.job_views import JobViews
from bot.text import quote
from storage.objects.disk import DiskObjects

_POLL_EVERY = timedelta(milliseconds=100)
_GIVE_UP_WITHIN = timedelta(seconds=5)
_STORE_PATIENCE = timedelta(minutes=1)

_KEPT = "It is drawn, counted and kept by easel: /gallery has it."
_STUCK = (
    "The storage cannot be reached. What was asked for is not lost and is not paid for twice: it goes on with the next "
    "`easel run`. `easel doctor` says what is wrong."
)


def imagine(
    raw: Mapping[str, object], config: Path | None, *, output: Path | None = None, as_json: bool, is_verbose: bool
) -> int:
    """Draw, print what came of it, write the pictures to `output` where that is given, and return the exit code.

    Raises:
        BadInput: There is something at `output` already, or nothing can be written there. Nothing is drawn then.
    """
    files = output_paths(output, raw.get("count")) if output else ()
    settings = load(config)
    configure_logging(settings, _log_level(settings, is_verbose=is_verbose))
    surface = TerminalSurface(quiet=as_json)
    try:
        report = asyncio.run(draw(settings, raw, surface, files=files, is_quiet=as_json))
    finally:
        surface.close()
    if as_json:
        print_json(report)
        return report.exit_code
    print_lines(report)
    is_reported = surface.has_ended and report.exit_code in {FAILED, REFUSED} and not (report.job and report.job.pictures)
    if report.problem and not is_reported:
        typer.echo(report.problem.text, err=True)
    return report.exit_code


def _log_level(settings: Settings, *, is_verbose: bool) -> str:
    if not is_verbose:
        return "error" if settings.log_level == "error" else "warning"
    return "debug" if settings.log_level == "debug" else "info"


async def draw(
    settings: Settings,
    raw: Mapping[str, object],
    surface: TerminalSurface,
    *,
    files: Sequence[Path] = (),
    is_quiet: bool,
    patience: timedelta = _STORE_PATIENCE,
) -> ImagineReport:
    """Open the house, have the wish drawn, and return the report; ends early on a signal or if storage is away for `patience`."""
    call = TerminalCall(key=f"terminal:{RandomIds().new()}", user=terminal_identity().user, name=login(), surface=surface)
    task = asyncio.current_task()
    with listen_for_stop(may_finish=False, on_immediate=task.cancel if task else None) as stop:
        try:
            async with open_house(settings, {TERMINAL: surface}, recovers=False) as house:
                if not is_quiet:
                    for notice in house.base.ai_services.notices:
                        typer.echo(notice, err=True)
                work = _request_and_wait(house, raw, call, patience)
                report = await _write_pictures(
                    house, await _wait_or_stop(house, work, call=call, surface=surface, stop=stop), files
                )
                # What the house still has to say is said below, once.
                surface.close()
                return report
        except asyncio.CancelledError:
            if not stop.graceful.is_set():
                raise
            text = "Stopped at once. When easel runs next, what was begun goes on, or is not counted."
            return ImagineReport(problem=ImagineProblem("cancelled", text, stop.code))


async def _wait_or_stop(
    house: House, request: Coroutine[Any, Any, ImagineReport], *, call: TerminalCall, surface: TerminalSurface, stop: StopRequest
) -> ImagineReport:
    """Return the report of the wish's end, or of its stop."""
    stop.may_finish = True
    async with background_task(request) as work:
        await wait_for_either(stop.graceful.wait(), work)
        if work.done():
            return work.result()
        surface.close()
        return await _give_up(house, call, stop)


async def _request_and_wait(house: House, raw: Mapping[str, object], call: TerminalCall, patience: timedelta) -> ImagineReport:
    """Hand the wish to the house and wait for the end of its job, whichever process works on it.

    While the storage does not take what is drawn, wait for `patience` only.
    """
    await house.dispatcher.dispatch("imagine", raw, call)
    if call.whispers:
        return ImagineReport(problem=_problem_of(call.whispers[-1]))
    loop, stuck_since = asyncio.get_running_loop(), None
    while True:
        job = await _find_job(house, call)
        if job is not None and job.state.is_final:
            return await _report_of(house, job)
        is_stuck = job is None or await _is_stuck(house, job)
        stuck_since = (stuck_since or loop.time()) if is_stuck else None
        if stuck_since is not None and loop.time() - stuck_since >= patience.total_seconds():
            return ImagineReport(problem=ImagineProblem(StorageFailed.kind, _STUCK, FAILED))
        await asyncio.sleep(_POLL_EVERY.total_seconds())  # another process may be the one that ends it


async def _find_job(house: House, call: TerminalCall) -> Job | None:
    """Return the job that the call became; None while the database cannot be read."""
    try:
        return await house.base.records.jobs.by_key(call.key)
    except StorageFailed:
        return None


async def _is_stuck(house: House, job: Job) -> bool:
    """Return whether the job's pictures are drawn but not in their store yet; True where nobody can say."""
    try:
        return any(drawing.state is DrawingState.DRAWN for drawing in await house.base.records.jobs.drawings(job.id))
    except StorageFailed:
        return True


def _problem_of(post: Post) -> ImagineProblem:
    return ImagineProblem(post.kind, post.text, REFUSED if post.tone is Tone.REFUSED else FAILED)


async def _give_up(house: House, call: TerminalCall, stop: StopRequest) -> ImagineReport:
    """Cancel the job and return the report. The work on it stops with the house."""
    try:
        async with asyncio.timeout(_GIVE_UP_WITHIN.total_seconds()):
            return await _cancel(house, call, stop)
    except (EaselError, TimeoutError):
        text = "Stopped, but the picture could not be cancelled: it goes on when easel runs next."
        return ImagineReport(problem=ImagineProblem("cancelled", text, stop.code))


async def _cancel(house: House, call: TerminalCall, stop: StopRequest) -> ImagineReport:
    jobs = house.base.records.jobs
    job = await jobs.by_key(call.key)
    if job is None:
        return ImagineReport(
            problem=ImagineProblem("cancelled", "Stopped before anything was drawn; nothing was counted.", stop.code)
        )
    try:
        ending = await house.services.features.studio.cancel(job)
    except BadInput:
        return await _report_too_late(house, await jobs.by_key(call.key) or job, stop)
    await house.worker.drain(_GIVE_UP_WITHIN)  # so that the report says what was paid
    job = await jobs.by_key(call.key) or job
    text = f"{quote(job.wish.prompt)} – {(job.ending or ending).text}"
    return replace(await _report_of(house, job), problem=ImagineProblem("cancelled", text, stop.code))


async def _report_too_late(house: House, job: Job, stop: StopRequest) -> ImagineReport:
    """Return how the job ended before it could be cancelled."""
    report = await _report_of(house, job)
    if report.job is None or not report.job.pictures:
        return report
    text = "It was too late to cancel: the pictures are drawn, kept and counted."
    return replace(report, problem=ImagineProblem("too_late", text, stop.code))


def _build_views(house: House) -> JobViews:
    """Return what formats jobs for programs."""
    return JobViews(
        jobs=house.base.records.jobs,
        pictures=house.base.records.pictures,
        removals=house.base.records.removals,
        links=house.services.features.pictures.links,
    )


async def _report_of(house: House, job: Job) -> ImagineReport:
    """Return the report of a job."""
    views = _build_views(house)
    view = await views.view(job, knows_cost=True)
    folder = house.base.settings.pictures_folder
    store = DiskObjects(folder) if folder else None
    paths = tuple([store.path_of(picture.file.key) if store else None for picture in await views.visible(job)])
    if view.error is None:
        return ImagineReport(job=view, paths=paths, cost=await house.base.records.jobs.cost(job.id))
    code = REFUSED if job.state is JobState.REFUSED else FAILED
    return ImagineReport(job=view, paths=paths, problem=ImagineProblem(view.error.kind, view.error.text, code))


async def _write_pictures(house: House, report: ImagineReport, targets: Sequence[Path]) -> ImagineReport:
    """Write the pictures to `output`; easel keeps its own copies."""
    if not targets or report.job is None or not report.job.pictures:
        return report
    job = await house.base.records.jobs.get(JobId(report.job.id))
    pictures = await _build_views(house).visible(job) if job else ()
    found = list(zip(targets, pictures, strict=False))
    try:
        contents = [(path, await house.base.objects.get(picture.file.key)) for path, picture in found]
        await asyncio.to_thread(write_pictures, contents)
    except (CannotWrite, StorageFailed) as error:
        text = f"{error.user_text if isinstance(error, CannotWrite) else 'The picture could not be read back.'} {_KEPT}"
        return replace(report, problem=ImagineProblem(error.kind, text, FAILED))
    return replace(report, paths=tuple(path.absolute() for path, _ in found))
