"""What posts say of where a picture comes from, and the buttons that lead along a row of changes."""

from bot.domain.chat import Button
from bot.domain.inputs import InputRole
from bot.domain.jobs import Job
from bot.services.lineage import LineageStep
from bot.services.picture_bases import is_same_room
from bot.services.picture_links import PictureLinks
from bot.text import pluralize


def input_note(job: Job, origin: LineageStep | None, links: PictureLinks) -> tuple[str, ...]:
    """Return which pictures were drawn from. Pictures from elsewhere or out of sight have no address here."""
    brought = [one for one in job.wish.inputs if one.role is not InputRole.MASK]
    if not brought:
        return ()
    if brought[0].role is not InputRole.BASE:
        return (f"drawn after {pluralize(len(brought), 'picture')}",)
    is_shown_here = origin is not None and origin.is_visible and is_same_room(origin.job.place, job.place)
    address = links.original(origin.picture) if origin is not None and is_shown_here else ""
    base = address or ("an earlier picture" if brought[0].parent else "a picture that was brought")
    others = f" and {pluralize(len(brought) - 1, 'other picture')}" if len(brought) > 1 else ""
    return (f"changed from {base}{others}",)


def way_buttons(job: Job, *, has_origin: bool, is_changed: bool) -> tuple[Button, ...]:
    """Return the buttons that lead along a row of changes."""
    back = (Button("Back", "back", job.id),) if has_origin else ()
    forward = (Button("Forward", "forward", job.id),) if is_changed else ()
    return *back, *forward
