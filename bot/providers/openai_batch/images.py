"""Pictures that OpenAI draws for half the price when it has time: each drawing is a batch of one line."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.domain.health import Finding
from bot.domain.images import Abilities, DrawingId, ImageRequest, ImageResult, Lane, Progress, Quality, Size
from bot.domain.money import FREE, Cost, TokenPrices
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault, StillDrawing
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.errors import api_errors, translate_error
from bot.providers.openai.image_response import ImageResponse, parse_json_object
from bot.providers.openai.model_check import check_model
from bot.providers.openai.models import ImageModel
from bot.providers.openai_batch.batch import ENDPOINT, BatchLine, BatchStatus, find_line, input_line
from bot.providers.shared.base64_text import decode_base64
from bot.providers.shared.polling import jitter, passes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from openai import AsyncOpenAI

    Call = Callable[[AsyncOpenAI], Awaitable[Any]]

_KEPT = timedelta(days=3)
"""How long the service keeps the files: the day that it has to draw, and two in which they can be collected."""

_SHORTEST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)
_ASKED_AFTER = 0.25
"""The next look comes after this share of the time that has passed."""

_UNLISTED = timedelta(minutes=2)
"""How long a batch whose making was not confirmed may be missing in the list."""

_MOST_PAGES = 20
_PAGE = 100

_CANCEL_LOOKS = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each look whether a cancel is done; nobody waits longer."""

_TOKENS_OF_A_PROMPT = 300
_NO_PRICES = TokenPrices(text_in=0, image_in=0, out=0)


