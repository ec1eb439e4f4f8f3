"""Builds the post of a job's message once its pictures are there, or there will be none."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Button, Details, Link, Post, PostPicture, Tone
from bot.domain.images import Lane
from bot.domain.jobs import Ending, Job, JobState
from bot.domain.money import Cost
from bot.domain.people import Person
from bot.domain.pictures import Picture
from bot.domain.removals import Removal, RemovalReason, RemovalState
from bot.pipeline.lineage_posts import input_note, way_buttons
from bot.services.lineage import LineageStep
from bot.services.picture_links import PictureLinks
from bot.text import pluralize, truncate

_LONGEST_TITLE = 120
"""Characters of the prompt that a headline shows; the whole of it is folded away below."""

_LONGEST_CHOICE = 60
"""Characters of the prompt that a choice of a menu shows."""

_ERASED_TITLE = "A picture whose words are not kept any more"

_LOW_QUOTA = 3
"""Pictures that are little, however many a day there are."""

_LONGEST_ALT = 300
"""Characters of the prompt that describe the picture to those who do not see it."""


def build_done_post(
    job: Job,
    *,
    pictures: tuple[Picture, ...],
    notes: tuple[str, ...],
    cost: Cost,
    links: PictureLinks,
    left: QuotaStatus | None = None,
    shows_cost: bool = False,
    taken_down: int = 0,
    origin: LineageStep | None = None,
    is_changed: bool = False,
) -> Post:
    """Return the pictures, both wordings, who drew them, what can be done next, and what the author has left if that is little.

    `notes` say who drew and how, `shows_cost` whether everybody may read what
    it cost in dollars, `taken_down` how many more pictures there were, `origin`
    which picture of ours these were changed from, `is_changed` whether there
    are later changes of these.
    """
    gone = (f"{pluralize(taken_down, 'picture')} of it {'was' if taken_down == 1 else 'were'} taken down",) if taken_down else ()
    price = str(cost) if cost.microusd else ""
    post_pictures = tuple(post_picture(job, picture, links) for picture in pictures)
    way = way_buttons(job, has_origin=origin is not None, is_changed=is_changed)
    return Post(
        title(job),
        Tone.DONE,
        pictures=post_pictures,
        details=_prompt_details(job),
        footer=(
            *gone,
            *input_note(job, origin, links),
            *notes,
            *_facts(job, price if shows_cost else ""),
            *_low_quota_note(left),
        ),
        cost="" if shows_cost else price,
        buttons=_done_buttons(job, way),
        more=_less_used(job, has_row=bool(way)),
        menu=(Button("Use as reference", "use_reference", job.id), *_save_template(job), Button("Report", "report", job.id)),
        links=originals(post_pictures),
    )


def _save_template(job: Job) -> tuple[Button, ...]:
    return () if job.erased_at is not None else (Button("Save as template", "save_template", job.id),)


def _done_buttons(job: Job, way: tuple[Button, ...]) -> tuple[Button, ...]:
    """Return the buttons that are pressed most, most often first; those that draw the words again, while these are known."""
    redraw = (Button("Again", "again", job.id), Button("Vary", "vary", job.id)) if job.erased_at is None else ()
    edit = (Button("Edit", "ask_edit", job.id), Button("Edit a part", "edit-part", job.id))
    return *edit, *redraw, Button("☆", "star", job.id), *way, Button("Delete", "delete", job.id, is_dangerous=True)


def _less_used(job: Job, *, has_row: bool) -> tuple[Button, ...]:
    """Return the other buttons."""
    reword = _reword(job) if job.erased_at is None else ()
    history = (Button("History", "history", job.id),) if has_row else ()
    return (
        Button("Vary a little", "vary-subtle", job.id),
        Button("Remix", "remix", job.id),
        *reword,
        Button("Share", "share", job.id),
        Button("Collect", "ask_collect", job.id),
        Button("Resize", "reframe", job.id),
        *history,
    )


def build_coming_post() -> Post:
    """Return that something is shown here in a moment, without any of it: the message is not recorded as the job's yet."""
    return Post("One moment, here it comes.", Tone.WAITING)


def build_ended_post(job: Job, ending: Ending) -> Post:
    """Return why there is no picture, with buttons that may help."""
    refused = ending.state is JobState.REFUSED
    buttons = [Button("Draw again", "again", job.id)] if not refused else []
    details = list(_prompt_details(job))
    if ending.safer:
        buttons.append(Button("Draw the safer wording", "safer", job.id))
        details.append(Details("A wording that would pass", ending.safer))
    buttons += _reword(job)
    if refused:
        buttons.append(mistake_button(job.id))
    return Post(
        f"{title(job)} – {ending.text}",
        Tone.REFUSED if refused or ending.state is JobState.CANCELLED else Tone.FAILED,
        ending.kind,
        details=tuple(details),
        buttons=tuple(buttons),
    )


def mistake_button(refusal: str) -> Button:
    """Return the button by which somebody says that a refusal was a mistake."""
    return Button("This was a mistake", "mistake", refusal)


