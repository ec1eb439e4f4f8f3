"""The one worker of the server, which draws one graph after the other."""

import asyncio
import contextlib
import itertools
import time
from typing import Any

from tests.fakes.comfyui.state import Drawn, Item, Json, State, Trouble
from tests.fakes.openai.pictures import png

_NUMBERS = itertools.count(1)


async def work(state: State) -> None:
    """Draw what waits, the lowest number first, for ever."""
    while True:
        await state.may_draw.wait()
        async with state.changed:
            await state.changed.wait_for(lambda: state.pending)
        if state.may_draw.is_set():
            await draw_next(state)


async def draw_next(state: State) -> None:
    """Draw the next one that waits, if one does, once nothing else is being drawn."""
    async with state.drawing:
        if state.pending:
            await _draw(state, min(state.pending, key=lambda each: each.number))


async def _draw(state: State, item: Item) -> None:
    def begin() -> None:
        state.pending.remove(item)
        state.running = item
        state.drawn.append(_order(item))

    await state.note(begin)
    began = int(time.time() * 1000)
    seconds = state.options.delay + (0 if state.has_models else state.options.loading)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await item.stop.wait()
    if state.running is not item:
        return  # the server was restarted
    ended = max(int(time.time() * 1000), began + int(seconds * 1000))
    await state.note(lambda: _end(state, item, began, ended))


def _end(state: State, item: Item, began: int, ended: int) -> None:
    order = _order(item)
    outputs, event = _outcome(state, item, order)
    times = ({"timestamp": began}, {"timestamp": ended}) if item.trouble is not Trouble.NO_TIMES else ({}, {})
    name, fields = event
    messages = [
        ["execution_start", {"prompt_id": item.prompt_id, **times[0]}],
        ["execution_cached", {"nodes": [], "prompt_id": item.prompt_id, **times[0]}],
        [name, {"prompt_id": item.prompt_id, **fields, **times[1]}],
    ]
    is_success = name == "execution_success"
    status = {"status_str": "success" if is_success else "error", "completed": is_success, "messages": messages}
    state.history[item.prompt_id] = {"prompt": item.row, "outputs": outputs, "status": status, "meta": {}}
    state.running, state.has_models = None, True


def _outcome(state: State, item: Item, order: Drawn) -> tuple[Json, tuple[str, Json]]:
    at = {"node_id": "20", "node_type": "SamplerCustomAdvanced", "executed": [], "traceback": []}
    if item.stop.is_set():
        return {}, ("execution_interrupted", at)
    if order.width * order.height * order.count > state.options.most_pixels:
        error = {"exception_type": "torch.OutOfMemoryError", "exception_message": "Allocation on device 0 would exceed memory."}
        return {}, ("execution_error", {**at, **error})
    if item.trouble is Trouble.EXECUTION_ERROR:
        error = {"exception_type": "RuntimeError", "exception_message": f"bad tensor for {order.words}"}
        return {}, ("execution_error", {**at, **error})
    if item.trouble is Trouble.NO_PICTURES:
        return {}, ("execution_success", {})
    return {"22": {"images": [_save(state, order, index) for index in range(order.count)]}}, ("execution_success", {})


def _save(state: State, order: Drawn, index: int) -> Json:
    name = f"easel_{next(_NUMBERS):05}_.png"
    mark = f"{order.seed} {index} {order.words}"
    state.files[name] = png(order.width, order.height, state.options.picture_bytes, mark)
    return {"filename": name, "subfolder": "", "type": "output"}


def _order(item: Item) -> Drawn:
    latent, noise = _inputs(item, "EmptyFlux2LatentImage"), _inputs(item, "RandomNoise")
    return Drawn(
        prompt_id=item.prompt_id,
        words=str(_inputs(item, "CLIPTextEncode")["text"]),
        seed=noise["noise_seed"],
        width=latent["width"],
        height=latent["height"],
        count=latent["batch_size"],
    )


def _inputs(item: Item, kind: str) -> dict[str, Any]:
    inputs: dict[str, Any] = next(node["inputs"] for node in item.graph.values() if node["class_type"] == kind)
    return inputs
