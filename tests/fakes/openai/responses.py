"""`/responses` in background mode, as far as pictures need it: a text model that calls the image generation tool."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.openai.error_replies import ErrorReply, RefusedError, error_reply
from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.image_rules import check_params
from tests.fakes.openai.images import Order, picture_of, usage
from tests.fakes.openai.state import Json, Paid, State
from tests.fakes.openai.wire import instead_of_an_answer, send

_PARAMS = {
    "model", "input", "instructions", "background", "store", "stream", "tools", "tool_choice", "max_tool_calls", "reasoning",
    "metadata", "safety_identifier", "max_output_tokens", "parallel_tool_calls", "temperature", "top_p", "text", "include",
}  # fmt: skip
_TOOL_PARAMS = {
    "type", "model", "action", "size", "quality", "background", "output_format", "output_compression", "moderation",
    "partial_images", "input_fidelity", "input_image_mask",
}  # fmt: skip
_TEXT_TOKENS = {
    "input_tokens": 200,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 40,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 240,
}


@dataclass(slots=True)
class Stored:
    """A response that was accepted; `due` is when it is done, by the loop's clock."""

    id: str
    order: Order
    body: Json
    fault: Fault
    due: float
    is_cancelled: bool = False
    is_done: bool = False


async def create(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Accept a call, which costs money from here on."""
    order = _order(state, body)
    paid = Paid(endpoint=Endpoint.RESPONSES, prompt=order.prompt, model=order.model, size=order.size, quality=order.quality, n=1)
    stored = Stored(f"resp_{order.number:08d}", order, body, fault, asyncio.get_running_loop().time() + state.options.delay)

    def accept() -> None:
        state.paid.append(paid)
        state.responses[stored.id] = stored

    await state.note(accept)
    return instead_of_an_answer(request, fault) or await send(request, _fields(state, stored, "queued"), fault)


async def retrieve(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Tell how far it is."""
    stored = _find(request, state)
    fields = await asyncio.to_thread(_fields, state, stored, _status(state, stored))
    return instead_of_an_answer(request, fault) or await send(request, fields, fault)


async def cancel(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Stop it, as often as somebody asks; one that is done cannot be stopped."""
    stored = _find(request, state)

    def stop() -> None:
        if _status(state, stored) not in {"queued", "in_progress", "cancelled"}:
            raise RefusedError(error_reply(400, "Cannot cancel a completed response.", code=None))
        stored.is_cancelled = True

    await state.note(stop)
    return instead_of_an_answer(request, fault) or await send(request, _fields(state, stored, "cancelled"), fault)


def _find(request: web.Request, state: State) -> Stored:
    found = state.responses.get(request.match_info["id"])
    if not isinstance(found, Stored):
        raise RefusedError(error_reply(404, f"Response with id '{request.match_info['id']}' not found.", code=None))
    return found


def _status(state: State, stored: Stored) -> str:
    if stored.is_cancelled:
        return "cancelled"
    is_due = asyncio.get_running_loop().time() >= stored.due and state.may_draw.is_set()
    stored.is_done = stored.is_done or is_due
    if not stored.is_done:
        return "in_progress" if state.may_draw.is_set() else "queued"
    return {Kind.RESPONSE_FAILED: "failed", Kind.INCOMPLETE: "incomplete"}.get(stored.fault.kind, "completed")


def _fields(state: State, stored: Stored, status: str) -> Json:
    """Return a response, as the SDK's `Response` has it."""
    is_over = status in {"completed", "failed", "incomplete"}
    fault, body = stored.fault, stored.body
    fields: Json = {
        "id": stored.id,
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "background": True,
        "error": {"code": fault.code, "message": f"It failed.{fault.says}"} if status == "failed" else None,
        "incomplete_details": {"reason": "content_filter"} if status == "incomplete" else None,
        "instructions": body.get("instructions"),
        "metadata": body.get("metadata", {}),
        "model": body["model"],
        "output": _output(state, stored) if status == "completed" else [],
        "parallel_tool_calls": True,
        "store": True,
        "tool_choice": body["tool_choice"],
        "tools": body["tools"],
        "usage": _TEXT_TOKENS if is_over else None,
    }
    if is_over and fault.kind is not Kind.NO_USAGE:
        drawn = usage(stored.order, 1) if status == "completed" else _NOTHING_USED
        fields["tool_usage"] = {"image_gen": drawn, "web_search": {"num_requests": 0}}
    return fields


_NOTHING_USED: Json = {
    "input_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
    "output_tokens": 0,
    "total_tokens": 0,
}


def _output(state: State, stored: Stored) -> list[Json]:
    order, fault = stored.order, stored.fault
    call: Json = {"id": f"ig_{order.number}", "type": "image_generation_call", "status": "completed", "action": "generate"}
    common = {"size": order.size, "quality": order.quality, "output_format": "png", "background": "opaque"}
    match fault.kind:
        case Kind.NO_PICTURES:
            return [_message({"type": "output_text", "text": "I drew nothing.", "annotations": []})]
        case Kind.MODEL_REFUSAL:
            return [_message({"type": "refusal", "refusal": "I can't help with that."})]
        case Kind.CALL_BLOCKED:
            error = {
                "type": "image_generation_user_error",
                "code": "moderation_blocked",
                "message": f"Your request was rejected by the safety system.{fault.says}",
                "moderation_details": {"moderation_stage": fault.stage, "categories": list(fault.categories)},
            }
            return [{**call, "status": "failed", "error": error}]
    return [{**call, **common, "revised_prompt": order.prompt, "result": picture_of(state, order, fault, 0)["b64_json"]}]


def _message(part: Json) -> Json:
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def _order(state: State, body: Json) -> Order:
    """Return what is to be drawn.

    Raises:
        RefusedError: Something is wrong with the request.
    """
    _check_names(body, _PARAMS)
    tools = body.get("tools")
    tool: Any = tools[0] if isinstance(tools, list) and len(tools) == 1 else None
    if not isinstance(tool, Mapping) or tool.get("type") != "image_generation":
        raise RefusedError(error_reply(400, "This fake only draws.", code=None, param="tools"))
    _check_names(tool, _TOOL_PARAMS)
    if body.get("background") is not True or body.get("store", True) is not True:
        raise RefusedError(error_reply(400, "Background mode requires store=true.", code=None, param="store"))
    model = str(body.get("model"))
    if model not in state.models or "image" in model or "moderation" in model:
        raise RefusedError(error_reply(404, f"The model '{model}' does not exist.", code="model_not_found"))
    asked = {name: tool[name] for name in ("model", "size", "quality") if name in tool} | {"prompt": body.get("input")}
    check_params(asked, known=set(asked), models=[name for name in state.models if "image" in name])
    return Order(
        endpoint=Endpoint.IMAGES,
        prompt=str(body["input"]),
        model=str(tool["model"]),
        size=str(tool.get("size", "1024x1024")),
        quality=str(tool.get("quality", "medium")),
        n=1,
        previews=0,
        number=next(state.orders),
    )


def _check_names(given: Mapping[str, object], known: set[str]) -> None:
    for name in given:
        if name not in known:
            reply: ErrorReply = error_reply(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
            raise RefusedError(reply)
