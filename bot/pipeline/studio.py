"""Accepts wishes: checks them, reserves their quota, writes the job down and publishes it."""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.allowances import Hold
from bot.domain.chat import Post, Tone
from bot.domain.images import Lane
from bot.domain.inputs import BroughtPicture, InputPicture
from bot.domain.jobs import CANCELLED, Ending, Job, JobId, PreparedPrompt, cancelled_once_drawn, cancelled_once_paid
from bot.domain.people import GUEST, REGISTERED, Account, Person
from bot.domain.prompt_text import clean_prompt
from bot.domain.wishes import Draft, Wish
from bot.errors import BadInput, Busy, Conflict, EaselError, NotYours, PromptRefused, QuotaExceeded, Refusal
from bot.moderation.guard import Guard
from bot.pipeline import waiting_posts
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.delivery import PROMISE_LIFETIME
from bot.pipeline.input_keeping import InputKeeping, NewInput
from bot.pipeline.log_context import log_job, log_place
from bot.pipeline.refusal_handling import TryCounter
from bot.ports.clock import Clock, Ids
from bot.ports.engine import Engine
from bot.ports.jobs import AcceptedJob, Jobs
from bot.ports.observer import Observer, WishAccepted, WishRefused
from bot.ports.prompts import GuardDecision
from bot.ports.surfaces import Call
from bot.services.admission import AdmissionLimiter
from bot.services.budget_alerts import BudgetAlerts
from bot.services.quotas import EffectiveLimits, Quotas, check_channel
from bot.services.sanctions import Sanctions

log = structlog.get_logger(__name__)

_WARNING = Post(
    "That is being drawn. Some of its words come close to what is not wanted here, though, so please mind them next time.",
    Tone.REFUSED,
)

# Ends before the promise does: after that delivery posts the message itself, and there would be two.
_ANSWER_TIMEOUT = PROMISE_LIFETIME - timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Admission:
    """An accepted wish, with its hold; `is_warned` says that its words come close to a rule."""

    accepted: AcceptedJob
    hold: Hold
    is_warned: bool


