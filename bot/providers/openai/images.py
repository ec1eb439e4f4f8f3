"""Pictures from OpenAI's image models, and from every gateway that answers as they do."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Literal, NotRequired, TypedDict, TypeVar

from openai import AsyncOpenAI

from bot.domain.health import Finding
from bot.domain.images import Abilities, Drawn, ImageRequest, Progress, Quality, Size
from bot.domain.money import Cost
from bot.errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.providers.openai.answers import Answer, Given, parse, read_answer
from bot.providers.openai.base64s import decode
from bot.providers.openai.checkup import check_model
from bot.providers.openai.complaints import read_complaint, request_id
from bot.providers.openai.errors import ApiErrors, judge, translate
from bot.providers.openai.fetch import PictureFetcher
from bot.providers.openai.models import ImageModel
from bot.providers.openai.streams import EventSplitter, parse_event

P = TypeVar("P")
T = TypeVar("T")

ResponseFormat = Literal["b64_json", "url"]

_OK = 200
_TOKENS_AROUND_A_PROMPT = 6
_BYTES_OF_A_TOKEN = 4
_TOKENS_OF_A_PROMPT = 300
_TOKENS_OF_A_PREVIEW = 100
"""What the older guides say; it only goes into estimates."""


class _Params(TypedDict):
    """What every call says, streamed or not."""

    model: str
    prompt: str
    size: str
    quality: Literal["low", "medium", "high"]
    n: int
    safety_identifier: NotRequired[str]
    response_format: NotRequired[ResponseFormat]


@dataclass(frozen=True, slots=True)
class _Reply:
    """A whole answer, how many previews came before it, and the service's id of it."""

    answer: Answer
    previews: int
    request_id: str | None


