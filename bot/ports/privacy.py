"""What people have asked for about what is kept of them, and the rows that are theirs."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from bot.domain.chat import MessageRef
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId


class PrivacyRequests(Protocol):
    """Keeps requests, so that they are carried on after a crash. All methods may raise `StorageFailed`."""

    async def open(self, request: PrivacyRequest) -> PrivacyRequest:
        """Write a request down; where the account has an open one of that kind, return that."""
        ...

    async def latest(self, account: AccountId, kind: PrivacyKind) -> PrivacyRequest | None:
        """Return the newest request of an account."""
        ...

    async def get(self, request: PrivacyRequestId) -> PrivacyRequest | None:
        """Return the request with this id."""
        ...

    async def list_unfinished(self, kind: PrivacyKind) -> tuple[PrivacyRequest, ...]:
        """Return those that are open, or whose end nobody was told of, oldest first."""
        ...

    async def due(self, now: datetime) -> tuple[PrivacyRequest, ...]:
        """Return the exports whose time is over and that are still there."""
        ...

    async def finish(self, request: PrivacyRequest) -> bool:
        """Write down how an open request ended; False, and nothing is written, where it is not open any more."""
        ...

    async def save(self, request: PrivacyRequest) -> None:
        """Write down how a request stands."""
        ...


class PersonalRecords(Protocol):
    """Finds the rows of one person in all tables. All methods may be called again, and may raise `StorageFailed`."""

    async def jobs_to_forget(
        self, account: AccountId, until: datetime, *, most: int, after: Job | None = None
    ) -> tuple[Job, ...]:
        """Return jobs accepted by then that still say whose they were or what was asked for, the oldest first."""
        ...

    async def forget_job(self, job: JobId, now: datetime) -> bool:
        """Erase from a final job its words, its author, its place and its message; False where it is not final.

        What it cost, when it was and how it ended stays.
        """
        ...

    async def page_messages(self, account: AccountId, *, most: int) -> tuple[MessageRef, ...]:
        """Return messages on the page that stand below what this person asked there."""
        ...

    async def forget_rest(self, request: PrivacyRequest, now: datetime) -> None:
        """Erase the rest, put hashes in the place of the identities, and end the request, in one transaction.

        A person who comes back under such an identity has the same account again,
        with its bans, limits, credits and what it has used, and nothing else.
        """
        ...

    def sections(self) -> tuple[str, ...]:
        """Return the names of the sections that an export of a person has."""
        ...

    def rows(self, section: str, account: AccountId) -> AsyncIterator[tuple[str, ...]]:
        """Return a section's rows, each as JSON, some hundred at a time."""
        ...
