"""Pictures that a text model of OpenAI's draws with its tool, in the background: they are collected by the response's id."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.health import Finding
from bot.domain.images import Abilities, DrawingId, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import Cost, TokenPrices
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.errors import api_errors, translate_error
from bot.providers.openai.image_response import parse_json_object
from bot.providers.openai.model_check import check_model
from bot.providers.openai.models import ImageModel, TextModel
from bot.providers.openai_background.response import BackgroundResponse
from bot.providers.shared.base64_text import decode_base64
from bot.providers.shared.polling import poll

_INSTRUCTIONS = (
    "Call the image generation tool once. Its prompt is what the user wrote, word for word; add and leave out nothing."
)
_KEPT = timedelta(days=30)
_KEPT_WITHOUT_STORE = timedelta(minutes=10)
_TOKENS_OF_A_PROMPT = 300
_FREE = TokenPrices(text_in=0, image_in=0, out=0)


class OpenAiBackground:
    """Draws one picture a call with `model`, which `text_model` asks for: the service wants one, and it costs a little too."""

    def __init__(
        self, client: OpenAiClient, model: ImageModel, text_model: TextModel, *, name: str, attribution: str, clock: Clock
    ) -> None:
        self.name = name
        self.model = model.name
        self.abilities: Abilities = replace(model.abilities.for_words_alone(), most=1)
        self.attribution = attribution
        self._client = client
        self._model = model
        self._text_model = text_model
        self._clock = clock

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:  # noqa: ARG002 - it draws one, however many are wanted
        """Return the cost by the table of prices, for the nearest that the model draws."""
        picture = self._picture_estimate(self.abilities.fit(size), self.abilities.fit_quality(quality))
        words = self._text_prices.cost(text_in=2 * _TOKENS_OF_A_PROMPT, image_in=0, out=_TOKENS_OF_A_PROMPT)
        return picture + words

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free: both have to be there."""
        found = [await check_model(self._client, each, service=self.name, clock=self._clock) for each in self._models]
        return tuple(dict.fromkeys(finding for findings in found for finding in findings))

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make the paid call; see `TicketProvider`."""
        from openai import omit

        sdk = await self._client.load(self.name)
        effort = self._text_model.effort
        try:
            response = await sdk.responses.with_raw_response.create(
                model=self._text_model.name,
                instructions=_INSTRUCTIONS,
                input=request.prompt,
                background=True,
                store=True,
                tools=[
                    {
                        "type": "image_generation",
                        "model": self.model,
                        "action": "generate",
                        "size": str(request.size),
                        "quality": request.quality.value,
                    }
                ],
                tool_choice={"type": "image_generation"},
                max_tool_calls=1,
                reasoning={"effort": effort} if effort else omit,
                metadata={"drawing": request.drawing},
                safety_identifier=request.author,
            )
            fields = parse_json_object(response.content)
        except api_errors() as error:
            raise translate_error(error, self.name) from error
        except ValueError as error:
            raise OutcomeUnknown(self.name, str(error), fault=ProviderFault.BAD_ANSWER) from error
        found = fields.get("id")
        if not isinstance(found, str):
            raise OutcomeUnknown(self.name, "an answer without an id", fault=ProviderFault.BAD_ANSWER)
        kept = _KEPT if fields.get("store", True) else _KEPT_WITHOUT_STORE
        details = {"size": str(request.size), "quality": request.quality.value}
        return Ticket(id=found, expires_at=self._clock.now() + kept, details=details)

    def known_ticket(self, drawing: DrawingId) -> Ticket | None:  # noqa: ARG002 - the port's signature
        """Return None: the service chooses the id."""
        return None

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the end, and take the picture out of it; see `TicketProvider`."""

        async def ask() -> BackgroundResponse | None:
            response = await self._retrieve(ticket)
            return response if response.is_final else None

        response = await poll(ask, ticket=ticket, provider=self.name, clock=self._clock)
        cost = self._cost(response, ticket)
        await on_progress(Progress(cost=cost))
        if not response.picture:
            raise response.failure(self.name, ticket.id)
        try:
            picture = await asyncio.to_thread(decode_base64, response.picture)
        except ValueError as error:
            raise ProviderFailed(self.name, str(error), fault=ProviderFault.BAD_ANSWER, request_id=ticket.id) from error
        return ImageResult(pictures=(picture,), model=self.model, cost=cost, request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Cancel the response; one that has ended is asked for what it cost."""
        try:
            sdk = await self._client.load(self.name)
            raw = await sdk.responses.with_raw_response.cancel(ticket.id)
            response = BackgroundResponse(await asyncio.to_thread(parse_json_object, raw.content))
        except ProviderFailed:
            return None
        except api_errors(ValueError):
            try:
                response = await self._retrieve(ticket)
            except ProviderFailed:
                return None
        cost = self._cost(response, ticket)
        return cost if response.is_final and not cost.is_estimate else None

    async def _retrieve(self, ticket: Ticket) -> BackgroundResponse:
        sdk = await self._client.load(self.name)
        try:
            raw = await sdk.responses.with_raw_response.retrieve(ticket.id)
            return BackgroundResponse(await asyncio.to_thread(parse_json_object, raw.content))
        except ValueError as error:
            raise ProviderFailed(self.name, str(error), fault=ProviderFault.OVERLOADED) from error
        except api_errors() as error:
            raise translate_error(error, self.name, is_repeatable=True) from error

    @property
    def _models(self) -> tuple[ImageModel, TextModel]:
        return self._model, self._text_model

    @property
    def _text_prices(self) -> TokenPrices:
        return self._text_model.prices or _FREE

    def _picture_estimate(self, size: Size, quality: Quality) -> Cost:
        prices = self._model.prices or _FREE
        tokens = self._model.output.tokens(size, quality)
        return prices.cost(text_in=_TOKENS_OF_A_PROMPT, image_in=0, out=tokens, is_estimate=True)

    def _cost(self, response: BackgroundResponse, ticket: Ticket) -> Cost:
        """Return what the picture and the text model cost; an estimate stands for what the answer does not say."""
        words, picture = response.text_usage, response.picture_usage
        prices = self._model.prices or _FREE
        cost = Cost(is_estimate=self._model.prices is None or words is None)
        if words is not None:
            cost += self._text_prices.cost(text_in=words.text_in, image_in=0, out=words.out)
        if picture is not None:
            return cost + prices.cost(text_in=picture.text_in, image_in=picture.image_in, out=picture.out)
        return cost + (self._picture_estimate(*_parse_details(ticket.details)) if response.picture else Cost(is_estimate=True))


def _parse_details(details: Mapping[str, Any]) -> tuple[Size, Quality]:
    """Return the size and the quality that a ticket is for."""
    width, _, height = details["size"].partition("x")
    return Size(int(width), int(height)), Quality(details["quality"])
