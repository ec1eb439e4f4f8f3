"""Builds the posts of a batch: what it would count for, how far it is, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.batches import Batch, BatchState, number_in_batch
from bot.domain.chat import Attachment, Button, Details, Post, PostPicture, Tone
from bot.domain.jobs import Job, JobState
from bot.domain.money import Cost
from bot.errors import Conflict
from bot.pipeline.posts import show_button, title
from bot.pipeline.waiting_posts import NO_WORKER
from bot.text import pluralize, truncate

_LONGEST_TITLE = 80
_LONGEST_LINE = 100
_MOST_LINES = 100
_MOST_AGAIN = 5
"""Buttons that draw one that failed again; each is there as long as the message has room."""

_MOST_SHOWN = 25
"""Those that can be shown by themselves: no more fit into a menu everywhere."""

_DRAWN = {JobState.KEPT, JobState.DONE}
_FAILED = {JobState.FAILED, JobState.REFUSED}


@dataclass(frozen=True, slots=True)
class BatchPrice:
    """What a batch would count for in pictures and cost in dollars, and what is left of the day in its lane and in credits."""

    counted: int
    left: int
    cost: Cost
    is_relaxed: bool = False


@dataclass(frozen=True, slots=True)
class BatchPictures:
    """What is shown of a finished batch: its pictures with the job of each, one sheet with all of them, and who drew them."""

    pictures: tuple[PostPicture, ...] = ()
    jobs: tuple[Job, ...] = ()
    sheet: Attachment | None = None
    notes: tuple[str, ...] = ()


def build_offer_post(batch: Batch, price: BatchPrice, *, shows_cost: bool = False) -> Post:
    """Return what the batch would count for, before anything is set aside; `shows_cost` says whether dollars are shown."""
    weighs = f", which count as {price.counted}" if price.counted != batch.count else ""
    dollars = f", for {price.cost}" if shows_cost and price.cost.microusd else ""
    relaxed = " They are drawn relaxed, usually within hours." if price.is_relaxed else ""
    return Post(
        f"{pluralize(batch.count, 'picture')}{weighs}{dollars}: {_name(batch.prompts, batch.count)}.{relaxed} "
        f"You have {price.left} left. Nothing is counted yet.",
        details=(Details("Prompts", _list_prompts(enumerate(batch.prompts, start=1))),),
        buttons=(
            Button(f"Draw {batch.count}", "batch-draw", batch.id),
            Button("Do not draw", "batch-cancel", batch.id, is_dangerous=True),
        ),
    )


def build_deleted_post(batch: Batch, minutes: int) -> Post:
    """Return that all pictures are gone, and for how long that can be undone, to whoever deleted them."""
    return Post(
        f"All pictures of it are deleted. They can be brought back for {pluralize(minutes, 'minute')}.",
        buttons=(Button("Undo", "batch-undelete", batch.id),),
    )


def build_confirmed_post(batch: Batch) -> Post:
    """Return what replaces an offer that was confirmed."""
    return Post(f"{pluralize(batch.count, 'picture')}: {_name(batch.prompts, batch.count)}. You confirmed that, so it is drawn.")


def build_cancelled_post() -> Post:
    """Return what replaces an offer that was declined."""
    return Post("Nothing is drawn, and nothing was counted.")


def is_drawn(job: Job) -> bool:
    """Whether a job has its pictures."""
    return job.state in _DRAWN


def is_over(batch: Batch, jobs: Sequence[Job]) -> bool:
    """Whether nothing more is drawn of the job."""
    return batch.state is BatchState.ACCEPTED and all(_is_over(job) for job in jobs)


def _is_over(job: Job) -> bool:
    return is_drawn(job) or job.state.is_final


def build_waiting_post(batch: Batch, jobs: Sequence[Job]) -> Post:
    """Say that a batch is accepted while nobody draws, and what becomes of it."""
    return Post(
        f"Waiting, {pluralize(batch.count, 'picture')}: {_name([title(job) for job in jobs], batch.count)} · {NO_WORKER}",
        Tone.WAITING,
        size=jobs[0].wish.wanted_size,
        buttons=(_cancel_rest(batch),),
    )


def _cancel_rest(batch: Batch) -> Button:
    return Button("Cancel the rest", "batch-cancel", batch.id, is_dangerous=True)


def find_conflict(batch: Batch) -> Conflict:
    """Return why a batch that was decided on cannot be confirmed: what became of it."""
    if batch.is_cancelled:
        return Conflict("That is cancelled, so no more of it is drawn; /batch makes another one.")
    became = "was drawn already" if batch.notified_at else "is being drawn already, as its message shows"
    return Conflict(f"All of that {became}; it is counted once, and /batch makes another one.")


def build_progress_post(batch: Batch, jobs: Sequence[Job]) -> Post:
    """Return how many are done, with a button to cancel the others."""
    done = sum(map(_is_over, jobs))
    failed = sum(job.state in _FAILED for job in jobs)
    name = _name([title(job) for job in jobs] or batch.prompts, batch.count)
    troubles = f" · {failed} could not be drawn" if failed else ""
    cancelling = " · the rest is being cancelled" if batch.is_cancelled else ""
    return Post(
        f"Drawing {pluralize(batch.count, 'picture')}: {name} · {done}/{batch.count}{troubles}{cancelling}",
        Tone.WORKING if done else Tone.WAITING,
        progress=done / batch.count if done else None,
        size=jobs[0].wish.wanted_size if jobs else None,
        buttons=() if batch.is_cancelled else (_cancel_rest(batch),),
    )


def build_finished_post(batch: Batch, jobs: Sequence[Job], shown: BatchPictures) -> Post:
    """Return what came of the batch, and of each job without pictures why; that one can be drawn again alone."""
    drawn = sum(map(is_drawn, jobs))
    failed = [job for job in jobs if job.state in _FAILED]
    cancelled = sum(job.state is JobState.CANCELLED for job in jobs)
    came = pluralize(drawn, "picture") if drawn == batch.count else f"{drawn} of {pluralize(batch.count, 'picture')}"
    said = [f"{came}: {_name([title(job) for job in jobs], batch.count)}"]
    said += [f"{cancelled} cancelled"] if cancelled else []
    said += [f"{len(failed)} could not be drawn"] if failed else []
    said += [f"{missing} not begun: {batch.shortfall}"] if (missing := batch.count - len(jobs)) else []
    trouble = (
        (Details("Not drawn, and not counted", _list_prompts((_number(job), _why(job)) for job in failed)),) if failed else ()
    )
    gone = drawn - len(shown.pictures)
    return Post(
        " · ".join(said),
        Tone.DONE if drawn else Tone.FAILED,
        pictures=shown.pictures,
        sheet=shown.sheet,
        details=(*trouble, Details("Prompts", _list_prompts((_number(job), title(job)) for job in jobs))),
        footer=((f"{pluralize(gone, 'picture')} of it cannot be seen any more",) if gone else ()) + shown.notes,
        buttons=(
            *(Button(f"Draw {_number(job)} again", "again", job.id) for job in failed[:_MOST_AGAIN]),
            *(
                (
                    Button("All as one file", "batch-zip", batch.id),
                    Button("Delete all", "batch-delete", batch.id, is_dangerous=True),
                )
                if shown.pictures
                else ()
            ),
        ),
        more=tuple(show_button(_number(job), job, job.id) for job in dict.fromkeys(shown.jobs[:_MOST_SHOWN])),
    )


def _number(job: Job) -> int:
    return number_in_batch(job.key)


def _why(job: Job) -> str:
    return f"{truncate(title(job), _LONGEST_LINE)} – {job.ending.text if job.ending else 'nobody knows why'}"


def _name(prompts: Sequence[str], count: int) -> str:
    first = truncate(prompts[0], _LONGEST_TITLE) if prompts else "words that are not kept any more"
    return f"{first}, and {count - 1} more" if count > 1 else first


def _list_prompts(prompts: Iterable[tuple[int, str]]) -> str:
    lines = [f"{number}. {truncate(prompt, _LONGEST_LINE)}" for number, prompt in prompts]
    more = len(lines) - _MOST_LINES
    return "\n".join([*lines[:_MOST_LINES], *([f"and {more} more"] if more > 0 else [])])
