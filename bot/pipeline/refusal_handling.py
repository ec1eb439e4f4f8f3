"""What happens when words are refused: they are kept for a while, tries are counted, and a safer wording is looked for."""

import hashlib
from dataclasses import replace

import structlog

from bot.domain.cases import CaseKind, NewCase
from bot.domain.content import ALWAYS_REFUSED
from bot.domain.jobs import Ending, Job, JobState
from bot.domain.money import Cost
from bot.domain.refusals import TRIES_WITHIN, RefusalId, RefusedWords
from bot.errors import EaselError, InputRefused, PictureBlocked, PromptRefused, RefusedBy, StorageFailed
from bot.moderation.guard import Guard
from bot.moderation.repetition import is_same_thing
from bot.pipeline.pseudonyms import pseudonym
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.observer import CostIncurred, Observer
from bot.ports.prompts import Rewriter, RewriteRequest
from bot.ports.refusals import Refusals
from bot.ports.surfaces import Call
from bot.provider_errors import REWRITER
from bot.services.cases import CaseReview
from bot.services.guard_policies import GuardPolicies
from bot.services.quotas import EffectiveLimits

log = structlog.get_logger(__name__)

_MOST_COMPARED = 100

_LAST_FREE_TRY = "Please leave it at that: from the next try at this today on, the moderators here are shown it."
_STRIKE = "You have tried this several times today, so the moderators here are shown it."


class TryCounter:
    """Keeps refused words, and opens a case for moderators when somebody tries the same thing again and again.

    `free` tries a day open no case. A provider's refusals are not counted: they may be false alarms.
    """

    def __init__(self, *, refusals: Refusals, review: CaseReview, clock: Clock, free: int) -> None:
        self._refusals = refusals
        self._review = review
        self._clock = clock
        self._free = free

    async def note_call(self, error: PromptRefused, words: str, call: Call, limits: EffectiveLimits) -> None:
        """Keep words that were refused before they became a job, and count the tries in the error, which the person reads."""
        key = hashlib.sha256(f"{call.place.platform}:{call.key}".encode()).hexdigest()[:24]
        refused = RefusedWords(
            id=RefusalId(key),
            community=limits.community,
            platform=call.place.platform,
            tenant=call.place.tenant,
            account=limits.account.id,
            refused_at=self._clock.now(),
            by=error.by,
            category=error.category,
            entry=error.entry,
            words=words,
        )
        tries = await self._note(refused)
        if tries is not None:
            error.refusal_id = refused.id
            note = _STRIKE if tries > self._free else _LAST_FREE_TRY if tries == self._free else ""
            error.user_text = f"{error.user_text} {note}".strip()

    async def note_job(self, error: PromptRefused, job: Job) -> None:
        """Keep words that were refused after that; the same job again is the same refusal."""
        refused = RefusedWords(
            id=RefusalId(job.id),
            community=job.community,
            platform=job.place.platform,
            tenant=job.place.tenant,
            account=job.account,
            refused_at=self._clock.now(),
            by=error.by,
            category=error.category,
            entry=error.entry,
            words=job.wish.prompt,
            job=job.id,
        )
        await self._note(refused)

    async def _note(self, refused: RefusedWords) -> int | None:
        """Return the number of this try at the same thing, 0 where tries are not counted; None where it could not be kept."""
        try:
            await self._refusals.add(refused)
            return await self._count(refused) if refused.by.judges_words else 0
        except StorageFailed as error:
            # A refusal is one all the same, and says so.
            log.warning("refusal.not_kept", reason=str(error))
            return None

    async def _count(self, refused: RefusedWords) -> int:
        since = refused.refused_at - TRIES_WITHIN
        recent = await self._refusals.of(refused.account, refused.community, since=since, most=_MOST_COMPARED)
        tries = [one for one in recent if one.by.judges_words and is_same_thing(refused, one)]
        if len(tries) > self._free:
            log.info("refusal.strike", account=refused.account, category=refused.category, tries=len(tries))
            await self._review.open(_strike_case(refused, first=tries[0], tries=len(tries)))
        return len(tries)


class RefusalHandling:
    """Ends jobs whose words were refused."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        rewriter: Rewriter,
        guard: Guard,
        policies: GuardPolicies,
        tries: TryCounter,
        observer: Observer,
    ) -> None:
        self._jobs = jobs
        self._rewriter = rewriter
        self._guard = guard
        self._policies = policies
        self._tries = tries
        self._observer = observer

    async def ending(self, error: PromptRefused, job: Job) -> Ending:
        """Keep the refusal, and return the job's ending, with a wording that would pass where the words look harmless."""
        await self._tries.note_job(error, job)
        return Ending(JobState.REFUSED, error.kind, error.user_text, await self._find_safer(error, job))

    async def _find_safer(self, error: PromptRefused, job: Job) -> str | None:
        """Return another wording that passes the guard; None where there is none, or something fails on the way."""
        if error.category in ALWAYS_REFUSED or isinstance(error, PictureBlocked | InputRefused):
            return None
        try:
            safer = error.safer
            if safer is None and error.by is not RefusedBy.REWRITER:
                safer = await self._ask_for_safer(job)
            if safer is None or safer == job.wish.prompt:
                return None
            await self._guard.check_rewritten(safer, await self._policies.of(job.community))
        except EaselError as trouble:
            log.info("refusal.no_safer_wording", reason=str(trouble))
            return None
        return safer

    async def _ask_for_safer(self, job: Job) -> str | None:
        """Return the rewriter's safer wording; it gives none where it finds harm in the words."""
        request = RewriteRequest(prompt=job.wish.prompt, author=pseudonym(job.account), was_refused=True)
        estimate, words_cost = self._rewriter.estimate(request), await self._words_cost(job)
        if estimate.microusd:
            await self._jobs.record_prompt_estimate(job.id, job.attempt, words_cost + replace(estimate, is_estimate=True))
        softer = await self._rewriter.soften(request)
        self._observer.note(CostIncurred(REWRITER, estimate if softer is None else softer.cost))
        return None if softer is None else softer.text

    async def _words_cost(self, job: Job) -> Cost:
        """Return what the job's words cost so far."""
        whole = await self._jobs.cost(job.id)
        drawn = sum(drawing.cost.microusd for drawing in await self._jobs.drawings(job.id))
        return Cost(whole.microusd - drawn, whole.is_estimate)


def _strike_case(refused: RefusedWords, *, first: RefusedWords, tries: int) -> NewCase:
    """Return the case of somebody who tries again and again, about what they tried first."""
    return NewCase(
        kind=CaseKind.DOUBT,
        community=refused.community,
        platform=refused.platform,
        tenant=refused.tenant,
        account=refused.account,
        reason=f"{refused.category or 'refused words'}, tried {tries} times within a day",
        words=first.words,
    )