class OpenAIImages:
    """Draws with one model.

    A single picture is streamed when the model has previews and the operator
    wants some (`previews` at most); the API does not stream several.
    `response_format` is for gateways that must be told how to answer:
    OpenAI's own models refuse the parameter. So do some gateways with the
    author's hash, which is sent unless `names_authors` is off.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        model: ImageModel,
        *,
        clock: Clock,
        credit: str,
        name: str = "openai",
        previews: int = 0,
        response_format: ResponseFormat | None = None,
        names_authors: bool = True,
        fetcher: PictureFetcher | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._clock = clock
        self._credit = credit
        self._name = name
        self._previews = min(previews, model.abilities.previews)
        self._response_format = response_format
        self._names_authors = names_authors
        self._desk = asyncio.Lock()
        self._fetcher = fetcher or PictureFetcher(str(client.base_url))

    @property
    def name(self) -> str:
        """The key of its section in the settings."""
        return self._name

    @property
    def model(self) -> str:
        """The model's name, as the service spells it."""
        return self._model.name

    @property
    def credit(self) -> str:
        """The line under its pictures."""
        return self._credit

    @property
    def abilities(self) -> Abilities:
        """What the model can do, by the table or the operator's settings."""
        return self._model.abilities

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the list of models, which is free."""
        return await check_model(self._client, self._model, service=self._name, clock=self._clock)

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:
        """Go by the table of prices, for the nearest that the model draws."""
        able, prices = self.abilities, self._model.prices
        if prices is None:
            return Cost(is_estimate=True)
        each = self._model.output.tokens(able.fit(size), able.fit_quality(quality))
        previews = self._previews * _TOKENS_OF_A_PREVIEW if count == 1 else 0
        out = min(count, able.most) * each + previews
        return prices.cost(text_in=_TOKENS_OF_A_PROMPT, image_in=0, out=out, is_estimate=True)

    async def draw(self, request: ImageRequest, on_progress: OnProgress) -> Drawn:
        """Make one paid call; see `ImageProvider`."""
        self._refuse_impossible(request)
        try:
            if self._previews > 0 and request.previews and request.count == 1:
                reply = await self._watch(request, on_progress)
            else:
                reply = await self._wait(request)
        except ApiErrors as error:
            raise translate(error, self._name) from error
        return Drawn(
            pictures=await self._pictures(reply, request.count),
            model=self.model,
            cost=self._cost(request, reply),
            request_id=reply.request_id,
        )

    def _refuse_impossible(self, request: ImageRequest) -> None:
        """Keep a request that the model cannot do from being sent, and perhaps paid for."""
        able = self.abilities
        is_fine = able.fit(request.size) == request.size and request.quality in able.qualities and 1 <= request.count <= able.most
        if not is_fine:
            reason = f"{request.count} of {request.size} in {request.quality} quality is beyond {self.model}"
            raise ProviderFailed(self._name, reason, fault=ProviderFault.BAD_REQUEST)

    def _params(self, request: ImageRequest) -> _Params:
        params = _Params(
            model=self.model,
            prompt=request.prompt,
            size=str(request.size),
            quality=request.quality.value,
            n=request.count,
        )
        if self._names_authors:
            params["safety_identifier"] = request.author
        if self._response_format:
            params["response_format"] = self._response_format
        return params

    async def _wait(self, request: ImageRequest) -> _Reply:
        """Make a call that answers once, at its end."""
        async with self._client.images.with_streaming_response.generate(**self._params(request)) as response:
            named = request_id(response.headers)
            try:
                return _Reply(await self._read(await response.read(), named), 0, named)
            except ValueError as error:
                raise self._bad_answer(str(error), named) from error
            except ApiErrors as error:
                raise translate(error, self._name, request_id=named) from error

    async def _watch(self, request: ImageRequest, on_progress: OnProgress) -> _Reply:
        """Make a call that shows previews on its way."""
        calling = self._client.images.with_streaming_response.generate(
            **self._params(request), stream=True, partial_images=self._previews
        )
        async with calling as response:
            named = request_id(response.headers)
            try:
                if _is_json(response.headers):
                    return await self._read_unstreamed(await response.read(), named)
                return await self._follow(response.iter_bytes(), on_progress, named)
            except ApiErrors as error:
                raise translate(error, self._name, request_id=named) from error

    async def _follow(self, stream: AsyncIterator[bytes], on_progress: OnProgress, named: str | None) -> _Reply:
        """Read events until the picture comes; nothing after it can spoil it, so nothing after it is read."""
        previews = 0
        async with aclosing(self._events(stream, named)) as events:
            async for fields in events:
                kind = fields.get("type")
                if kind == "image_generation.completed":
                    return _Reply(read_answer(fields), previews, named)
                if kind == "image_generation.partial_image":
                    previews += 1
                    await self._show(fields, on_progress)
                elif kind == "error" or fields.get("error"):
                    raise self._judge_midway(fields, previews, named)
        raise OutcomeUnknown(self._name, "the stream ended before the picture", request_id=named)

    def _judge_midway(self, fields: Mapping[str, object], previews: int, named: str | None) -> Exception:
        """Say what an error event means; once a preview has come, drawing had begun."""
        failure = judge(read_complaint(fields, request_id=named), self._name)
        if previews and isinstance(failure, ProviderFailed):
            return OutcomeUnknown(self._name, f"after {previews} previews: {failure}", request_id=named)
        return failure

    async def _events(self, stream: AsyncIterator[bytes], named: str | None) -> AsyncGenerator[Mapping[str, object]]:
        """Give each event's fields."""
        splitter = EventSplitter()
        try:
            async for piece in stream:
                for event in splitter.feed(piece):
                    yield await self._off_loop(parse_event, event)
            for event in splitter.rest():
                yield await self._off_loop(parse_event, event)
        except ValueError as error:
            raise OutcomeUnknown(self._name, f"an event that is {error}", request_id=named) from error

    async def _off_loop(self, work: Callable[[P], T], argument: P) -> T:
        """Read or decode in a thread, one thing at a time: threads that compute side by side would starve the event loop."""
        async with self._desk:
            return await asyncio.to_thread(work, argument)

    async def _show(self, fields: Mapping[str, object], on_progress: OnProgress) -> None:
        """Pass a preview on; one that cannot be read, or comes while finished pictures wait to be, is only a preview less."""
        index = fields.get("partial_image_index")
        share = min(1.0, (index + 1) / (self._previews + 1)) if isinstance(index, int) and index >= 0 else None
        if self._desk.locked():
            await on_progress(Progress(share))
            return
        try:
            preview = await self._off_loop(decode, str(fields.get("b64_json")))
        except ValueError:
            return
        await on_progress(Progress(share, preview))

    async def _read_unstreamed(self, body: bytes, named: str | None) -> _Reply:
        """Read what a gateway without streaming answered to a request for a stream: a whole answer, or who knows what."""
        with suppress(ValueError):
            answer = await self._read(body, named)
            if answer.pictures:
                return _Reply(answer, 0, named)
        raise OutcomeUnknown(self._name, "JSON without a picture where a stream was asked for", request_id=named)

    async def _read(self, body: bytes, named: str | None) -> Answer:
        fields = await self._off_loop(parse, body)
        if fields.get("error"):
            raise judge(replace(read_complaint(fields, request_id=named), status=_OK), self._name)
        return read_answer(fields)

    async def _pictures(self, reply: _Reply, count: int) -> tuple[bytes, ...]:
        """Give the pictures that came; they are paid for, so fewer than asked for are not thrown away."""
        given = reply.answer.pictures
        if not given:
            raise self._bad_answer("no pictures", reply.request_id)
        return tuple([await self._bytes(picture, reply.request_id) for picture in given[:count]])

    async def _bytes(self, given: Given, named: str | None) -> bytes:
        if given.address:
            return await self._fetcher.fetch(given.address, provider=self._name, request_id=named)
        try:
            return await self._off_loop(decode, given.base64)
        except ValueError as error:
            raise self._bad_answer(str(error), named) from error

    def _cost(self, request: ImageRequest, reply: _Reply) -> Cost:
        prices, usage = self._model.prices, reply.answer.usage
        if prices is None:
            return Cost(is_estimate=True)
        if usage is not None:
            return prices.cost(text_in=usage.text_in, image_in=usage.image_in, out=usage.out)
        each = self._model.output.tokens(request.size, request.quality)
        return prices.cost(
            text_in=_TOKENS_AROUND_A_PROMPT - (-len(request.prompt.encode()) // _BYTES_OF_A_TOKEN),
            image_in=0,
            out=request.count * each + reply.previews * _TOKENS_OF_A_PREVIEW,
            is_estimate=True,
        )

    def _bad_answer(self, reason: str, named: str | None) -> ProviderFailed:
        return ProviderFailed(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=named)


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json")
