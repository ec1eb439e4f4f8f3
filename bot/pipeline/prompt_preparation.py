"""The first step of a job: the models judge its words and make the prompt that is drawn."""

import asyncio
from dataclasses import replace

from bot.domain.inputs import InputRole
from bot.domain.jobs import Job, PreparedPrompt
from bot.domain.limits import GuardPolicy
from bot.domain.money import FREE
from bot.domain.wishes import Rewriting
from bot.errors import InputRefused, PromptRefused
from bot.moderation.guard import Guard
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.pseudonyms import pseudonym
from bot.pipeline.retries import retry_provider
from bot.ports.jobs import Jobs
from bot.ports.observer import CostIncurred, Observer
from bot.ports.prompts import Rewriter, RewriteRequest
from bot.provider_errors import REWRITER, ProviderFailed, ProviderFault
from bot.services.guard_policies import GuardPolicies
from bot.services.thumbnails import convert_to_jpeg

_MAYBE_PAID = {ProviderFault.BAD_ANSWER, ProviderFault.TIMED_OUT}
"""Failures of a rewriter that was at work: its answer came and could not be used, or nobody waited for it."""


class PromptPreparation:
    """Prepares a job's prompt, once, and has its inputs judged."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        policies: GuardPolicies,
        guard: Guard,
        rewriter: Rewriter,
        inputs: InputKeeping,
        observer: Observer,
    ) -> None:
        self._jobs = jobs
        self._policies = policies
        self._guard = guard
        self._rewriter = rewriter
        self._inputs = inputs
        self._observer = observer

    async def prepare(self, job: Job) -> Job:
        """Return the job with its prepared prompt; one that is recorded is neither judged nor paid for again.

        Words that the community allows to the letter are drawn as they were typed,
        though a model refuses them. So are words about inputs: the rewriter does
        not see the pictures.

        Raises:
            PromptRefused: A model refuses the words, or a rule refuses what the rewriter made of them.
            InputRefused: A model refuses one of the inputs, or one of them is gone.
            GuardUnavailable: The words could not be judged, so they are not drawn.
            ProviderFailed: The rewriter gave no verdict that can be trusted.
        """
        if job.prepared_prompt is not None:
            return job
        wish = job.wish
        policy = await self._policies.of(job.community)
        is_as_typed = wish.rewriting is Rewriting.OFF or bool(wish.inputs)
        try:
            await self._guard.check_models(wish.prompt, policy.thresholds)
        except PromptRefused as error:
            if not await self._guard.allows(wish.prompt, error, policy.listed):
                raise
            is_as_typed = True
        await self._check_inputs(job, policy)
        request = RewriteRequest(prompt=wish.prompt, author=pseudonym(job.account), variation_of=wish.variation_of)
        try:
            prepared = await self._rewrite(job, request)
        except PromptRefused as error:
            if not await self._guard.allows(wish.prompt, error, policy.listed):
                raise
            prepared = PreparedPrompt(wish.prompt, self._rewriter.estimate(request))
        if is_as_typed:
            prepared = PreparedPrompt(wish.prompt, prepared.cost)
        if prepared.text != wish.prompt:
            await self._guard.check_rewritten(prepared.text, policy)
        await self._jobs.record_prompt(job.id, job.attempt, prepared)
        return replace(job, prepared_prompt=prepared)

    async def _check_inputs(self, job: Job, policy: GuardPolicy) -> None:
        """Have the guard judge each input, before anything is paid for."""
        if not self._guard.judges_pictures:
            return
        for one in await self._inputs.load([one for one in job.wish.inputs if one.role is not InputRole.MASK]):
            small = await asyncio.to_thread(convert_to_jpeg, one.content)
            try:
                await self._guard.check_picture(small, "image/jpeg", policy.thresholds)
            except PromptRefused as error:
                sentence = "What a picture that you gave shows is not drawn from here; please give another one."
                raise InputRefused(f"input:{error.rule}", sentence, category=error.category) from error

    async def _rewrite(self, job: Job, request: RewriteRequest) -> PreparedPrompt:
        """Return the rewriter's prompt."""
        estimate_cost = self._rewriter.estimate(request)
        if estimate_cost.microusd:
            # Recorded before the call, so that it is booked however the job ends; a crash in between included.
            await self._jobs.record_prompt_estimate(job.id, job.attempt, estimate_cost)
        try:
            prepared = await retry_provider(lambda: self._rewriter.rewrite(request))
        except ProviderFailed as error:
            if error.fault in _MAYBE_PAID:
                self._observer.note(CostIncurred(REWRITER, estimate_cost))
            elif estimate_cost.microusd:
                await self._jobs.record_prompt_estimate(job.id, job.attempt, FREE)
            raise
        self._observer.note(CostIncurred(REWRITER, prepared.cost))
        return prepared
