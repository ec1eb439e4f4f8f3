"""OpenAI's moderation model, which costs nothing."""

import asyncio
import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.domain.content import USUAL_THRESHOLDS, Score, Thresholds, refusal_sentence
from bot.domain.health import Finding, Health
from bot.ports.prompts import ALLOWED, GuardDecision, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.errors import api_errors, translate_error
from bot.providers.shared.moderation_categories import content_kind

if TYPE_CHECKING:
    from openai.types import Moderation, ModerationMultiModalInputParam

log = structlog.get_logger(__name__)

_RULE = "moderation_unavailable"
_HARMLESS_PROMPT = "a lighthouse at dusk"
_HARMLESS_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUUlEQVR42u3PMQ0AMAgAMJhq5CAHWVPBQdI6aFZPXPbiOAEBAQEBAQEBAQEBAQ"
    "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAYF9H7oqAmC7OD46AAAAAElFTkSuQmCC"
)
_MEND = "Look at the key and the address, or set [guard] moderation_model to a model that the service has."
_MEND_PICTURES = "Take omni-moderation-latest, or set [guard] moderate_pictures = false if the service judges words only."


class OpenAiModeration:
    """Guard stages that refuse what the moderation model is sure enough of, and are unsure whenever it gives no clear answer."""

    def __init__(
        self,
        client: OpenAiClient,
        model: str = "omni-moderation-latest",
        *,
        name: str = "moderation",
        judges_pictures: bool = True,
        time_limit: timedelta = timedelta(seconds=10),
    ) -> None:
        self.name = name
        self.judges_pictures = judges_pictures
        self._client = client
        self._model = model
        self._time_limit = time_limit

    async def judge(self, prompt: str, thresholds: Thresholds) -> Verdict:
        """Judge `prompt`; it never raises."""
        return await self._ask(prompt, thresholds)

    async def judge_picture(self, content: bytes, media_type: str, thresholds: Thresholds) -> Verdict:
        """Judge a picture; it never raises. The model scores sexual content, violence and self-harm of pictures."""
        url = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
        return await self._ask([{"type": "image_url", "image_url": {"url": url}}], thresholds)

    async def check(self) -> tuple[Finding, ...]:
        """Have harmless words and a harmless picture judged, which is free. Never raises."""
        words = await self.judge(_HARMLESS_PROMPT, USUAL_THRESHOLDS)
        findings = [self._finding(words, "words", _MEND)]
        if self.judges_pictures and words.decision is not GuardDecision.UNSURE:
            picture = await self.judge_picture(_HARMLESS_PICTURE, "image/png", USUAL_THRESHOLDS)
            findings.append(self._finding(picture, "pictures", _MEND_PICTURES))
        return tuple(findings)

    def _finding(self, verdict: Verdict, what: str, mend: str) -> Finding:
        subject = f"{self.name}: model {self._model}"
        if verdict.decision is GuardDecision.UNSURE:
            why = f" ({verdict.fault.replace('_', ' ')})" if verdict.fault else ""
            return Finding(subject, Health.WRONG, f"It does not judge {what}{why}, so nothing can be drawn.", mend)
        return Finding(subject, Health.OK, f"It judges {what}.")

    async def _ask(self, content: "str | list[ModerationMultiModalInputParam]", thresholds: Thresholds) -> Verdict:
        try:
            sdk = await self._client.load(self.name)
            async with asyncio.timeout(self._time_limit.total_seconds()):
                response = await sdk.moderations.create(model=self._model, input=content)
            return _parse_results(response.results, thresholds)
        except ProviderFailed as error:
            return _unavailable(str(error), error.fault, error)
        except api_errors() as error:
            failure = translate_error(error, self.name, is_repeatable=True)
            return _unavailable(str(failure), failure.fault if isinstance(failure, ProviderFailed) else None, error)
        except TimeoutError as error:
            return _unavailable(f"nothing within {self._time_limit}", ProviderFault.TIMED_OUT, error)
        except (ValueError, TypeError, AttributeError) as error:
            # Anything that is no moderation result at all shows itself in one of these ways.
            return _unavailable(f"{type(error).__name__} while reading the answer", ProviderFault.BAD_ANSWER, error)


def _unavailable(reason: str, fault: ProviderFault | None, cause: Exception) -> Verdict:
    log.warning("moderation.unavailable", reason=reason)
    return Verdict(GuardDecision.UNSURE, rule=_RULE, fault=fault, cause=cause)


def _parse_results(results: "list[Moderation]", thresholds: Thresholds) -> Verdict:
    if not results or not all(isinstance(result.flagged, bool) for result in results):
        raise ValueError("no result")
    exceeded = thresholds.find_exceeded(score for result in results for score in _read_scores(result))
    if exceeded is not None:
        rule = f"moderation:{exceeded.kind}"
        return Verdict(GuardDecision.REFUSE, rule=rule, sentence=refusal_sentence(exceeded.kind), category=exceeded.kind)
    if any(result.flagged and not _names_known_kind(result) for result in results):
        return Verdict(GuardDecision.REFUSE, rule="moderation:flagged", sentence=refusal_sentence(""))
    return ALLOWED


def _read_scores(result: "Moderation") -> Iterator[Score]:
    is_flagged = result.categories.to_dict(warnings=False)
    scores = result.category_scores.to_dict(warnings=False)
    for category in is_flagged | scores:
        kind, score = content_kind(category), scores.get(category)
        if kind is not None:
            yield Score(kind, score if isinstance(score, float) else 0.0, is_flagged.get(category) is True)


def _names_known_kind(result: "Moderation") -> bool:
    """Whether what was flagged has a threshold, which says more than that it was flagged."""
    return any(score.is_flagged for score in _read_scores(result))
