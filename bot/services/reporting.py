"""Accepts reports of pictures from people, and withdraws them."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import structlog

from bot.domain.chat import Place
from bot.domain.jobs import Job
from bot.domain.people import Account, AccountId, Identity, Person
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.reports import WITHDRAWAL_TIME, ReporterTrust, ReportReason
from bot.domain.rules import Actor
from bot.errors import BadInput, Busy, EaselError, NotAllowed
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.ports.reports import Reports
from bot.services.picture_lookup import FoundPictures
from bot.services.quotas import Quotas
from bot.services.sanctions import Sanctions
from bot.text import duration_text

log = structlog.get_logger(__name__)

PlatformAge = Callable[[Identity], datetime | None]
"""Since when a platform knows somebody, where it tells."""

FollowUp = Callable[[PictureId], Awaitable[None]]
"""Does what follows from the reports of a picture."""

_NEWCOMER_TIME = timedelta(days=7)
_MOST_REPORTS = Rate(20, timedelta(hours=1))


class Reporting:
    """Accepts reports: one of each person and picture, over all their linked accounts. None is lost once it is accepted."""

    def __init__(
        self,
        *,
        reports: Reports,
        accounts: Accounts,
        quotas: Quotas,
        sanctions: Sanctions,
        follow_up: FollowUp,
        rate_limiter: RateLimiter,
        clock: Clock,
        is_owner: Callable[[Person], Awaitable[bool]],
        platform_age: PlatformAge,
    ) -> None:
        self._reports = reports
        self._accounts = accounts
        self._quotas = quotas
        self._sanctions = sanctions
        self._follow_up = follow_up
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._is_owner = is_owner
        self._platform_age = platform_age

    async def report(self, found: FoundPictures, person: Person, place: Place, reason: ReportReason | None = None) -> None:
        """Write down that somebody reports pictures from a place, and act on it.

        Raises:
            NotAllowed: They were posted elsewhere, and are to be reported there.
            BadInput: They are gone, or the reporter's own.
            Busy: These are too many reports of one person.
            StorageFailed: It could not be written down.
        """
        self._check_place(found.job, place)
        pictures = [picture for picture in found.pictures if await self._can_be_reported(picture)]
        if not pictures:
            raise BadInput("There is no picture to report any more.")
        account = await self._quotas.account(person)
        if account.id == found.job.account:
            raise BadInput("That picture is your own, so nothing was reported: Delete below it takes it away.")
        await self._check_rate(account.id)
        trust = await self._judge_reporter(found.job, account, person, place)
        for picture in pictures:
            if await self._reports.add(picture.id, Actor(account.id, person.name), trust, reason):
                log.info("picture.reported", picture=picture.id, reporter=account.id, trust=trust)
                await self._follow_up_safely(picture.id)

    async def withdraw(self, found: FoundPictures, person: Person) -> bool | None:
        """Withdraw somebody's reports of pictures; return False where it is too late, None where there are none.

        Raises:
            StorageFailed: That could not be written down.
        """
        account = (await self._quotas.account(person)).id
        since = self._clock.now() - WITHDRAWAL_TIME
        ids = [picture.id for picture in found.pictures]
        withdrawn = await self._reports.withdraw(ids, Actor(account, person.name), since)
        for picture in withdrawn:
            log.info("picture.report_withdrawn", picture=picture, reporter=account)
            await self._follow_up_safely(picture)
        return True if withdrawn else await self._has_reported(found.pictures, account)

    async def give_reason(self, found: FoundPictures, person: Person, reason: ReportReason) -> None:
        """Note why somebody has reported pictures.

        Raises:
            BadInput: They have not, or withdrew it.
            StorageFailed: That could not be written down.
        """
        account = (await self._quotas.account(person)).id
        if not await self._reports.give_reason([picture.id for picture in found.pictures], account, reason):
            raise BadInput("You have not reported that picture, or took it back; nothing was noted.")

    async def _has_reported(self, pictures: Collection[Picture], account: AccountId) -> bool | None:
        reported = [report for picture in pictures for report in await self._reports.of(picture.id)]
        return False if any(report.reporter == account for report in reported) else None

    def _check_place(self, job: Job, place: Place) -> None:
        """Refuse reports from another server or workspace; messages that one person alone reads belong to none."""
        is_joined = self._quotas.are_joined(job.place, place)
        if place.tenant and job.place.tenant and not is_joined:
            raise NotAllowed(
                "That picture was posted in another server or workspace, so it can only be reported there; nothing was reported."
            )

    async def _can_be_reported(self, picture: Picture) -> bool:
        """Whether the picture is visible, or hidden by reports that nobody has decided."""
        if picture.state is PictureState.VISIBLE:
            return True
        return picture.state is PictureState.HIDDEN and (await self._reports.tally(picture.id)).undecided > 0

    async def _check_rate(self, account: AccountId) -> None:
        wait = await self._rate_limiter.try_acquire(f"reports:{account}", _MOST_REPORTS)
        if wait:
            raise Busy(
                f"These are many reports; report the next one in {duration_text(wait)}. Nothing was reported.", retry_after=wait
            )

    async def _judge_reporter(self, job: Job, account: Account, person: Person, place: Place) -> ReporterTrust:
        looks_after = bool(place.tenant) and place.is_at(job.place.platform, job.place.tenant)
        if (looks_after and (person.is_moderator or person.is_admin)) or await self._is_owner(person):
            return ReporterTrust.MODERATOR
        is_barred = (await self._sanctions.read_record(account.id, job.community)).barring is not None
        if is_barred or (await self._reports.track_record(account.id)).is_mostly_wrong:
            return ReporterTrust.DISTRUSTED
        if self._quotas.community(place) != job.community:
            return ReporterTrust.NEW
        known_since = [await self._accounts.created_at(account.id), self._platform_age(person.identity)]
        is_old = any(since is not None and self._clock.now() - since >= _NEWCOMER_TIME for since in known_since)
        return ReporterTrust.KNOWN if is_old else ReporterTrust.NEW

    async def _follow_up_safely(self, picture: PictureId) -> None:
        """Act on the reports now; after a failure they stay pending, and are acted on soon."""
        try:
            await self._follow_up(picture)
        except EaselError as error:
            log.warning("report.not_followed_up", picture=picture, reason=str(error))
