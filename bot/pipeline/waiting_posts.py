"""Builds the post of a job's message while its pictures are waited for."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.call_limits import CallLimits
from bot.domain.chat import Button, Post, Tone
from bot.domain.images import Progress
from bot.domain.jobs import LONGEST_COUNTED_QUEUE, Job, QueuePosition
from bot.pipeline.posts import title

_MINUTE_S = 60.0

NO_WORKER = "no worker is running right now; it is kept, and drawn as soon as one is"
"""What becomes of a wish while nobody draws."""

_RELAXED_NOTE = "relaxed: usually within hours"


def build_waiting_post(job: Job, position: QueuePosition, slots: int, counted: int) -> Post:
    """Return that the wish is accepted: what is drawn, what it counts for if it is dear, its place in line, about how long."""
    said = " · ".join([f"Drawing: {title(job)}", *_weight_note(job, counted), *_queue_note(position, slots)])
    return Post(said, Tone.WAITING, size=job.wish.wanted_size, buttons=(_cancel(job),))


def waiting_for_worker(job: Job, counted: int) -> Post:
    """Return that the wish is accepted while no worker runs, and what follows."""
    said = " · ".join([f"Waiting: {title(job)}", *_weight_note(job, counted), NO_WORKER])
    return Post(said, Tone.WAITING, size=job.wish.wanted_size, buttons=(_cancel(job),))


def build_working_post(job: Job, doing: str, progress: Progress | None = None) -> Post:
    """Return what is being done right now, with how far it is."""
    said = " · ".join([f"{doing}: {title(job)}", *_service_note(progress)])
    return Post(
        said,
        Tone.WORKING,
        preview=progress.preview if progress else None,
        progress=progress.share if progress else None,
        size=job.wish.wanted_size,
        buttons=(_cancel(job),),
    )


def finding_words(job: Job) -> Post:
    """Return that the prompt is being prepared, under the headline that the message has before and after that."""
    return Post(f"Drawing: {title(job)} · finding the words", Tone.WORKING, size=job.wish.wanted_size, buttons=(_cancel(job),))


def waiting_for_provider(job: Job, position: QueuePosition, limits: CallLimits, wait: timedelta | None = None) -> Post:
    """Return that the image service has no room yet: the place in line there, and about how long it takes."""
    said = " · ".join([f"Waiting for the image service: {title(job)}", *_provider_note(position, limits, wait)])
    return Post(said, Tone.WAITING, size=job.wish.wanted_size, buttons=(_cancel(job),))


def build_relaxed_post(job: Job, share: str) -> Post:
    """Return that the picture comes when the image service has time for it, and what one counts."""
    said = f"{_RELAXED_NOTE}, counts {share}" if share else _RELAXED_NOTE
    return Post(f"Drawing: {title(job)} · {said}", Tone.WAITING, size=job.wish.wanted_size, buttons=(_cancel(job),))


def _cancel(job: Job) -> Button:
    return Button("Cancel", "cancel", job.id, is_dangerous=True)


def _weight_note(job: Job, counted: int) -> list[str]:
    return [f"counts as {counted} pictures"] if counted > job.wish.count else []


def _queue_note(position: QueuePosition, slots: int) -> list[str]:
    """Return `3rd in line` where one has to wait, and how long it will take where that is known."""
    is_beyond_count = position.ahead >= LONGEST_COUNTED_QUEUE
    place = [] if position.ahead < slots else [f"{ordinal(position.ahead - slots + 1)} in line"]
    if is_beyond_count:
        place = [f"more than {LONGEST_COUNTED_QUEUE:,} are before it"]
    if position.typical_seconds is None:
        return place
    seconds = position.typical_seconds * (position.ahead // slots + 1)
    return [*place, f"{'at least' if is_beyond_count else 'about'} {_rough_duration(seconds)}"]


def _service_note(progress: Progress | None) -> list[str]:
    """Return what the image service does before it draws, where it says so."""
    if progress is not None and progress.is_warming_up:
        usually = f", usually {_rough_duration(progress.warm_up.total_seconds())}" if progress.warm_up is not None else ""
        return [f"waking up the model{usually}"]
    if progress is not None and progress.ahead:
        return [f"{ordinal(progress.ahead + 1)} in line at the image service"]
    return []


def _provider_note(position: QueuePosition, limits: CallLimits, wait: timedelta | None) -> list[str]:
    """Return the limit that keeps one waiting longest; `wait` is how long that will be, where it is known."""
    turns = [(slots, s) for slots, s in ((limits.at_once, position.typical_seconds), (limits.per_minute, _MINUTE_S)) if slots]
    slots, seconds = max(
        turns, key=lambda turn: (turn[1] or 0) * (position.ahead // turn[0] + 1), default=(position.ahead + 1, None)
    )
    if wait is None:
        return _queue_note(replace(position, typical_seconds=seconds), slots)
    return [*_queue_note(replace(position, typical_seconds=None), slots), f"about {_rough_duration(wait.total_seconds())}"]


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `11th`."""
    teens = 11 <= number % 100 <= 13  # noqa: PLR2004 - that is how English counts
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _rough_duration(seconds: float) -> str:
    """Return a length of time as people guess it: steps of 5 s, then minutes."""
    if seconds < 2 * _MINUTE_S:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{round(seconds / _MINUTE_S)} min"
