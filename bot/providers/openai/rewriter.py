"""A chat model that judges words and makes a fuller prompt of them."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

import structlog

from bot.domain.content import refusal_sentence
from bot.domain.gateways import OmittableParameter
from bot.domain.health import Finding
from bot.domain.jobs import PreparedPrompt
from bot.domain.money import Cost
from bot.errors import PromptRefused, RefusedBy
from bot.ports.clock import Clock
from bot.ports.prompts import RewriteRequest
from bot.provider_errors import REWRITER, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.error_response import read_request_id
from bot.providers.openai.errors import api_errors, is_status_error, translate_error
from bot.providers.openai.image_response import token_count
from bot.providers.openai.model_check import check_model
from bot.providers.openai.models import TextModel, text_model
from bot.providers.openai.rewriter_verdict import (
    ModelVerdict,
    ReasonCode,
    describe_schema,
    kind_of,
    parse_verdict,
    safer_prompt,
    verdict_format,
)
from bot.providers.openai.system_prompt import SYSTEM_PROMPT
from bot.providers.openai.unsupported_parameters import UnsupportedParameters

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion
    from openai.types.chat.chat_completion import Choice

log = structlog.get_logger(__name__)

_NAME = REWRITER
_MOST_ANSWER_TOKENS = 4096
"""Tokens: a prompt of the greatest length in any script, and the verdict around it."""

_TYPICAL_ANSWER_TOKENS = 150
"""Tokens; it only goes into estimates."""

_LONGEST_PROMPT = 8000
"""Characters; the model was told to stay far below."""

_REFUSED = "The model that prepares prompts will not touch these words; please try others."


class OpenAiRewriter:
    """Rewrites with one chat model, and fails closed: an answer that is not a clear verdict draws nothing.

    Shortly before the model is shut down its replacement rewrites, unless the
    model `is_pinned`.
    """

    def __init__(
        self,
        client: OpenAiClient,
        model: TextModel,
        *,
        clock: Clock,
        time_limit: timedelta = timedelta(seconds=30),
        unsupported: UnsupportedParameters | None = None,
        is_pinned: bool = False,
    ) -> None:
        self._client = client
        self._chosen = model
        self._gives_way = None if is_pinned else model.gives_way
        self._is_replaced = False
        self._clock = clock
        self._time_limit = time_limit
        self._unsupported = unsupported or UnsupportedParameters(_NAME)

    @property
    def model(self) -> TextModel:
        """Return the model that rewrites today."""
        if self._gives_way is None or self._clock.now().date() < self._gives_way:
            return self._chosen
        if not self._is_replaced:
            self._is_replaced = True
            log.warning(
                "rewriter.replaced",
                model=self._chosen.name,
                replacement=self._chosen.replacement,
                shuts_down=str(self._chosen.shuts_down),
            )
        return text_model(self._chosen.replacement)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free."""
        model = self.model
        replaced_on = self._gives_way if model is self._chosen else None
        return await check_model(self._client, model, service=_NAME, clock=self._clock, replaced_on=replaced_on)

    async def rewrite(self, ask: RewriteRequest) -> PreparedPrompt:
        """Return the prompt to draw; see `Rewriter`."""
        verdict, completion, request_id = await self._ask_in_time(ask)
        drawn = self._accept(verdict, request_id)
        return PreparedPrompt(drawn, self._cost(ask, completion, drawn))

    async def _ask_in_time(self, ask: RewriteRequest) -> "tuple[ModelVerdict, ChatCompletion, str | None]":
        """Return what `_ask` does, or raise what `Rewriter` says of failures."""
        sdk = await self._client.load(_NAME)
        try:
            async with asyncio.timeout(self._time_limit.total_seconds()):
                return await self._ask(sdk, ask)
        except TimeoutError as error:
            reason = f"no verdict within {self._time_limit}"
            raise ProviderFailed(_NAME, reason, fault=ProviderFault.TIMED_OUT) from error
        except api_errors() as error:
            raise translate_error(error, _NAME, is_repeatable=True) from error

    async def soften(self, ask: RewriteRequest) -> PreparedPrompt | None:
        """Return the safer wording that the model offers with its verdict, whatever that is; see `Rewriter`."""
        verdict, completion, _ = await self._ask_in_time(ask)
        safer = safer_prompt(verdict)
        return None if safer is None else PreparedPrompt(safer, self._cost(ask, completion, safer))

    def estimate(self, ask: RewriteRequest) -> Cost:
        """Return the cost by the length of what is sent, and by the usual length of an answer."""
        sent = _estimate_tokens(SYSTEM_PROMPT + _user_message(ask))
        return self._price(asked=sent, answered=_TYPICAL_ANSWER_TOKENS, is_estimate=True)

    async def _ask(self, sdk: "AsyncOpenAI", ask: RewriteRequest) -> "tuple[ModelVerdict, ChatCompletion, str | None]":
        """Return the verdict, the answer that it came in, and the service's id of it."""
        while True:
            sent = self._optional_parameters(ask)
            try:
                return await self._call(sdk, ask, sent)
            except api_errors() as error:
                if not is_status_error(error) or not self._unsupported.learn(error, sent, words=ask.prompt):
                    raise

    def _optional_parameters(self, ask: RewriteRequest) -> dict[OmittableParameter, object]:
        """Return what is sent unless the service does not take it."""
        wanted: dict[OmittableParameter, object] = {
            "developer": "developer",
            "json_schema": verdict_format(),
            "max_completion_tokens": _MOST_ANSWER_TOKENS,
            "safety_identifier": ask.author,
        }
        if self.model.effort:
            wanted["reasoning_effort"] = self.model.effort
        return {name: value for name, value in wanted.items() if not self._unsupported.has(name)}

    async def _call(
        self, sdk: "AsyncOpenAI", ask: RewriteRequest, sent: Mapping[OmittableParameter, object]
    ) -> "tuple[ModelVerdict, ChatCompletion, str | None]":
        from openai import omit

        has_schema = "json_schema" in sent
        system_prompt = SYSTEM_PROMPT if has_schema else SYSTEM_PROMPT + describe_schema()
        extra: dict[str, object] = {name: value for name, value in sent.items() if name not in {"developer", "json_schema"}}
        if "max_completion_tokens" not in sent:
            extra["max_tokens"] = _MOST_ANSWER_TOKENS
        response = await sdk.chat.completions.with_raw_response.create(
            model=self.model.name,
            messages=[
                {"role": "developer", "content": system_prompt}
                if "developer" in sent
                else {"role": "system", "content": system_prompt},
                {"role": "user", "content": _user_message(ask)},
            ],
            response_format=verdict_format() if has_schema else omit,
            extra_body=extra,
        )
        request_id = read_request_id(response.headers)
        try:
            completion = response.parse()
            if not completion.choices:
                raise _bad_answer("no choice", request_id)
            return _read_choice(completion.choices[0], request_id), completion, request_id
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            # Anything that is not a chat completion at all, or holds no verdict, shows itself in one of these ways.
            raise _bad_answer(f"{type(error).__name__} while reading it", request_id) from error

    def _accept(self, verdict: ModelVerdict, request_id: str | None) -> str:
        """Return the prompt of a verdict that says yes and is whole.

        Raises:
            PromptRefused: It says no.
            ProviderFailed: It says yes, but not as it should.
        """
        if verdict.verdict == "rejected":
            _reject(verdict, request_id)
        prompt = (verdict.rewritten_prompt or "").strip()
        if verdict.reason_code is not ReasonCode.OK:
            raise _bad_answer("allowed, with a reason against it", request_id)
        if not prompt:
            raise _bad_answer("allowed, without a prompt", request_id)
        if len(prompt) > _LONGEST_PROMPT:
            raise _bad_answer("a prompt that is too long", request_id)
        return prompt

    def _cost(self, ask: RewriteRequest, completion: "ChatCompletion", drawn: str) -> Cost:
        usage = completion.usage.to_dict(warnings=False) if completion.usage else {}
        asked, answered = token_count(usage.get("prompt_tokens")), token_count(usage.get("completion_tokens"))
        if asked is None or answered is None:
            return self._price(
                asked=_estimate_tokens(SYSTEM_PROMPT + _user_message(ask)), answered=_estimate_tokens(drawn), is_estimate=True
            )
        return self._price(asked=asked, answered=answered, is_estimate=False)

    def _price(self, *, asked: int, answered: int, is_estimate: bool) -> Cost:
        """Return what so many tokens cost; nothing where the price is not known."""
        prices = self.model.prices
        if prices is None:
            return Cost(is_estimate=True)
        return prices.cost(text_in=asked, image_in=0, out=answered, is_estimate=is_estimate)


