"""OpenAI's moderation model, which costs nothing."""

import asyncio
from datetime import timedelta

import structlog
from openai import AsyncOpenAI
from openai.types import Moderation

from bot.domain.health import Finding, Health
from bot.ports.prompts import ALLOWED, Decision, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.errors import API_ERRORS, translate_error
from bot.providers.openai.moderation_categories import because_of

log = structlog.get_logger(__name__)

_RULE = "moderation_unavailable"
_HARMLESS_PROMPT = "a lighthouse at dusk"
_MEND = "Look at the key and the address, or set [guard] moderation_model to a model that the service has."


class OpenAIModeration:
    """A guard stage that refuses what the moderation model flags, and is unsure whenever it gets no clear answer."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str = "omni-moderation-latest",
        *,
        name: str = "moderation",
        time_limit: timedelta = timedelta(seconds=10),
    ) -> None:
        self.name = name
        self._client = client
        self._model = model
        self._time_limit = time_limit

    async def judge(self, prompt: str) -> Verdict:
        """Judge `prompt`; it never raises."""
        try:
            async with asyncio.timeout(self._time_limit.total_seconds()):
                response = await self._client.moderations.create(model=self._model, input=prompt)
            return _parse_results(response.results)
        except API_ERRORS as error:
            failure = translate_error(error, self.name, is_repeatable=True)
            return _unavailable(str(failure), failure.fault if isinstance(failure, ProviderFailed) else None, error)
        except TimeoutError as error:
            return _unavailable(f"nothing within {self._time_limit}", ProviderFault.TIMED_OUT, error)
        except (ValueError, TypeError, AttributeError) as error:
            # Anything that is no moderation result at all shows itself in one of these ways.
            return _unavailable(f"{type(error).__name__} while reading the answer", ProviderFault.BAD_ANSWER, error)

    async def check(self) -> tuple[Finding, ...]:
        """Have harmless words judged, which is free. Never raises."""
        verdict = await self.judge(_HARMLESS_PROMPT)
        subject = f"{self.name}: model {self._model}"
        if verdict.decision is Decision.UNSURE:
            why = f" ({verdict.fault.replace('_', ' ')})" if verdict.fault else ""
            return (Finding(subject, Health.WRONG, f"It does not judge words{why}, so nothing can be drawn.", _MEND),)
        return (Finding(subject, Health.OK, "It judges words."),)


def _unavailable(reason: str, fault: ProviderFault | None, cause: Exception) -> Verdict:
    log.warning("moderation.unavailable", reason=reason)
    return Verdict(Decision.UNSURE, rule=_RULE, fault=fault, cause=cause)


def _parse_results(results: list[Moderation]) -> Verdict:
    if not results or not all(isinstance(result.flagged, bool) for result in results):
        raise ValueError("no result")
    flagged = [result for result in results if result.flagged]
    if not flagged:
        return ALLOWED
    worst = _likeliest_category(flagged[0])
    return Verdict(
        Decision.REFUSE,
        rule=worst or "flagged",
        sentence=f"The check of the words stopped this{because_of((worst,))}; please try other words.",
    )


def _likeliest_category(result: Moderation) -> str:
    """Return the flagged category that the model is surest of, as it spells it; empty when it names none."""
    is_flagged = result.categories.to_dict(warnings=False)
    scores = result.category_scores.to_dict(warnings=False)
    names = [name for name, flagged in is_flagged.items() if flagged is True]
    return max(names, key=lambda name: _score(scores.get(name)), default="")


def _score(score: object) -> float:
    return score if isinstance(score, float) else 0.0
