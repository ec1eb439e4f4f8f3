"""Accepts batches: names their price, and makes a job of each prompt once somebody has confirmed that."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.batches import OFFER_LASTS, Batch, BatchState
from bot.domain.jobs import CANCELLED, BatchId, Job, JobId, JobState, cancelled_once_drawn, cancelled_once_paid
from bot.domain.prompt_lists import read_batch
from bot.domain.prompt_text import clean_prompts
from bot.domain.wishes import Draft, Wish
from bot.errors import BadInput, Conflict, EaselError, NotYours, PromptRefused, Refusal
from bot.moderation.guard import Guard
from bot.pipeline import batch_posts
from bot.pipeline.batch_messages import BatchMessages
from bot.pipeline.batch_posts import BatchPrice
from bot.pipeline.batch_prices import fill, price_batch
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.refusal_handling import TryCounter
from bot.ports.batches import Batches
from bot.ports.clock import Clock, Ids
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.leader_lock import LeaderLock
from bot.ports.surfaces import Call
from bot.services.admission import AdmissionLimiter
from bot.services.quotas import EffectiveLimits, Quotas, check_channel
from bot.services.sanctions import Sanctions

log = structlog.get_logger(__name__)

_CARRIED_ON_AFTER = timedelta(seconds=15)
"""Until then whoever took the confirmation makes the jobs."""

_PAGE = 50
_GONE = "That offer is gone: /batch makes another one. Nothing was counted."


@dataclass(frozen=True, slots=True)
class Offer:
    """A batch that was written down, and what it would count for."""

    batch: Batch
    price: BatchPrice


class BatchStudio:
    """Accepts batches and looks after them until all of their jobs are there."""

    def __init__(
        self,
        *,
        batches: Batches,
        messages: BatchMessages,
        jobs: Jobs,
        quotas: Quotas,
        guard: Guard,
        tries: TryCounter,
        sanctions: Sanctions,
        admission: AdmissionLimiter,
        cancellation: Cancellation,
        engine: Engine,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._batches = batches
        self._messages = messages
        self._jobs = jobs
        self._quotas = quotas
        self._guard = guard
        self._tries = tries
        self._sanctions = sanctions
        self._admission = admission
        self._cancellation = cancellation
        self._engine = engine
        self._clock = clock
        self._ids = ids

    async def offer(self, text: str, draft: Draft, call: Call) -> Offer:
        """Parse the prompts, check them by the local rules, and return them with their price. Nothing is set aside yet.

        Raises:
            BadInput: There is nothing to draw, too much, or something that cannot be read.
            PromptRefused: A local rule refuses one of them; the sentence says which.
            QuotaExceeded: They count for more than is left.
            NotAllowed: Nothing is drawn in this channel, or not by this model.
            Sanctioned: The person is muted or banned.
        """
        draft.check()
        limits = await self._quotas.effective_limits(call.person, call.place)
        await self._sanctions.check(limits.account.id, limits.community)
        check_channel(limits, call.place)
        prompts = clean_prompts(await asyncio.to_thread(read_batch, text))
        priced = await price_batch(self._quotas, limits, draft, prompts)
        await self._check_words(prompts, call, limits)
        batch = Batch(
            id=BatchId(self._ids.new()),
            key=call.key,
            community=limits.community,
            account=limits.account.id,
            author=call.person,
            place=call.place,
            draft=replace(priced.draft, prompt=""),
            prompts=prompts,
            count=len(prompts),
            created_at=self._clock.now(),
        )
        return Offer(await self._batches.offer(batch), priced.price)

    async def confirm(self, id_: str, call: Call) -> None:
        """Make jobs of a batch, and answer in public with the message that tells of them.

        Raises:
            BadInput: The offer is gone.
            NotYours: It is somebody else's.
            Conflict: It was confirmed before.
            Refusal: It cannot be drawn any more, as the sentence says; it can be confirmed again later.
        """
        batch = await self._find_own(id_, call)
        if batch.state is not BatchState.OFFERED or batch.is_cancelled:
            raise batch_posts.find_conflict(batch)
        if self._clock.now() - batch.created_at > OFFER_LASTS:
            raise BadInput(_GONE)
        limits = await self._quotas.effective_limits(batch.author, batch.place)
        await self._sanctions.check(limits.account.id, limits.community)
        check_channel(limits, call.place)
        await self._check_words(batch.prompts, call, limits)
        async with self._admission.lock(batch.account):
            await self._admission.check(batch.account, await self._jobs.count_open(batch.account))
            # Confirmed before the jobs are made: after a crash the sweep makes those that are missing, by the same keys.
            if not await self._batches.confirm(batch.id, call.promise(), self._clock.now()):
                raise batch_posts.find_conflict(await self.find(batch.id))
            try:
                batch, jobs = await self._make_jobs(batch, limits)
            except Refusal:
                await self._batches.withdraw(batch.id)
                raise
            await self._admission.count_accepted(batch.account)
        log.info("batch.accepted", batch=batch.id, account=batch.account, pictures=len(jobs))
        await self._answer(batch, jobs, call)

    async def cancel(self, id_: str, call: Call) -> bool:
        """End everything of a batch that is not drawn yet; what is being drawn counts. Return False where it was an offer only.

        Raises:
            BadInput: The offer is gone.
            NotYours: It is somebody else's.
            Conflict: It is finished, or cancelled already.
        """
        batch = await self._find_own(id_, call, by_moderators=True)
        if not await self._batches.cancel(batch.id):
            raise Conflict("That is finished already, or cancelled, so there is nothing to cancel.")
        if batch.state is BatchState.OFFERED:
            return False
        await self._cancel_jobs(batch.id)
        return True

    async def find_own(self, id_: str, call: Call) -> tuple[Batch, tuple[Job, ...]]:
        """Return a batch with its jobs, if it is the caller's, or the caller looks after its place; raises as `cancel` does."""
        batch = await self._find_own(id_, call, by_moderators=True)
        return batch, await self._batches.jobs(batch.id)

    async def find(self, id_: str) -> Batch:
        """Return the batch that a button is for.

        Raises:
            BadInput: It is not known any more.
        """
        batch = await self._batches.get(BatchId(id_))
        if batch is None:
            raise BadInput(_GONE)
        return batch

    async def sweep(self, leader: LeaderLock, *, every: timedelta) -> None:
        """Carry on what crashes left, until cancelled, while this process leads."""
        while True:
            try:
                if await leader.lead():
                    await self.carry_on()
            except EaselError as error:
                log.warning("batches.not_swept", reason=str(error))
            except Exception:
                log.exception("batches.sweep_broke")
            await asyncio.sleep(every.total_seconds())

    async def carry_on(self) -> None:
        """Make the jobs that are missing, cancel what is not wanted, show what is not told, and forget old offers."""
        now = self._clock.now()
        await self._batches.delete_offers(now - 2 * OFFER_LASTS)
        for batch in await self._batches.list_unnotified(
            self._messages.platforms, confirmed_by=now - _CARRIED_ON_AFTER, most=_PAGE
        ):
            if batch.state is BatchState.CONFIRMED:
                limits = await self._quotas.effective_limits(batch.author, batch.place)
                await self._make_jobs(batch, limits, is_resumed=True)
            elif batch.is_cancelled:
                await self._cancel_jobs(batch.id)
            is_said = batch.message is not None and batch.message.is_posted and not batch.is_cancelled
            if not (is_said and await self._is_unserved(await self._batches.jobs(batch.id))):
                await self._messages.show_safely(batch.id)

    async def _make_jobs(
        self, batch: Batch, limits: EffectiveLimits, *, is_resumed: bool = False
    ) -> tuple[Batch, tuple[Job, ...]]:
        """Make a job of each prompt that is none yet. The same key is the same job, so that nothing is counted twice.

        What cannot be set aside any more is told in the batch's message; where that is all of it the refusal is raised.
        """
        made: list[Job] = []
        shortfall = ""
        for number, prompt in enumerate(() if batch.is_cancelled else batch.prompts):
            wish = fill(self._quotas, limits, batch.draft, prompt)
            job = self._job(batch, number, wish, limits)
            try:
                accepted = await self._jobs.accept(job, self._quotas.hold(limits, wish))
            except Refusal as error:
                if not made and not is_resumed:
                    raise
                shortfall = error.user_text
                break
            made.append(accepted.job)
            await self._publish(accepted.job)
        # Only now, since it deletes the prompts: after a crash the sweep makes the missing jobs from them.
        await self._batches.settle(batch.id, shortfall)
        settled = await self._batches.get(batch.id) or batch
        # A cancel that came while the jobs were made found only some of them.
        if settled.is_cancelled:
            await self._cancel_jobs(batch.id)
        return settled, tuple(made)

    async def _cancel_jobs(self, id_: BatchId) -> None:
        for job in await self._batches.jobs(id_):
            if not job.state.is_final:
                await self._cancellation.cancel(
                    job,
                    CANCELLED,
                    once_paid=cancelled_once_paid,
                    once_drawn=lambda drawn: cancelled_once_drawn(drawn, 1),
                )
        self._messages.show_soon(id_)

    async def _answer(self, batch: Batch, jobs: tuple[Job, ...], call: Call) -> None:
        """Post that it is being drawn. Where that fails the sweep looks for the message, and posts it if there is none."""
        is_unserved = await self._is_unserved(jobs)
        post = (batch_posts.build_waiting_post if is_unserved else batch_posts.build_progress_post)(batch, jobs)
        try:
            message = await call.answer(post, key=f"batch:{batch.id}:")
            await self._batches.attach(batch.id, message)
            if is_unserved:
                return
        except EaselError as error:
            log.warning("batch.unanswered", batch=batch.id, reason=str(error))
            await self._batches.attach(batch.id, call.promise().as_unconfirmed())
        self._messages.show_soon(batch.id)

    async def _is_unserved(self, jobs: tuple[Job, ...]) -> bool:
        """Return whether none of these has begun while nobody draws: what their message says stays true until one does."""
        waits = bool(jobs) and all(job.state is JobState.QUEUED for job in jobs)
        return waits and await self._engine.has_worker(jobs[0].tier) is False

    async def _check_words(self, prompts: tuple[str, ...], call: Call, limits: EffectiveLimits) -> None:
        for number, prompt in enumerate(prompts, start=1):
            try:
                await self._guard.check_local(prompt, limits.of_community.filter_version)
            except PromptRefused as error:
                await self._tries.note_call(error, prompt, call, limits)
                error.user_text = f"Prompt {number} cannot be drawn, so none was: {error.user_text}"
                raise

    async def _find_own(self, id_: str, call: Call, *, by_moderators: bool = False) -> Batch:
        batch = await self.find(id_)
        account = await self._quotas.account(call.person)
        is_of_here = bool(batch.place.tenant) and call.place.is_at(batch.place.platform, batch.place.tenant)
        if batch.account != account.id and not (by_moderators and call.person.is_moderator and is_of_here):
            raise NotYours
        return batch

    def _job(self, batch: Batch, number: int, wish: Wish, limits: EffectiveLimits) -> Job:
        return Job(
            id=JobId(self._ids.new()),
            key=batch.job_key(number),
            community=batch.community,
            account=limits.account.id,
            tier=limits.account.tier,
            author=batch.author,
            place=batch.place,
            wish=wish,
            created_at=self._clock.now(),
            batch=batch.id,
        )

    async def _publish(self, job: Job) -> None:
        """Publish a job; where that fails, recovery does."""
        try:
            await self._engine.publish(job.id, tier=job.tier)
        except EaselError as error:
            log.warning("job.unpublished", job=job.id, reason=str(error))
