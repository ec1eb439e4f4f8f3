"""From a request to a job, and from a job to an answer."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.adapters.web.rest import API
from bot.adapters.web.rest.models import DrawRequest, JobAnswer, JobsAnswer, PictureAnswer, PictureFormat, QuotaView
from bot.adapters.web.rest.surface import RestCall
from bot.commands.spec import options_of
from bot.domain.chat import Place
from bot.domain.image_models import ImageModelOffer
from bot.domain.inputs import BroughtPicture, check_total
from bot.domain.jobs import Job, JobId
from bot.domain.people import Person
from bot.domain.prompt_text import clean_prompt
from bot.domain.wishes import Draft
from bot.errors import Conflict
from bot.pipeline.deletion import delete_pictures
from bot.pipeline.delivery import Delivery
from bot.pipeline.studio import Studio
from bot.ports.api_keys import ApiKey
from bot.ports.clock import Clock, Ids
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.services.api_keys import ApiKeyRegistry
from bot.services.gallery import Gallery
from bot.services.job_views import JobViews
from bot.services.quotas import Quotas

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_REPEATED_WITHIN = timedelta(minutes=15)
_MOST_REPEATED = 20
"""So many of the newest jobs are looked through for one that is asked for again."""


@dataclass(frozen=True, slots=True)
class RestDependencies:
    """What the REST API depends on. `knows_cost` says whether a person may read what pictures cost in dollars.

    `fetch_picture` returns what is at an address that somebody else named, or raises `BadInput`.
    """

    studio: Studio
    quotas: Quotas
    jobs: Jobs
    gallery: Gallery
    views: JobViews
    objects: ObjectStore
    delivery: Delivery
    keys: ApiKeyRegistry
    ids: Ids
    clock: Clock
    knows_cost: Callable[[Person], Awaitable[bool]]
    fetch_picture: Callable[[str], Awaitable[bytes]]


class RestJobs:
    """Has jobs drawn, and returns them, in the name of a key."""

    def __init__(self, dependencies: RestDependencies) -> None:
        self._dependencies = dependencies

    async def key(self, secret: str) -> ApiKey | None:
        """Return the key, unless there is none or it was revoked."""
        return await self._dependencies.keys.find(secret)

    async def quota(self, key: ApiKey) -> QuotaView:
        """Return how the key's account stands."""
        effective_limits = await self._dependencies.quotas.effective_limits(_person(key), _place(key))
        quota_status = await self._dependencies.quotas.quota_status(effective_limits)
        return QuotaView(
            tier=effective_limits.account.tier,
            limit=quota_status.limit,
            held=quota_status.held,
            spent=quota_status.spent,
            left=quota_status.left,
            credits=quota_status.credits,
            refills_at=effective_limits.allowance.refills_at,
        )

    async def models(self, key: ApiKey) -> tuple[ImageModelOffer, ...]:
        """Return the models that the key's owner may ask for."""
        return await self._dependencies.quotas.offered_models(_person(key), _place(key))

    async def draft_of(self, request: DrawRequest, pictures: tuple[BroughtPicture, ...] = ()) -> Draft:
        """Return what is asked for, with pictures that came along and those at the addresses that it names.

        An option that is empty is left open.

        Raises:
            BadInput: A value is none that its option takes, or a picture cannot be fetched.
        """
        kinds = {option.name: option.kind for option in options_of(Draft)}
        given = {name: value for name in kinds if (value := getattr(request, name)) not in (None, "", [])}
        addresses = given.pop("picture", ())
        if brought := await self._fetch_pictures(pictures, addresses):
            given["picture"] = brought
        parsed: dict[str, Any] = {name: kinds[name].parse(name, value) for name, value in given.items()}
        return Draft(**parsed)

    async def _fetch_pictures(self, pictures: tuple[BroughtPicture, ...], addresses: Sequence[str]) -> tuple[BroughtPicture, ...]:
        """Return the pictures and then what is at the addresses, one after the other; no more is fetched once it is too much."""
        found = list(pictures)
        for address in addresses:
            found.append(BroughtPicture(await self._dependencies.fetch_picture(address)))
            check_total(sum(len(one.content) for one in found))
        return tuple(found)

    async def accept(self, draft: Draft, key: ApiKey, repeat_key: str) -> Job:
        """Accept a request, and return its job; the same `repeat_key` again returns the same one.

        Raises:
            BadInput: The request makes no sense.
            Conflict: The repeat key was used for another request.
            EaselError: As `Studio.accept` raises.
        """
        call = RestCall(key=_call_key(key, repeat_key or self._dependencies.ids.new()), person=_person(key), place=_place(key))
        await self._dependencies.studio.accept(draft, call)
        job = await self._dependencies.jobs.by_key(call.key)
        if job is None or not _is_same(job, draft):
            raise Conflict("That Idempotency-Key was used for another request; use a new one for each.")
        return job

    async def find_repeated(self, draft: Draft, key: ApiKey) -> Job | None:
        """Return the newest job of the last minutes that the key made of the same draft, for clients that name no key."""
        account = await self._dependencies.quotas.account(_person(key))
        since = self._dependencies.clock.now() - _REPEATED_WITHIN
        for job in await self._dependencies.jobs.of_account(account.id, _MOST_REPEATED, None):
            if job.place == _place(key) and job.created_at >= since and _is_same(job, draft):
                return job
        return None

    async def find(self, job: str, key: ApiKey) -> Job | None:
        """Return a job of the key's account; another account's job counts as missing."""
        if not _JOB_ID.fullmatch(job):
            return None
        account = await self._dependencies.quotas.account(_person(key))
        found = await self._dependencies.jobs.get(JobId(job))
        return found if found is not None and found.account == account.id else None

    async def page(self, key: ApiKey, most: int, before: JobId | None) -> JobsAnswer:
        """Return up to `most` jobs of the key's account, newest first: those accepted before `before`."""
        account = await self._dependencies.quotas.account(_person(key))
        found = await self._dependencies.jobs.of_account(account.id, most + 1, before)
        shown = tuple([await self.view(job, key, PictureFormat.URL) for job in found[:most]])
        return JobsAnswer(jobs=shown, next=shown[-1].id if len(found) > most else None)

    async def cancel(self, job: Job) -> Job:
        """Cancel the job as its Cancel button does, and return it as it is then.

        Raises:
            Conflict: It is too late for that.
        """
        await self._dependencies.studio.cancel(job)
        await self._dependencies.delivery.notify_end(job.id)
        return await self._dependencies.jobs.get(job.id) or job

    async def delete(self, job: Job) -> None:
        """Delete the job's pictures as its Delete button does.

        Raises:
            Conflict: It has none.
        """
        await delete_pictures(job, gallery=self._dependencies.gallery, delivery=self._dependencies.delivery)

    async def wait_until_final(self, job: Job, seconds: float) -> Job:
        """Wait until the job is final or the time is over; return the job as it is then."""
        pause = _FIRST_PAUSE
        try:
            async with asyncio.timeout(seconds):
                while not job.state.is_final:
                    await asyncio.sleep(pause)  # another process may be the one that finishes it
                    pause = min(_LONGEST_PAUSE, pause * 1.5)
                    job = await self._dependencies.jobs.get(job.id) or job
        except TimeoutError:
            pass
        return job

    async def view(self, job: Job, key: ApiKey, response: PictureFormat) -> JobAnswer:
        """Return a job as the key's owner sees it."""
        knows_cost = await self._dependencies.knows_cost(_person(key))
        answer = JobAnswer.model_validate(await self._dependencies.views.view(job, knows_cost=knows_cost), from_attributes=True)
        if response is PictureFormat.URL:
            return answer
        keys = {picture.file.sha256: picture.file.key for picture in await self._dependencies.gallery.visible(job.id)}
        pictures = [
            await self._with_bytes(picture, keys[picture.sha256]) for picture in answer.pictures if picture.sha256 in keys
        ]
        return answer.model_copy(update={"pictures": tuple(pictures)})

    async def _with_bytes(self, picture: PictureAnswer, key: str) -> PictureAnswer:
        content = await self._dependencies.objects.get(key)
        return picture.model_copy(update={"b64": await asyncio.to_thread(_to_base64, content)})


def _to_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _person(key: ApiKey) -> Person:
    """Return the key's owner, without a name: a request tells none."""
    return Person(key.owner, "")


def _place(key: ApiKey) -> Place:
    return Place(API, key.community, key.id)


def _call_key(key: ApiKey, repeat_key: str) -> str:
    """Return the call's key, which holds the account: two accounts may use the same repeat key."""
    return f"{API}:{key.owner}:{hashlib.sha256(repeat_key.encode()).hexdigest()}"


def _is_same(job: Job, draft: Draft) -> bool:
    return job.wish.may_come_of(replace(draft, prompt=clean_prompt(draft.prompt)))