def _read_choice(choice: "Choice", request_id: str | None) -> ModelVerdict:
    if choice.finish_reason == "length":
        raise _bad_answer("cut short", request_id)
    if choice.finish_reason == "content_filter":
        raise _prompt_refused("content_filter", request_id)
    if choice.message.refusal:
        raise _prompt_refused("model_refusal", request_id)
    if not choice.message.content:
        raise _bad_answer("no verdict", request_id)
    return parse_verdict(choice.message.content)


def _user_message(ask: RewriteRequest) -> str:
    payload = {"user_prompt": ask.prompt, "variation_of": ask.variation_of, **({"was_refused": True} if ask.was_refused else {})}
    return json.dumps(payload, ensure_ascii=False)


def _estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has; four bytes make one, more or less."""
    return len(text.encode()) // 4 + 1


def _reject(verdict: ModelVerdict, request_id: str | None) -> NoReturn:
    category = kind_of(verdict.reason_code) or ""
    raise PromptRefused(
        rule=f"{_NAME}:{verdict.reason_code}",
        sentence=refusal_sentence(category),
        by=RefusedBy.REWRITER,
        category=category,
        safer=safer_prompt(verdict),
        request_id=request_id,
    )


def _prompt_refused(rule: str, request_id: str | None) -> PromptRefused:
    return PromptRefused(rule=f"{_NAME}:{rule}", sentence=_REFUSED, request_id=request_id)


def _bad_answer(reason: str, request_id: str | None) -> ProviderFailed:
    return ProviderFailed(_NAME, reason, fault=ProviderFault.BAD_ANSWER, request_id=request_id)
