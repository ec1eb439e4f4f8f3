"""The first step of a job: its words are judged by the models, and made into the prompt that is drawn."""

from dataclasses import replace

from bot.domain.jobs import Job, PreparedPrompt, Rewriting
from bot.domain.money import FREE
from bot.errors import PromptRefused
from bot.moderation.guard import Guard
from bot.pipeline.pseudonyms import pseudonym
from bot.pipeline.retries import retry_provider
from bot.ports.jobs import Jobs
from bot.ports.observer import CostIncurred, Observer
from bot.ports.prompts import Rewriter, RewriteRequest
from bot.provider_errors import REWRITER, ProviderFailed, ProviderFault
from bot.services.guard_policies import GuardPolicies

_MAYBE_PAID = {ProviderFault.BAD_ANSWER, ProviderFault.TIMED_OUT}
"""Failures of a rewriter that was at work: its answer came and could not be used, or nobody waited for it."""


class PromptPreparation:
    """Settles a job's prompt, once."""

    def __init__(self, *, jobs: Jobs, policies: GuardPolicies, guard: Guard, rewriter: Rewriter, observer: Observer) -> None:
        self._jobs = jobs
        self._policies = policies
        self._guard = guard
        self._rewriter = rewriter
        self._observer = observer

    async def prepare(self, job: Job) -> Job:
        """Return the job with its words; settled ones are neither judged nor paid for again.

        What the community allows to the letter is drawn as it was typed, though a model refuses it.

        Raises:
            PromptRefused: A model will not have it drawn, or a rule will not have what the rewriter made of it.
            GuardUnavailable: It could not be judged, so it is not drawn.
            ProviderFailed: The rewriter gave no verdict that can be trusted.
        """
        if job.prepared_prompt is not None:
            return job
        wish = job.wish
        policy = await self._policies.of(job.community)
        is_as_typed = wish.rewriting is Rewriting.OFF
        try:
            await self._guard.check_models(wish.prompt, policy.thresholds)
        except PromptRefused as error:
            if not await self._guard.allows(wish.prompt, error, policy.listed):
                raise
            is_as_typed = True
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

    async def _rewrite(self, job: Job, request: RewriteRequest) -> PreparedPrompt:
        """Ask the rewriter. What that probably costs is written down before, so that it counts however the job ends."""
        estimate_cost = self._rewriter.estimate(request)
        if estimate_cost.microusd:
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
