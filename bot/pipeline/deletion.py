"""Deletes the pictures of a job, whoever asks for it: a button, or a program."""

import structlog

from bot.domain.jobs import Job
from bot.errors import Conflict, SurfaceFailed
from bot.pipeline.delivery import Delivery
from bot.services.gallery import Gallery

log = structlog.get_logger(__name__)


async def delete_pictures(job: Job, *, gallery: Gallery, delivery: Delivery) -> bool:
    """Delete the job's pictures and return whether its message shows that; repeating it changes nothing.

    Raises:
        Conflict: The job has no pictures.
    """
    if await gallery.visible(job.id):
        await gallery.delete(job.id)
    elif not await gallery.is_deleted(job.id):
        raise Conflict("There are no pictures to delete.")
    try:
        await delivery.show_deleted(job)
    except SurfaceFailed as error:
        log.warning("deletion.unshown", job=job.id, reason=str(error))
        return False
    return True
