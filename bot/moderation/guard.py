"""The guard: asks its stages, one after the other, whether words may be drawn."""

from collections.abc import Awaitable

import structlog

from bot.domain.rules import FilterVersion
from bot.errors import PromptRefused
from bot.ports.prompts import Decision, GuardStage, LocalStage, Verdict
from bot.provider_errors import GuardUnavailable

log = structlog.get_logger(__name__)

_REWRITTEN_REFUSED = "The prompt that was made from these words is not drawn here; please say it in other words."


class Guard:
    """Lets words through or refuses them.

    Local stages are rules of the house and fail open, as the models still
    follow; model stages are the last to look and fail closed.
    """

    def __init__(self, local: tuple[LocalStage, ...], models: tuple[GuardStage, ...]) -> None:
        self._local = local
        self._models = models

    async def check_local(self, prompt: str, listed: FilterVersion) -> None:
        """Ask the stages that cost nothing and answer at once; `listed` is whose words they know besides the house's.

        Raises:
            PromptRefused: One of them will not have it drawn.
        """
        for stage in self._local:
            verdict = await _judge(stage.name, stage.judge(prompt, listed))
            if verdict.decision is Decision.UNSURE:
                log.warning("guard.allowed_unsure", stage=stage.name, rule=verdict.rule)

    async def check_rewritten(self, prompt: str, listed: FilterVersion) -> None:
        """Ask all stages about a prompt that a model wrote: what somebody smuggled into it was not in the words they typed.

        Raises:
            PromptRefused: It may not be drawn, though the words that it was made from may.
            GuardUnavailable: One of the models could not tell.
        """
        try:
            await self.check_local(prompt, listed)
            await self.check_models(prompt)
        except PromptRefused as error:
            raise PromptRefused(rule=f"drawn:{error.rule}", sentence=_REWRITTEN_REFUSED) from error

    async def check_models(self, prompt: str) -> None:
        """Ask the stages that a model stands behind.

        Raises:
            PromptRefused: One of them will not have it drawn.
            GuardUnavailable: One of them could not tell, so that nobody knows.
        """
        for stage in self._models:
            verdict = await _judge(stage.name, stage.judge(prompt))
            if verdict.decision is Decision.UNSURE:
                raise GuardUnavailable(stage.name, verdict.rule, fault=verdict.fault) from verdict.cause


async def _judge(stage: str, judging: Awaitable[Verdict]) -> Verdict:
    """Return the stage's verdict when it is not a refusal, and raise that; a stage that breaks its word is unsure."""
    try:
        verdict = await judging
    except Exception as error:  # noqa: BLE001 - a broken stage must neither let everything through nor stop the house
        # Its message may hold what the person typed, so only its name is told.
        log.error("guard.stage_broke", stage=stage, error=type(error).__name__)  # noqa: TRY400
        return Verdict(Decision.UNSURE, rule="stage_broke", cause=error)
    if verdict.decision is Decision.REFUSE:
        log.info("guard.refused", stage=stage, rule=verdict.rule)
        raise PromptRefused(rule=verdict.rule, sentence=verdict.sentence)
    return verdict