class Studio:
    """Accepts wishes and looks after the jobs that they become. `slots` is how many are drawn at once."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        quotas: Quotas,
        guard: Guard,
        admission: AdmissionLimiter,
        sanctions: Sanctions,
        tries: TryCounter,
        inputs: InputKeeping,
        cancellation: Cancellation,
        budget_alerts: BudgetAlerts,
        engine: Engine,
        observer: Observer,
        clock: Clock,
        ids: Ids,
        slots: int,
    ) -> None:
        self._jobs = jobs
        self._quotas = quotas
        self._guard = guard
        self._admission = admission
        self._sanctions = sanctions
        self._tries = tries
        self._inputs = inputs
        self._cancellation = cancellation
        self._budget_alerts = budget_alerts
        self._engine = engine
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._slots = slots

    async def accept(self, wanted: Draft | Wish, call: Call, prepared: PreparedPrompt | None = None) -> None:
        """Check the wish, set its pictures aside, answer in public, and publish the job.

        The same call again is the same job. `prepared` is given where the prompt is
        settled already. What a draft leaves open is as it is set at the place.

        Raises:
            BadInput: There is nothing to draw in the prompt, or too much, or shape and size contradict each other, or one
                of the pictures cannot be used.
            PromptRefused: A local rule refuses it; nothing was shown or counted.
            NotAllowed: Nothing is drawn in this channel, or from one of the pictures.
            NotYours: The pictures are what somebody else's job began with.
            Sanctioned: The person is muted or banned.
            Busy: Too many wishes in a short time, or too many that wait.
            QuotaExceeded: The account has too little left today, or could never have so much.
            TenantQuotaExceeded: So for all people here together.
            BudgetExceeded: So for the money.
            StorageFailed: It could not be written down, so it was not accepted.
        """
        began_at = self._clock.now()
        with log_place(call.place):
            try:
                admission = await self._check_and_admit(wanted, call, prepared)
            except Refusal as error:
                self._observer.note(WishRefused(call.place.platform, error))
                raise
            with log_job(admission.accepted.job):
                await self._start(admission, call, began_at)

    async def _check_and_admit(self, wanted: Draft | Wish, call: Call, prepared: PreparedPrompt | None) -> "_Admission":
        """Check everything that may refuse the wish, and write it down; raises as `accept` does."""
        wanted = replace(wanted, prompt=clean_prompt(wanted.prompt))
        if isinstance(wanted, Draft):
            wanted.check()
        effective_limits = await self._quotas.effective_limits(call.person, call.place)
        await self._sanctions.check(effective_limits.account.id, effective_limits.community)
        is_warned = await self._check_words(wanted.prompt, prepared, call, effective_limits)
        check_channel(effective_limits, call.place)
        wish, inputs = await self._begin_with_pictures(wanted, effective_limits, call)
        hold = self._quotas.hold(effective_limits, wish)
        try:
            job = self._job(wish, call, effective_limits, prepared)
            try:
                accepted = await self._store_and_admit(job, hold, inputs)
            except QuotaExceeded:
                relaxed = self._quotas.relax(effective_limits, wanted, wish)
                if relaxed is None:
                    raise
                hold = self._quotas.hold(effective_limits, relaxed)
                accepted = await self._store_and_admit(replace(job, wish=relaxed), hold, inputs)
            return _Admission(accepted, hold, is_warned)
        except QuotaExceeded as error:
            more = effective_limits.of_community.limits[REGISTERED]
            # Whoever has a limit of their own would have no more after registering.
            if (
                effective_limits.account.tier == GUEST
                and effective_limits.allowance.limit == effective_limits.of_community.limits[GUEST] < more
            ):
                error.offer_registering(more)
            raise
        finally:
            self._budget_alerts.check_soon(effective_limits)

    async def _begin_with_pictures(
        self, wanted: Draft | Wish, effective_limits: EffectiveLimits, call: Call
    ) -> tuple[Wish, tuple[NewInput, ...]]:
        """Return the wish with its inputs, which are checked and not stored yet."""
        if isinstance(wanted, Wish):
            inputs = await self._inputs.copy(wanted.inputs) if wanted.inputs else ()
            return replace(wanted, inputs=_pictures_of(inputs)), inputs
        inputs = await self._bring(wanted.picture, call)
        return self._quotas.fill(effective_limits, wanted, _pictures_of(inputs)), inputs

    async def _bring(self, brought: tuple[BroughtPicture, ...], call: Call) -> tuple[NewInput, ...]:
        """Return the pictures that were brought, or the inputs of a job of the caller's."""
        kept_of = next((one.kept_of for one in brought if one.kept_of), "")
        if not kept_of:
            return await self._inputs.prepare(brought)
        kept = (await self.find_own(kept_of, call)).wish.inputs
        if not kept:
            raise BadInput("What this began with is not kept any more; please bring the pictures again. Nothing was counted.")
        return await self._inputs.copy(kept)

    async def _store_and_admit(self, job: Job, hold: Hold, inputs: tuple[NewInput, ...]) -> AcceptedJob:
        """Store the inputs, then write the job down."""
        # Before the job: a job must never name inputs that no store has.
        await self._inputs.store(inputs)
        try:
            accepted = await self._admit(job, hold)
        # Only a refusal says that there is no job. After a `StorageFailed` it may be committed, and needs its inputs;
        # if it is not, they are removed as orphans.
        except Refusal:
            await self._inputs.discard(inputs)
            raise
        if not accepted.is_new:
            await self._inputs.discard(inputs)
        return accepted

    async def _check_words(
        self, prompt: str, prepared: PreparedPrompt | None, call: Call, effective_limits: EffectiveLimits
    ) -> bool:
        """Check by the local rules what was typed, and what is settled; return whether to warn the person."""
        listed = effective_limits.of_community.filter_version
        try:
            said = await self._guard.check_local(prompt, listed)
            if prepared is not None:
                await self._guard.check_local(prepared.text, listed)
        except PromptRefused as error:
            await self._tries.note_call(error, prompt, call, effective_limits)
            raise
        return any(verdict.decision is GuardDecision.WARN for verdict in said)

    async def _start(self, admission: "_Admission", call: Call, began_at: datetime) -> None:
        """Publish the job, and answer in public."""
        accepted, job = admission.accepted, admission.accepted.job
        if not accepted.is_new:
            # The process that accepted the first call may have died before it published the job.
            return await self._publish(job)
        log.info("job.accepted", account=job.account, pictures=job.wish.count)
        # The answer is begun first: somebody waits for it, and a worker's first steps take this process's time from it.
        # Beside it, so that drawing waits for no platform.
        await asyncio.gather(self._answer(job, admission.hold.pictures, call), self._publish(job))
        self._observer.note(WishAccepted(job, began_at, answered_at=self._clock.now()))
        if admission.is_warned:
            await call.whisper(_WARNING)
        return None

    async def find(self, job: str) -> Job:
        """Return the job that a button is for.

        Raises:
            BadInput: There is none.
        """
        found = await self._jobs.get(JobId(job))
        if found is None:
            raise BadInput("That picture is not known here any more; nothing was counted.")
        return found

    async def find_own(self, job: str, call: Call) -> Job:
        """Return the job if it is the caller's, or the caller is a moderator of the server or workspace it was asked for in.

        Raises:
            BadInput: There is no such job.
            NotYours: It is somebody else's.
        """
        found = await self.find(job)
        account = await self.account(call.person)
        is_of_here = bool(found.place.tenant) and call.place.is_at(found.place.platform, found.place.tenant)
        if found.account != account.id and not (call.person.is_moderator and is_of_here):
            raise NotYours
        return found

    async def account(self, person: Person) -> Account:
        """Return the account behind the person."""
        return await self._quotas.account(person)

    async def cancel(self, job: Job) -> Ending:
        """End the job without a picture, and give its pictures back, but for those that are being drawn already: they count.

        Where some are drawn, those are shown and count, and the others are given back.

        Raises:
            Conflict: It is too late for that.
        """
        once_drawn = partial(cancelled_once_drawn, asked=job.wish.count)
        ending = await self._cancellation.cancel(job, CANCELLED, once_paid=cancelled_once_paid, once_drawn=once_drawn)
        if ending is None:
            raise Conflict("That is finished already, so there is nothing to cancel.")
        return ending

    def _job(self, wish: Wish, call: Call, effective_limits: EffectiveLimits, prepared: PreparedPrompt | None) -> Job:
        return Job(
            id=JobId(self._ids.new()),
            key=call.key,
            community=effective_limits.community,
            account=effective_limits.account.id,
            tier=effective_limits.account.tier,
            author=call.person,
            place=call.place,
            message=call.promise(),
            wish=wish,
            prepared_prompt=prepared,
            created_at=self._clock.now(),
        )

    async def _admit(self, job: Job, hold: Hold) -> AcceptedJob:
        """Write the job down, unless its account asks for too much at once. A repeated call is not checked again."""
        # Of many wishes of one account at once, none slips past the count.
        async with self._admission.lock(job.account):
            try:
                await self._admission.check(job.account, await self._jobs.count_open(job.account))
            # A call that the platform delivers again is no new wish: it gets its job, however busy the account is.
            except Busy:
                known = await self._jobs.by_key(job.key)
                if known is None:
                    raise
                return AcceptedJob(known, is_new=False)
            accepted = await self._jobs.accept(job, hold)
            if accepted.is_new:
                await self._admission.count_accepted(job.account)
            return accepted

    async def _answer(self, job: Job, counted: int, call: Call) -> None:
        """Post that it is being drawn. Where that fails, delivery looks for the message, and posts it if there is none."""
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT.total_seconds()):
                message = await call.answer(await self._first_post(job, counted), key=job.id)
                await self._jobs.attach(job.id, message)
        except (EaselError, TimeoutError) as error:
            log.warning("job.unanswered", reason=str(error) or "timeout")
            await self._release_message(job)

    async def _first_post(self, job: Job, counted: int) -> Post:
        if await self._engine.has_worker(job.tier) is False:
            return waiting_posts.waiting_for_worker(job, counted)
        if job.wish.lane is Lane.RELAXED:
            return waiting_posts.build_relaxed_post(job, self._quotas.weights.relaxed_share)
        return waiting_posts.build_waiting_post(job, await self._jobs.queue_position(job), self._slots, counted)

    async def _release_message(self, job: Job) -> None:
        """Let delivery have the message at once. It takes it after `PROMISE_LIFETIME` anyway."""
        if job.message is not None:  # pragma: no branch - a job that was accepted here has its promise
            with contextlib.suppress(EaselError):
                await self._jobs.attach(job.id, job.message.as_unconfirmed())

    async def _publish(self, job: Job) -> None:
        """Publish the job; where that fails, recovery does."""
        try:
            await self._engine.publish(job.id, tier=job.tier)
        except EaselError as error:
            log.warning("job.unpublished", reason=str(error))


def _pictures_of(inputs: tuple[NewInput, ...]) -> tuple[InputPicture, ...]:
    return tuple(one.picture for one in inputs)
