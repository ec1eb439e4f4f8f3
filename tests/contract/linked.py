"""One person on several platforms, and what they draw, to join accounts of and to part."""

from dataclasses import replace
from typing import Any

from bot.domain.allowances import QuotaStatus
from bot.domain.jobs import Job
from bot.domain.people import HOUSE, AccountId, Identity, Person, Platform
from bot.ports.accounts import Ledger
from bot.ports.jobs import Jobs
from tests.contract.examples import DONE, LEASE, TODAY, a_hold, a_job, some_pictures

SLACK = Platform("slack")
BOB = Identity(SLACK, "T1", "U7")
"""Who Ann is elsewhere."""

CAT = Identity(Platform("terminal"), "", "0")
"""Who she is at home."""


def by(identity: Identity, name: str, account: AccountId, **changes: Any) -> Job:
    """Return a job that one of the identities asks for."""
    return a_job(name, account, author=Person(identity, "Ann"), **changes)


async def draw(jobs: Jobs, job: Job, pictures: int) -> None:
    """Have a job drawn, whatever the limit."""
    await jobs.accept(job, a_hold(job.account, pictures, replace(TODAY, limit=100)))
    await jobs.claim(job.id, LEASE)
    await jobs.keep(job.id, 1, some_pictures(job.id, pictures))
    await jobs.finish(job.id, 1, DONE)


async def quota_status(ledger: Ledger, account: AccountId) -> QuotaStatus:
    """Say how an account stands today."""
    return await ledger.quota_status(HOUSE, account, TODAY.day, TODAY.limit)
