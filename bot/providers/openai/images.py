"""Pictures from OpenAI's image models, and from every gateway that answers as they do."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import structlog

from bot.domain.gateways import OmittableParameter
from bot.domain.health import Finding
from bot.domain.images import Background, FileFormat, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.inputs import InputRole
from bot.domain.money import Cost, TokenPrices, UnitPrices
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient, is_openai_itself
from bot.providers.openai.error_response import read_request_id
from bot.providers.openai.errors import api_errors, is_status_error, translate_error
from bot.providers.openai.image_calls import call_of
from bot.providers.openai.image_response import PictureSource, TokenUsage
from bot.providers.openai.image_response_reader import ImageCallResult, ImageResponseReader, SerialThread
from bot.providers.openai.model_check import check_model
from bot.providers.openai.models import TOKENS_OF_AN_INPUT, ImageModel
from bot.providers.openai.unsupported_parameters import UnsupportedParameters
from bot.providers.shared.base64_text import decode_base64
from bot.providers.shared.identity import ProviderIdentity
from bot.providers.shared.picture_fetcher import PictureFetcher

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger(__name__)

ResponseFormat = Literal["b64_json", "url"]

_REPORTED_PARAMETERS: tuple[OmittableParameter, ...] = ("size", "quality")
"""What people are told about when it is left out."""

_LARGEST_PICTURE = 64 * 1024 * 1024
"""Bytes as base64: 8 megapixels that do not compress at all are 44 million."""

_TOKENS_AROUND_A_PROMPT = 6
_BYTES_OF_A_TOKEN = 4
_TOKENS_OF_A_PROMPT = 300
_TOKENS_OF_A_PREVIEW = 100
"""What the older guides say; it only goes into estimates."""


class OpenAiImages(ProviderIdentity[ImageModel]):
    """Draws with one model.

    A single picture is streamed when the model has previews and the operator
    wants some (`previews` at most); the API does not stream several.
    `response_format` is for gateways that must be told how to answer:
    OpenAI's own models refuse the parameter. `extra_body` is sent along. `unsupported` knows what a gateway
    does not take.
    """

    def __init__(
        self,
        client: OpenAiClient,
        model: ImageModel,
        *,
        clock: Clock,
        attribution: str,
        name: str = "openai",
        previews: int = 0,
        response_format: ResponseFormat | None = None,
        unsupported: UnsupportedParameters | None = None,
        fetcher: PictureFetcher | None = None,
        extra_body: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._client = client
        self._extra_body = extra_body
        self._clock = clock
        self._previews = min(previews, model.abilities.previews)
        self._response_format = response_format
        self._unsupported = unsupported or UnsupportedParameters(name)
        self._thread = SerialThread()
        self._fetcher = fetcher or PictureFetcher(str(client.base_url))

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free."""
        setting = "OPENAI_BASE_URL" if self._name == "openai" else f"[providers.{self._name}] base_url"
        return await check_model(self._client, self._model, service=self._name, clock=self._clock, address_setting=setting)

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Return the cost by the table of prices, for the nearest that the model draws."""
        able, prices = self.abilities, self._model.prices
        if prices is None:
            return self._unit_cost(able.fit(size), min(count, able.most))
        each = self._model.output.tokens(able.fit(size), able.fit_quality(quality))
        previews = self._previews * _TOKENS_OF_A_PREVIEW if count == 1 else 0
        out = min(count, able.most) * each + previews
        return prices.cost(text_in=_TOKENS_OF_A_PROMPT, image_in=0, out=out, is_estimate=True)

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        """Make one paid call; see `ImageProvider`. A parameter that the service calls wrong is left out of a second try."""
        self._refuse_impossible(request)
        sdk = await self._client.load(self._name)
        try:
            result, sent = await self._ask(sdk, request, on_progress)
        except api_errors() as error:
            raise translate_error(error, self._name) from error
        cost = self._cost(request, result)
        # Told before the pictures are loaded: what an answer cost is booked whatever becomes of its pictures.
        await on_progress(Progress(cost=cost))
        return ImageResult(
            pictures=await self._load_all(result, request.count),
            model=self.model,
            cost=cost,
            request_id=result.request_id,
            notes=tuple(
                f"the service does not take a {name}, so it chose its own" for name in _REPORTED_PARAMETERS if name not in sent
            ),
        )

    def _refuse_impossible(self, request: ImageRequest) -> None:
        """Raise for a request that the model cannot do, before it is sent and perhaps paid for."""
        able = self.abilities
        is_fine = able.fit(request.size) == request.size and request.quality in able.qualities and 1 <= request.count <= able.most
        pictures = sum(one.role is not InputRole.MASK for one in request.inputs)
        is_fine = is_fine and (able.draws_clear or request.background is Background.FULL)
        is_fine = is_fine and pictures <= able.most_inputs and (able.takes_mask or pictures == len(request.inputs))
        if not is_fine:
            reason = f"{request.count} of {request.size} in {request.quality} quality from {pictures} is beyond {self.model}"
            raise ProviderFailed(self._name, reason, fault=ProviderFault.BAD_REQUEST)

    async def _ask(
        self, sdk: "AsyncOpenAI", request: ImageRequest, on_progress: OnProgress
    ) -> tuple[ImageCallResult, Mapping[OmittableParameter, object]]:
        """Return the reply, and what was sent for it."""
        while True:
            sent = self._optional_parameters(request)
            try:
                return await self._call(sdk, request, sent, on_progress), sent
            except api_errors() as error:
                if not is_status_error(error):
                    raise
                omittable = {name: value for name, value in sent.items() if self._may_omit(name, request)}
                if not self._unsupported.learn(error, omittable, words=request.prompt):
                    raise

    def _optional_parameters(self, request: ImageRequest) -> Mapping[OmittableParameter, object]:
        """Return what is sent besides model and prompt, and not left out here."""
        wanted: dict[OmittableParameter, object] = {
            "size": str(request.size),
            "quality": request.quality.value,
            "n": request.count,
            "safety_identifier": request.author,
        }
        if request.format:
            wanted["output_format"] = request.format.value
        if self._response_format:
            wanted["response_format"] = self._response_format
        if self._previews > 0 and request.previews and request.count == 1:
            wanted["stream"] = True
        is_needed = request.count > 1
        return {
            name: value for name, value in wanted.items() if (name == "n" and is_needed) or not self._unsupported.has(name, value)
        }

    def _may_omit(self, name: OmittableParameter, request: ImageRequest) -> bool:
        """Whether a call without the parameter is as good; at OpenAI itself, another size or quality is another price."""
        if name == "n":
            return request.count == 1
        return name not in _REPORTED_PARAMETERS or not is_openai_itself(self._client)

    async def _call(
        self, sdk: "AsyncOpenAI", request: ImageRequest, sent: Mapping[OmittableParameter, object], on_progress: OnProgress
    ) -> ImageCallResult:
        previews = self._previews if "stream" in sent else 0
        extra: dict[str, object] = {**self._extra_body, **{str(name): value for name, value in sent.items()}}
        if previews:
            extra["partial_images"] = previews
        if request.background is Background.CLEAR:
            extra |= {"background": "transparent", "output_format": (request.format or FileFormat.PNG).value}

        async def on_usage(usage: TokenUsage) -> None:
            if self._model.prices is not None:
                await on_progress(Progress(cost=_cost_of(self._model.prices, usage)))

        async with call_of(sdk, self.model, request, extra) as response:
            request_id = read_request_id(response.headers)
            reader = ImageResponseReader(
                self._name,
                self._thread,
                request_id=request_id,
                previews=previews,
                largest=_LARGEST_PICTURE * (request.count + previews),
                on_progress=on_progress,
                on_usage=on_usage,
            )
            try:
                return await reader.read(response.iter_bytes())
            except api_errors() as error:
                raise translate_error(error, self._name, request_id=request_id) from error

    async def _load_all(self, result: ImageCallResult, count: int) -> tuple[bytes, ...]:
        """Return the pictures that came; they are paid for, so fewer than asked for are not thrown away."""
        sources = result.response.pictures[:count]
        if not sources:
            fault = ProviderFault.BAD_ANSWER
            raise ProviderFailed(self._name, "no pictures", fault=fault, request_id=result.request_id, may_be_refusal=True)
        came = await asyncio.gather(*(self._load(picture, result.request_id) for picture in sources))
        pictures = tuple(picture for picture in came if isinstance(picture, bytes))
        for problem in came:
            if isinstance(problem, ProviderFailed):
                log.warning("picture.lost", reason=str(problem))
                if not pictures:
                    raise problem
        return pictures

    async def _load(self, source: PictureSource, request_id: str | None) -> bytes | ProviderFailed:
        """Return a picture, or why there is none: that of one is not that of the others."""
        try:
            if source.address:
                return await self._fetcher.fetch(source.address, provider=self._name, request_id=request_id)
            return await self._thread.run(decode_base64, source.base64)
        except ProviderFailed as error:
            return error
        except ValueError as error:
            return ProviderFailed(self._name, str(error), fault=ProviderFault.BAD_ANSWER, request_id=request_id)

    def _unit_cost(self, size: Size, count: int) -> Cost:
        """Return the cost by the operator's prices of pictures and pixels; free where there are none."""
        prices = self._model.unit_prices or UnitPrices()
        return prices.cost(pictures=count, pixels=count * size.pixels, is_estimate=True)

    def _cost(self, request: ImageRequest, result: ImageCallResult) -> Cost:
        prices, usage = self._model.prices, result.response.usage
        if prices is None:
            return self._unit_cost(request.size, len(result.response.pictures[: request.count]))
        if usage is not None:
            return _cost_of(prices, usage)
        each = self._model.output.tokens(request.size, request.quality)
        return prices.cost(
            text_in=_TOKENS_AROUND_A_PROMPT - (-len(request.prompt.encode()) // _BYTES_OF_A_TOKEN),
            image_in=len(request.inputs) * TOKENS_OF_AN_INPUT,
            out=request.count * each + result.previews * _TOKENS_OF_A_PREVIEW,
            is_estimate=True,
        )


def _cost_of(prices: TokenPrices, usage: TokenUsage) -> Cost:
    return prices.cost(text_in=usage.text_in, image_in=usage.image_in, out=usage.out)
