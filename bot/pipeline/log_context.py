"""Fields in every line of the log that is about a job, whichever process writes it."""

from contextlib import AbstractContextManager, nullcontext

import structlog

from bot.domain.chat import Place
from bot.domain.jobs import Job
from bot.errors import InternalError


def log_place(place: Place) -> AbstractContextManager[None]:
    """Return what names the platform and the tenant in each line of the body."""
    return structlog.contextvars.bound_contextvars(platform=place.platform, tenant=place.tenant)


def log_job(job: Job) -> AbstractContextManager[None]:
    """Return what names the job, and the platform and the tenant it came from, in each line of the body."""
    return structlog.contextvars.bound_contextvars(job=job.id, platform=job.place.platform, tenant=job.place.tenant)


def log_fault(error: Exception) -> AbstractContextManager[None]:
    """Return what names the code that people were told in each line of the body, if they were told one."""
    return structlog.contextvars.bound_contextvars(fault=error.code) if isinstance(error, InternalError) else nullcontext()
