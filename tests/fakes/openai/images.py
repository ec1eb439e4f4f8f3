"""`/images/generations` and `/images/edits`: whole answers and streams, and everything that can go wrong with them."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.image_rules import EDIT_PARAMS, GENERATION_PARAMS, check_edited, check_params
from tests.fakes.openai.pictures import bomb, png_base64, written_as
from tests.fakes.openai.state import Json, Paid, State
from tests.fakes.openai.wire import ServerSentEvents, cut, instead_of_an_answer, send, whole

_TOKENS = {
    ("1024x1024", "low"): 196,
    ("1024x1024", "medium"): 1756,
    ("1024x1024", "high"): 7024,
    ("1536x1024", "low"): 158,
    ("1536x1024", "medium"): 1372,
    ("1536x1024", "high"): 5488,
}
"""From OpenAI's calculator."""

_TOKENS_ELSEWHERE = 1000
_TOKENS_OF_A_PREVIEW = 100
TOKENS_OF_AN_INPUT = 1500


@dataclass(frozen=True, slots=True)
class Order:
    """An accepted call."""

    endpoint: Endpoint
    prompt: str
    model: str
    size: str
    quality: str
    n: int
    previews: int
    number: int
    inputs: int = 0
    output_format: str = "png"

    @property
    def event(self) -> str:
        """How its events are called."""
        return "image_edit" if self.endpoint is Endpoint.EDITS else "image_generation"

    @property
    def edges(self) -> tuple[int, int]:
        """Width and height."""
        width, height = self.size.split("x")
        return int(width), int(height)


_UNSTREAMED = {Kind.JSON_TO_STREAM, Kind.EMPTY_JSON_TO_STREAM}
"""What is answered at once even where a stream was asked for."""


