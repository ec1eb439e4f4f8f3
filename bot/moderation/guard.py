"""The guard: asks its stages, one after the other, whether words may be drawn, and whether pictures may be shown."""

import contextlib
from collections.abc import Awaitable

import structlog

from bot.domain.content import ALWAYS_REFUSED, Thresholds
from bot.domain.limits import GuardPolicy
from bot.domain.rules import FilterVersion
from bot.errors import PromptRefused, RefusedBy
from bot.ports.prompts import GuardDecision, LocalStage, PictureStage, Verdict, WordsModelStage
from bot.provider_errors import GuardUnavailable

log = structlog.get_logger(__name__)


class Guard:
    """Lets words and pictures through or refuses them.

    Local stages are the deployment's own rules, model stages ask a moderation
    model or the rewriting model. A stage that cannot tell is unsure: after a
    local stage the words go on to the models, after a model nothing is drawn.
    """

    def __init__(
        self, local: tuple[LocalStage, ...], models: tuple[WordsModelStage, ...], pictures: tuple[PictureStage, ...] = ()
    ) -> None:
        self._local = local
        self._models = models
        self._pictures = pictures

    @property
    def judges_pictures(self) -> bool:
        """Whether any stage looks at pictures."""
        return bool(self._pictures)

    async def check_local(self, prompt: str, listed: FilterVersion) -> tuple[Verdict, ...]:
        """Ask the stages that cost nothing and answer at once; `listed` is whose lists they apply besides the deployment's own.

        Return the verdicts that allow the words but that moderators may want to see.

        Raises:
            PromptRefused: One of them refuses the words.
        """
        doubts = []
        for stage in self._local:
            verdict = await _judge(stage.name, stage.judge(prompt, listed), RefusedBy.FILTER)
            if verdict.decision is not GuardDecision.ALLOW:
                # Fails open: a broken rule must not stop everybody, and the models still judge these words.
                log.warning("guard.allowed_unsure", stage=stage.name, rule=verdict.rule)
                doubts.append(verdict)
        return tuple(doubts)

    async def find_doubts(self, prompt: str, listed: FilterVersion) -> tuple[Verdict, ...]:
        """Return what moderators should look at in words that were let through before."""
        with contextlib.suppress(PromptRefused):
            verdicts = await self.check_local(prompt, listed)
            return tuple(verdict for verdict in verdicts if verdict.decision is GuardDecision.UNSURE and verdict.category)
        return ()

    async def allows(self, prompt: str, error: PromptRefused, listed: FilterVersion) -> bool:
        """Whether the community has allowed the very words that a model refuses; what is never drawn it cannot allow."""
        if error.category in ALWAYS_REFUSED or not error.by.judges_words:
            return False
        return any([await stage.allows_whole(prompt, listed) for stage in self._local])

    async def check_rewritten(self, prompt: str, policy: GuardPolicy) -> None:
        """Ask all stages about a prompt that a model wrote.

        Raises:
            PromptRefused: It may not be drawn, though the words that it was made from may.
            GuardUnavailable: One of the models could not tell.
        """
        try:
            # A prompt can make the rewriting model write what nobody typed, so what it wrote is judged like typed words.
            await self.check_local(prompt, policy.listed)
            await self.check_models(prompt, policy.thresholds)
        except PromptRefused as error:
            raise PromptRefused(
                rule=f"drawn:{error.rule}", sentence=error.sentence, by=RefusedBy.PROVIDER, category=error.category
            ) from error

    async def check_models(self, prompt: str, thresholds: Thresholds) -> None:
        """Ask the stages that a model stands behind.

        Raises:
            PromptRefused: One of them refuses the words.
            GuardUnavailable: One of them could not tell, so that nobody knows.
        """
        for stage in self._models:
            _check_is_sure(stage.name, await _judge(stage.name, stage.judge(prompt, thresholds), RefusedBy.MODERATION))

    async def check_picture(self, content: bytes, media_type: str, thresholds: Thresholds) -> None:
        """Ask the stages that look at pictures, drawn or brought, about one of at most some hundred kilobytes.

        Raises:
            PromptRefused: One of them refuses to have it shown.
            GuardUnavailable: One of them could not tell, so that nobody knows.
        """
        for stage in self._pictures:
            judging = stage.judge_picture(content, media_type, thresholds)
            _check_is_sure(stage.name, await _judge(stage.name, judging, RefusedBy.PICTURE_CHECK))


def _check_is_sure(stage: str, verdict: Verdict) -> None:
    if verdict.decision is GuardDecision.UNSURE:
        # Fails closed: nobody judges after a model stage, so words that it could not judge are not drawn.
        raise GuardUnavailable(stage, verdict.rule, fault=verdict.fault) from verdict.cause


async def _judge(stage: str, judging: Awaitable[Verdict], by: RefusedBy) -> Verdict:
    """Return the stage's verdict, or raise `PromptRefused` if it refuses; a stage that raises counts as unsure."""
    try:
        verdict = await judging
    except Exception as error:  # noqa: BLE001 - a broken stage must neither let everything through nor stop the house
        # Its message may hold what the person typed, so only its name is told.
        log.error("guard.stage_broke", stage=stage, error=type(error).__name__)  # noqa: TRY400
        return Verdict(GuardDecision.UNSURE, rule="stage_broke", cause=error)
    if verdict.decision is GuardDecision.REFUSE:
        log.info("guard.refused", stage=stage, by=by, rule=verdict.rule)
        raise PromptRefused(rule=verdict.rule, sentence=verdict.sentence, by=by, category=verdict.category, entry=verdict.entry)
    return verdict
