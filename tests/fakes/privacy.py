"""What people asked about their data, and their rows, in memory."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from bot.domain.chat import MessageRef
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId, Identity
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryPrivacyRequests:
    """Keeps requests by id, in the order of their asking."""

    def __init__(self) -> None:
        self.by_id: dict[PrivacyRequestId, PrivacyRequest] = {}
        self.failures = ScriptedFailures()

    async def open(self, request: PrivacyRequest) -> PrivacyRequest:
        """Keep it unless there is an open one."""
        for known in self.by_id.values():
            if (known.account, known.kind, known.state) == (request.account, request.kind, PrivacyState.OPEN):
                return known
        self.by_id[request.id] = request
        return request

    async def latest(self, account: AccountId, kind: PrivacyKind) -> PrivacyRequest | None:
        """Look for the last one."""
        found = [one for one in self.by_id.values() if (one.account, one.kind) == (account, kind)]
        return found[-1] if found else None

    async def get(self, request: PrivacyRequestId) -> PrivacyRequest | None:
        """Look it up."""
        return self.by_id.get(request)

    async def list_unfinished(self, kind: PrivacyKind) -> tuple[PrivacyRequest, ...]:
        """List them."""
        self.failures.raise_next("list_unfinished")
        return tuple(one for one in self.by_id.values() if one.kind is kind and one.notified_at is None)

    async def due(self, now: datetime) -> tuple[PrivacyRequest, ...]:
        """List exports whose time is over."""
        done = [one for one in self.by_id.values() if one.state is PrivacyState.DONE]
        return tuple(one for one in done if one.expires_at is not None and one.expires_at <= now)

    async def finish(self, request: PrivacyRequest) -> bool:
        """Keep it if the one that is there is open."""
        if self.by_id[request.id].state is not PrivacyState.OPEN:
            return False
        self.by_id[request.id] = request
        return True

    async def save(self, request: PrivacyRequest) -> None:
        """Keep it."""
        self.by_id[request.id] = request


class MemoryPersonalRecords:
    """Finds the jobs of a person; `sections_of` are what an export has, `on_page` what stands on the page."""

    def __init__(self, jobs: MemoryJobs, requests: MemoryPrivacyRequests) -> None:
        self._jobs = jobs
        self._requests = requests
        self.sections_of: dict[str, list[str]] = {"jobs": ['{"prompt": "a fox"}'], "reports": []}
        self.on_page: list[MessageRef] = []
        self.forgotten: list[AccountId] = []

    async def jobs_to_forget(
        self, account: AccountId, until: datetime, *, most: int, after: Job | None = None
    ) -> tuple[Job, ...]:
        """List those that say something."""
        rows = sorted((row for row in self._jobs.rows.values() if row.job.account == account), key=lambda row: row.order)
        found = [row.job for row in rows if row.job.created_at <= until and _is_personal(row.job)]
        later = [job for job in found if after is None or (job.created_at, job.id) > (after.created_at, after.id)]
        return tuple(later[:most])

    async def forget_job(self, job: JobId, now: datetime) -> bool:
        """Erase one that is final."""
        row = self._jobs.rows[job]
        if not row.job.state.is_final:
            return False
        nobody = replace(row.job.author, identity=Identity(row.job.place.platform, "", ""), name="")
        wish = replace(row.job.wish, prompt="", variation_of=None)
        row.job = replace(row.job, author=nobody, wish=wish, message=None, prepared_prompt=None, erased_at=now)
        row.is_notified = True
        return True

    async def page_messages(self, account: AccountId, *, most: int) -> tuple[MessageRef, ...]:
        """List what stands there."""
        return tuple(self.on_page[:most])

    async def forget_rest(self, request: PrivacyRequest, now: datetime) -> None:
        """Note it."""
        self.forgotten.append(request.account)
        await self._requests.save(request)

    def sections(self) -> tuple[str, ...]:
        """Name them."""
        return tuple(self.sections_of)

    async def rows(self, section: str, account: AccountId) -> AsyncIterator[tuple[str, ...]]:
        """Give each row as a page, and at last an empty one."""
        for row in self.sections_of[section]:
            yield (json.dumps({"account": account, "row": json.loads(row)}),)
        yield ()


def _is_personal(job: Job) -> bool:
    return job.erased_at is None or job.message is not None or bool(job.author.identity.user)