def build_deleted_post(job: Job, minutes: int) -> Post:
    """Return that the pictures are gone, and for how long that can be undone."""
    return Post(
        f"{title(job)} – deleted. It can be brought back for {pluralize(minutes, 'minute')}.",
        Tone.PLAIN,
        buttons=(Button("Undo", "undelete", job.id),),
    )


def build_takedown_post(job: Job, removals: Sequence[Removal]) -> Post:
    """Return that the pictures were taken down, without their content or words; the author may ask why."""
    subject, was, them = ("This picture", "was", "it") if len(removals) == 1 else ("These pictures", "were", "them")
    if all(removal.state is RemovalState.HIDDEN for removal in removals):
        return Post(f"{subject} {'is' if was == 'was' else 'are'} hidden while a moderator looks at {them}.")
    return Post(f"{subject} {was} taken down.", buttons=(Button("Why?", "why", job.id),))


def tombstone(job: Job, removal: Removal) -> str:
    """Return the line that stands in its author's history for a picture that was taken down."""
    why = "a moderator looks at it" if removal.state is RemovalState.HIDDEN else removal.order.reason.sentence
    return f"“{title(job)}”, {removal.decided_at:%d %B %Y}: {why}."


def removal_notice(job: Job, removal: Removal) -> Post:
    """Return what the author is told about a decision: what, why, and what can be done about it."""
    what = f"“{title(job)}” of {job.created_at:%d %B %Y}"
    match removal.state:
        case RemovalState.RESTORED:
            return Post(f"Your picture {what} can be seen again: it was taken down before, and that was undone.")
        case RemovalState.HIDDEN:
            return Post(f"Your picture {what} is hidden while a moderator looks at it; nothing is decided yet.")
        case _:
            text = (
                f"Your picture {what} was taken down because {removal.order.reason.sentence}. "
                "It still counts among those you have used."
            )
            if removal.order.case is None or removal.order.reason is RemovalReason.LEGAL:
                return Post(
                    f"{text} /gallery lists all of yours that were. If you think that this was a mistake, tell a moderator."
                )
            appeal = Button("Appeal", "contest", removal.order.case)
            return Post(f"{text} If you think that this was a mistake, appeal.", buttons=(appeal,))


def post_picture(job: Job, picture: Picture, links: PictureLinks) -> PostPicture:
    """Return a picture with its alternative text."""
    drawn = job.prepared_prompt.text if job.prepared_prompt else job.wish.prompt or title(job)
    return links.post_picture(picture, truncate(drawn, _LONGEST_ALT))


def name_asker(post: Post, person: Person) -> Post:
    """Return a post that says who asked, for a message that does not stand below the command itself."""
    return replace(post, footer=(f"asked by {person.name}", *post.footer))


def originals(post_pictures: Sequence[PostPicture]) -> tuple[Link, ...]:
    """Return a link to the stored original of each picture that people anywhere can open, numbered if they are several."""
    several = len(post_pictures) > 1
    return tuple(
        Link(f"Original {number}" if several else "Original", one.original)
        for number, one in enumerate(post_pictures, start=1)
        if one.original
    )


def title(job: Job) -> str:
    """Return the first line of the prompt, cut to a headline: what a brand kit or a style adds are lines below it."""
    first, _, _ = job.wish.prompt.partition("\n")
    return truncate(first, _LONGEST_TITLE) if job.erased_at is None else _ERASED_TITLE


def show_button(number: int, job: Job, named: str) -> Button:
    """Return a button that shows one of several pictures by itself, with its buttons; `named` is its own id or its job's."""
    return Button(f"Show {number}: {truncate(title(job), _LONGEST_CHOICE)}", "show", named)


def _reword(job: Job) -> tuple[Button, ...]:
    """Return the button that opens a form with the words."""
    return (Button("Change words", "reword", job.id),)


def _prompt_details(job: Job) -> tuple[Details, ...]:
    """Return the prompt as a fold, and the prepared one where that differs."""
    if job.erased_at is not None:
        return ()
    asked = Details("You asked for", job.wish.prompt)
    if job.prepared_prompt is None or job.prepared_prompt.text == job.wish.prompt:
        return (asked,)
    return (asked, Details("Drawn as", job.prepared_prompt.text))


def _low_quota_note(left: QuotaStatus | None) -> tuple[str, ...]:
    """Return what is left of the day, once it is three pictures or its last fifth."""
    if left is None or left.left > max(_LOW_QUOTA, left.limit // 5):
        return ()
    pictures = pluralize(left.left, "picture") if left.left else "no pictures"
    beyond = f" and {pluralize(left.credits, 'credit')}" if left.credits else ""
    return (f"{pictures} left today{beyond}",)


def _facts(job: Job, price: str) -> tuple[str, ...]:
    is_timed = job.wish.lane is Lane.FAST
    took = (job.kept_at - job.started_at).total_seconds() if is_timed and job.kept_at and job.started_at else None
    return (*((f"{max(1, round(took))} s",) if took is not None else ()), *((price,) if price else ()))
