"""A chat model that judges words and makes a fuller prompt of them."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import NoReturn

import openai
from openai import AsyncOpenAI, omit
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice

from bot.domain.health import Finding
from bot.domain.jobs import PreparedPrompt
from bot.domain.money import Cost
from bot.errors import REWRITER, PromptRefused, ProviderFailed, ProviderFault
from bot.ports.clock import Clock
from bot.ports.prompts import RewriteRequest
from bot.providers.openai.answers import token_count
from bot.providers.openai.checkup import check_model
from bot.providers.openai.complaints import request_id
from bot.providers.openai.errors import ApiErrors, translate
from bot.providers.openai.instructions import RULES
from bot.providers.openai.models import TextModel
from bot.providers.openai.parameters import LeftOut, Parameter
from bot.providers.openai.verdicts import (
    ModelVerdict,
    ReasonCode,
    answer_format,
    in_words,
    read_verdict,
    safer_prompt,
    sentence_for,
)

_NAME = REWRITER
_LONGEST_ANSWER = 4096
"""Tokens: a prompt of the greatest length in any script, and the verdict around it."""

_USUAL_ANSWER = 150
"""Tokens; it only goes into estimates."""

_LONGEST_PROMPT = 8000
"""Characters; the model was told to stay far below."""

_REFUSED = "The model that prepares prompts will not touch these words; please try others."


class OpenAIRewriter:
    """Rewrites with one chat model. Whatever is not a clear verdict is none: it fails closed."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: TextModel,
        *,
        clock: Clock,
        budget: timedelta = timedelta(seconds=30),
        left_out: LeftOut | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._clock = clock
        self._budget = budget
        self._left_out = left_out or LeftOut(_NAME)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free."""
        return await check_model(self._client, self._model, service=_NAME, clock=self._clock)

    async def rewrite(self, ask: RewriteRequest) -> PreparedPrompt:
        """Give the prompt to draw; see `Rewriter`."""
        try:
            async with asyncio.timeout(self._budget.total_seconds()):
                verdict, completion, named = await self._ask(ask)
        except TimeoutError as error:
            reason = f"no verdict within {self._budget}"
            raise ProviderFailed(_NAME, reason, fault=ProviderFault.TIMED_OUT) from error
        except ApiErrors as error:
            raise translate(error, _NAME, is_repeatable=True) from error
        drawn = self._drawn(verdict, named)
        return PreparedPrompt(drawn, self._cost(ask, completion, drawn))

    def estimate(self, ask: RewriteRequest) -> Cost:
        """Go by the length of what is sent, and by the usual length of an answer."""
        sent = _about(RULES + _as_data(ask))
        return self._priced(asked=sent, answered=_USUAL_ANSWER, is_estimate=True)

    async def _ask(self, ask: RewriteRequest) -> tuple[ModelVerdict, ChatCompletion, str | None]:
        """Give the verdict, the answer that it came in, and the service's id of it."""
        while True:
            sent = self._sent(ask)
            try:
                return await self._call(ask, sent)
            except openai.APIStatusError as error:
                if not self._left_out.learn(error, sent, words=ask.prompt):
                    raise

    def _sent(self, ask: RewriteRequest) -> dict[Parameter, object]:
        """Give what is sent unless the service does not take it."""
        wanted: dict[Parameter, object] = {
            "developer": "developer",
            "json_schema": answer_format(),
            "max_completion_tokens": _LONGEST_ANSWER,
            "safety_identifier": ask.author,
        }
        if self._model.effort:
            wanted["reasoning_effort"] = self._model.effort
        return {name: value for name, value in wanted.items() if not self._left_out.has(name)}

    async def _call(
        self, ask: RewriteRequest, sent: Mapping[Parameter, object]
    ) -> tuple[ModelVerdict, ChatCompletion, str | None]:
        has_schema = "json_schema" in sent
        rules = RULES if has_schema else RULES + in_words()
        extra: dict[str, object] = {name: value for name, value in sent.items() if name not in {"developer", "json_schema"}}
        if "max_completion_tokens" not in sent:
            extra["max_tokens"] = _LONGEST_ANSWER
        response = await self._client.chat.completions.with_raw_response.create(
            model=self._model.name,
            messages=[
                {"role": "developer", "content": rules} if "developer" in sent else {"role": "system", "content": rules},
                {"role": "user", "content": _as_data(ask)},
            ],
            response_format=answer_format() if has_schema else omit,
            extra_body=extra,
        )
        named = request_id(response.headers)
        try:
            completion = response.parse()
            if not completion.choices:
                raise _useless("no choice", named)
            return _verdict(completion.choices[0], named), completion, named
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            # Anything that is not a chat completion at all, or holds no verdict, shows itself in one of these ways.
            raise _useless(f"{type(error).__name__} while reading it", named) from error

    def _drawn(self, verdict: ModelVerdict, named: str | None) -> str:
        """Give the prompt of a verdict that says yes and is whole.

        Raises:
            PromptRefused: It says no.
            ProviderFailed: It says yes, but not as it should.
        """
        if verdict.verdict == "rejected":
            _reject(verdict, named)
        prompt = (verdict.rewritten_prompt or "").strip()
        if verdict.reason_code is not ReasonCode.OK:
            raise _useless("allowed, with a reason against it", named)
        if not prompt:
            raise _useless("allowed, without a prompt", named)
        if len(prompt) > _LONGEST_PROMPT:
            raise _useless("a prompt that is too long", named)
        return prompt

    def _cost(self, ask: RewriteRequest, completion: ChatCompletion, drawn: str) -> Cost:
        usage = completion.usage.to_dict(warnings=False) if completion.usage else {}
        asked, answered = token_count(usage.get("prompt_tokens")), token_count(usage.get("completion_tokens"))
        if asked is None or answered is None:
            return self._priced(asked=_about(RULES + _as_data(ask)), answered=_about(drawn), is_estimate=True)
        return self._priced(asked=asked, answered=answered, is_estimate=False)

    def _priced(self, *, asked: int, answered: int, is_estimate: bool) -> Cost:
        """Return what so many tokens cost; nothing where the price is not known."""
        prices = self._model.prices
        if prices is None:
            return Cost(is_estimate=True)
        return prices.cost(text_in=asked, image_in=0, out=answered, is_estimate=is_estimate)


def _verdict(choice: Choice, named: str | None) -> ModelVerdict:
    if choice.finish_reason == "length":
        raise _useless("cut short", named)
    if choice.finish_reason == "content_filter":
        raise _refused("content_filter", named)
    if choice.message.refusal:
        raise _refused("model_refusal", named)
    if not choice.message.content:
        raise _useless("no verdict", named)
    return read_verdict(choice.message.content)


def _as_data(ask: RewriteRequest) -> str:
    return json.dumps({"user_prompt": ask.prompt, "variation_of": ask.variation_of}, ensure_ascii=False)


def _about(text: str) -> int:
    """Guess the tokens of a text; four bytes make one, more or less."""
    return len(text.encode()) // 4 + 1


def _reject(verdict: ModelVerdict, named: str | None) -> NoReturn:
    raise PromptRefused(
        rule=f"{_NAME}:{verdict.reason_code}",
        sentence=sentence_for(verdict),
        safer=safer_prompt(verdict),
        request_id=named,
    )


def _refused(rule: str, named: str | None) -> PromptRefused:
    return PromptRefused(rule=f"{_NAME}:{rule}", sentence=_REFUSED, request_id=named)


def _useless(reason: str, named: str | None) -> ProviderFailed:
    return ProviderFailed(_NAME, reason, fault=ProviderFault.BAD_ANSWER, request_id=named)