async def generate(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Answer a call for a new picture."""
    return await _draw(request, state, Endpoint.IMAGES, body, fault)


async def edit(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Answer a call for a changed picture."""
    check_edited(body)
    return await _draw(request, state, Endpoint.EDITS, body, fault)


async def _draw(request: web.Request, state: State, endpoint: Endpoint, body: Json, fault: Fault) -> web.StreamResponse:
    known = EDIT_PARAMS if endpoint is Endpoint.EDITS else GENERATION_PARAMS
    extra = {"response_format"} if state.options.takes_response_format else set()
    check_params(body, known=known | extra, models=[name for name in state.models if "image" in name])
    order = order_of(endpoint, body, next(state.orders))
    paid = Paid(endpoint=endpoint, prompt=order.prompt, model=order.model, size=order.size, quality=order.quality, n=order.n)
    await state.note(lambda: state.paid.append(paid))
    with state.count_drawing():
        await state.may_draw.wait()
        return await _answer(request, state, order, body, fault)


async def _answer(request: web.Request, state: State, order: Order, body: Json, fault: Fault) -> web.StreamResponse:
    nothing = instead_of_an_answer(request, fault)
    if nothing is not None:
        return nothing
    if body.get("stream") and fault.kind not in _UNSTREAMED:
        return await _stream(request, state, order, fault)
    await asyncio.sleep(state.options.delay)
    if fault.kind is Kind.EMPTY_JSON_TO_STREAM:
        return whole({"created": 1, "data": []})
    return await send(request, await asyncio.to_thread(images_response, state, order, fault), fault)


def order_of(endpoint: Endpoint, body: Json, number: int) -> Order:
    """Read an accepted call."""
    size, quality, count = str(body.get("size", "auto")), str(body.get("quality", "auto")), body.get("n", 1)
    partial = body.get("partial_images", 0)
    return Order(
        endpoint=endpoint,
        prompt=str(body["prompt"]),
        model=str(body["model"]),
        size="1024x1024" if size == "auto" else size,
        quality="medium" if quality == "auto" else quality,
        n=count if isinstance(count, int) else 1,
        previews=partial if isinstance(partial, int) else 0,
        number=number,
        inputs=sum(len(files) for name in ("image", "image[]") if isinstance(files := body.get(name), list)),
        output_format=str(body.get("output_format", "png")),
    )


def images_response(state: State, order: Order, fault: Fault) -> Json:
    """Return a whole answer, as `ImagesResponse` has it."""
    given = {Kind.NO_PICTURES: 0, Kind.FEWER_PICTURES: order.n - 1}.get(fault.kind, order.n)
    body: Json = {
        "created": int(time.time()),
        "background": "opaque",
        "data": [picture_of(state, order, fault, position) for position in range(given)],
        "output_format": order.output_format,
        "quality": order.quality,
        "size": order.size,
        "usage": usage(order, order.n),
    }
    if fault.kind is Kind.NO_USAGE:
        del body["usage"]
    if fault.kind is Kind.STRANGE_USAGE:
        body["usage"] = {"prompt_tokens": 3, "inference_time_s": 1.5}
    return body


async def _stream(request: web.Request, state: State, order: Order, fault: Fault) -> web.StreamResponse:
    events = await asyncio.to_thread(stream_events, state, order, fault)
    pause = state.options.delay / len(events)
    stream = ServerSentEvents(request, fault.says) if fault.kind is Kind.MISLABELED else ServerSentEvents(request)
    await stream.begin()
    for sent, event in enumerate(events):
        await asyncio.sleep(pause)
        if sent == fault.after and fault.kind in _MIDWAY:
            await _break_off(request, stream, fault)
            break
        if sent == fault.after and fault.kind is Kind.SLOW_DRIP:
            await asyncio.Event().wait()
        if fault.kind is Kind.SLOPPY_STREAM:
            await _send_sloppily(stream, event)
        elif fault.kind is Kind.NAMED_EVENTS:
            name = str(event.pop("type"))
            await stream.send_raw(name, json.dumps(event))
        else:
            await stream.send(event)
    return stream.response()


async def _send_sloppily(stream: ServerSentEvents, event: Json) -> None:
    if "partial_image_index" in event:
        await stream.send({"type": "image_generation.mood", "mood": "good"})
        await stream.send(event | {"b64_json": "*"})
    else:
        await stream.send_bytes(f": nearly there\n\ndata:{json.dumps(event)}".encode())


_MIDWAY = {Kind.CUT_MID_STREAM, Kind.ERROR_EVENT, Kind.NESTED_ERROR_EVENT, Kind.GARBAGE_EVENT}


async def _break_off(request: web.Request, stream: ServerSentEvents, fault: Fault) -> None:
    error = {"type": "image_generation_user_error", "code": fault.code, "message": f"It failed.{fault.says}", "param": None}
    match fault.kind:
        case Kind.CUT_MID_STREAM:
            cut(request)
        case Kind.ERROR_EVENT:
            details = {"moderation_details": {"moderation_stage": "output", "categories": list(fault.categories)}}
            await stream.send({**error, "type": "error", **(details if fault.categories else {})})
        case Kind.NESTED_ERROR_EVENT:
            await stream.send({"type": "error", "error": error})
        case _:
            await stream.send_raw("image_generation.partial_image", '{"type": "image_gen')


def stream_events(state: State, order: Order, fault: Fault) -> list[Json]:
    """Return the events of a stream, as the SDK's event types have them."""
    common: Json = {
        "created_at": int(time.time()),
        "size": order.size,
        "quality": order.quality,
        "background": "opaque",
        "output_format": order.output_format,
    }
    width, height = order.edges
    about = state.options.picture_bytes // 4
    events: list[Json] = [
        {
            "type": f"{order.event}.partial_image",
            "b64_json": png_base64(width // 4, height // 4, about, f"preview {index} of {order.number}"),
            "partial_image_index": index,
            **common,
        }
        for index in range(order.previews)
    ]
    last = {"type": f"{order.event}.completed", **picture_of(state, order, fault, 0), **common, "usage": usage(order, 1)}
    if fault.kind is Kind.NO_USAGE:
        del last["usage"]
    return events if fault.kind is Kind.NO_COMPLETED else [*events, last]


def usage(order: Order, count: int) -> Json:
    """Return what is on the bill."""
    text = len(order.prompt) // 4 + 6
    seen = order.inputs * TOKENS_OF_AN_INPUT
    each = _TOKENS.get((order.size, order.quality), _TOKENS_ELSEWHERE)
    out = each * count + _TOKENS_OF_A_PREVIEW * order.previews
    return {
        "input_tokens": text + seen,
        "input_tokens_details": {"image_tokens": seen, "text_tokens": text},
        "output_tokens": out,
        "total_tokens": text + seen + out,
    }


def picture_of(state: State, order: Order, fault: Fault, position: int) -> Json:
    """Return one picture, as the answer has it."""
    match fault.kind:
        case Kind.URL:
            return {"url": fault.where}
        case Kind.DEAD_LINK if position == 0:
            return {"url": "/files/missing"}
        case Kind.NOT_A_PICTURE:
            return {"b64_json": base64.b64encode(b"<html>no picture today</html>").decode()}
        case Kind.BOMB:
            return {"b64_json": base64.b64encode(bomb()).decode()}
        case Kind.BAD_BASE64:
            return {"b64_json": "iVBORw0KGgo*not-base64*"}
    mark = f"picture {position} of call {order.number}"
    content = png_base64(*order.edges, state.options.picture_bytes, mark)
    return {"b64_json": content if order.output_format == "png" else written_as(order.output_format, content)}