class OpenAiBatch:
    """Draws with `model`, whose prices are those of batches. A ticket goes by the drawing's id, which the batch bears too."""

    def __init__(self, client: OpenAiClient, model: ImageModel, *, name: str, attribution: str, clock: Clock) -> None:
        self.name = name
        self.model = model.name
        self.abilities: Abilities = replace(model.abilities.for_words_alone(), lane=Lane.RELAXED)
        self.attribution = attribution
        self._client = client
        self._model = model
        self._clock = clock

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Return the cost by the table of prices, for the nearest that the model draws."""
        able = self.abilities
        tokens = self._model.output.tokens(able.fit(size), able.fit_quality(quality))
        return self._prices.cost(text_in=_TOKENS_OF_A_PROMPT, image_in=0, out=min(count, able.most) * tokens, is_estimate=True)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free."""
        return await check_model(self._client, self._model, service=self.name, clock=self._clock)

    async def submit(self, request: ImageRequest) -> Ticket:
        """Upload the line, which costs nothing, and make a batch of it; see `TicketProvider`."""
        expiry: Any = {"anchor": "created_at", "seconds": int(_KEPT.total_seconds())}
        name, content = f"{request.drawing}.jsonl", input_line(request, self.model)
        sdk = await self._client.load(self.name)
        try:
            file = await sdk.files.create(file=(name, content), purpose="batch", expires_after=expiry)
        except api_errors() as error:
            raise translate_error(error, self.name, is_repeatable=True) from error
        try:
            raw = await sdk.batches.with_raw_response.create(
                input_file_id=file.id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={"drawing": request.drawing},
                output_expires_after=expiry,
            )
            batch = BatchStatus(parse_json_object(raw.content))
        except api_errors() as error:
            raise translate_error(error, self.name) from error
        except ValueError as error:
            raise OutcomeUnknown(self.name, str(error), fault=ProviderFault.BAD_ANSWER) from error
        asked = {"batch": batch.id, "size": str(request.size), "quality": request.quality.value, "count": str(request.count)}
        return replace(self.known_ticket(request.drawing), details=asked)

    def known_ticket(self, drawing: DrawingId) -> Ticket:
        """Return the ticket of whatever batch bears the drawing's id."""
        return Ticket(id=drawing, expires_at=self._clock.now() + _KEPT)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Fetch the result if the batch has ended; see `TicketProvider`."""
        batch = await self._find(ticket)
        if not batch.is_final:
            raise self._not_yet(ticket, "not done before its result expires")
        line = await self._line(batch, ticket)
        images = line.images if line is not None else None
        if line is None or images is None:
            raise batch.failure(self.name) if line is None else line.failure(self.name)
        cost = self._cost(images, ticket)
        await on_progress(Progress(cost=cost))
        request_id = line.request_id or batch.id
        if not images.pictures:
            fault = ProviderFault.BAD_ANSWER
            raise ProviderFailed(self.name, "no pictures", fault=fault, request_id=request_id, may_be_refusal=True)
        try:
            encoded = [picture.base64 for picture in images.pictures]
            pictures = await asyncio.to_thread(lambda: tuple(map(decode_base64, encoded)))
        except ValueError as error:
            raise ProviderFailed(self.name, str(error), fault=ProviderFault.BAD_ANSWER, request_id=request_id) from error
        return ImageResult(pictures=pictures, model=self.model, cost=cost, request_id=request_id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop the batch, which is free where nothing of it was drawn; the service may take minutes to say so."""
        try:
            batch = await self._find(ticket)
            if not batch.is_final:
                await self._ask(ticket, lambda sdk: sdk.batches.with_raw_response.cancel(batch.id))
            for seconds in _CANCEL_LOOKS:
                await asyncio.sleep(seconds if not batch.is_final else 0)
                batch = await self._retrieve(batch.id, ticket)
                if batch.is_final:
                    line = await self._line(batch, ticket)
                    images = line.images if line is not None else None
                    if line is None and isinstance(batch.failure(self.name), OutcomeUnknown):
                        return None
                    return self._cost(images, ticket) if images is not None else FREE
        except (ProviderFailed, StillDrawing):
            return None
        return None

    async def _find(self, ticket: Ticket) -> BatchStatus:
        """Return the batch: by its id, or by that of the drawing where the answer with its id got lost."""
        if known := ticket.details.get("batch"):
            return await self._retrieve(known, ticket)
        page: dict[str, Any] = {"limit": _PAGE}
        for _ in range(_MOST_PAGES):
            raw = await self._ask(ticket, partial(_list, dict(page)))
            listed = raw.get("data")
            batches = [BatchStatus(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
            if found := next((batch for batch in batches if batch.is_of(ticket.id)), None):
                return found
            if not raw.get("has_more") or not batches:
                break
            page["after"] = batches[-1].id
        if self._age(ticket) < _UNLISTED:
            raise StillDrawing(self.name, _SHORTEST_PAUSE)
        raise OutcomeUnknown(self.name, "no batch of this drawing", fault=ProviderFault.BAD_ANSWER)

    async def _retrieve(self, batch: str, ticket: Ticket) -> BatchStatus:
        return BatchStatus(await self._ask(ticket, lambda sdk: sdk.batches.with_raw_response.retrieve(batch)))

    async def _line(self, batch: BatchStatus, ticket: Ticket) -> BatchLine | None:
        """Return what came of the line, which stands in one of two files, or in none."""
        for file in batch.files:
            content = await self._fetch(ticket, partial(_read, file))
            if line := await asyncio.to_thread(find_line, content, DrawingId(ticket.id)):
                return line
        return None

    async def _ask(self, ticket: Ticket, call: "Call") -> dict[str, Any]:
        content = await self._fetch(ticket, call)
        try:
            return dict(parse_json_object(content))
        except ValueError as error:
            raise self._not_yet(ticket, str(error)) from error

    async def _fetch(self, ticket: Ticket, call: "Call") -> bytes:
        """Return an answer's body. A failure here says nothing of the batch: if it is temporary, the batch is asked for again."""
        try:
            sdk = await self._client.load(self.name)
        except ProviderFailed as error:
            raise self._not_yet(ticket, str(error)) from error
        try:
            body: bytes = (await call(sdk)).content
        except api_errors() as error:
            failure = translate_error(error, self.name, is_repeatable=True)
            if isinstance(failure, ProviderFailed) and passes(failure):
                raise self._not_yet(ticket, str(failure)) from error
            raise OutcomeUnknown(self.name, str(failure), fault=ProviderFault.BAD_ANSWER) from error
        return body

    def _not_yet(self, ticket: Ticket, reason: str) -> StillDrawing | OutcomeUnknown:
        """Return `StillDrawing` with the time to look again; `OutcomeUnknown` once the service may have forgotten the batch."""
        if self._clock.now() >= ticket.expires_at:
            return OutcomeUnknown(self.name, reason, fault=ProviderFault.TIMED_OUT)
        pause = min(max(self._age(ticket) * _ASKED_AFTER, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        return StillDrawing(self.name, pause * jitter(ticket.id))

    def _age(self, ticket: Ticket) -> timedelta:
        return self._clock.now() - (ticket.expires_at - _KEPT)

    @property
    def _prices(self) -> TokenPrices:
        return self._model.prices or _NO_PRICES

    def _cost(self, images: ImageResponse, ticket: Ticket) -> Cost:
        """Return the cost by what was used; where the service does not say, by what was asked for."""
        if (usage := images.usage) is not None:
            return self._prices.cost(
                text_in=usage.text_in, image_in=usage.image_in, out=usage.out, is_estimate=self._model.prices is None
            )
        asked = ticket.details
        if "size" not in asked:
            return Cost(is_estimate=True)
        width, _, height = asked["size"].partition("x")
        return self.estimate(Size(int(width), int(height)), Quality(asked["quality"]), int(asked["count"]))


async def _list(page: dict[str, Any], sdk: "AsyncOpenAI") -> Any:
    return await sdk.batches.with_raw_response.list(**page)


async def _read(file: str, sdk: "AsyncOpenAI") -> Any:
    return await sdk.files.with_raw_response.content(file)
