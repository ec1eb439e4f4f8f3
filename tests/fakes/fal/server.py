"""A server that behaves like queue.fal.run, by fal.ai/docs ("Inference API", "Model errors") and its models' pages."""

import math
import time

from aiohttp import web

from tests.fakes.queued import QueuedService, check_body, invalid, kind_of_base64
from tests.fakes.queued_call import Json, Kind, PaidCall

_MODELS = {
    "fal-ai/flux-2-pro",
    "fal-ai/flux-2-max",
    "fal-ai/flux-2-flex",
    "fal-ai/flux-2/turbo",
    "fal-ai/flux-2/klein/9b",
}
_NAMED_SIZES = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
_KNOWN = {"prompt", "image_size", "seed", "safety_tolerance", "enable_safety_checker", "output_format", "sync_mode"}
_MEGAPIXEL = 1024 * 1024


class FakeFal(QueuedService):
    """fal on this machine: `async with FakeFal(Options(queue=0.1)) as fake: ... fake.url`."""

    key_header = "authorization"

    def routes(self) -> list[web.RouteDef]:
        """Return the service's own routes."""
        call = "/{owner}/{app}/requests/{id}"
        return [
            web.get(f"{call}/status", self._status),
            web.get(call, self._result),
            web.put(f"{call}/cancel", self._cancel),
            web.post("/{model:.+}", self._submit),
        ]

    def _is_unknown(self, request: web.Request) -> bool:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return scheme != "Key" or not key or (self.options.key is not None and key != self.options.key)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        if self._is_unknown(request):
            return _not_authenticated()
        model, body = request.match_info["model"], await request.json()
        if model.removesuffix("/edit") not in _MODELS:
            return web.json_response({"detail": f"Application '{model}' not found"}, status=404)
        return await self.accept(request, model, body, _size(body) or (1024, 768), self._taken)

    def _taken(self, call: PaidCall) -> Json:
        return {"status": "IN_QUEUE", "queue_position": self._ahead_of(call), **self._addresses(call)}

    def _addresses(self, call: PaidCall) -> Json:
        base = f"{self.origin}/{'/'.join(call.model.split('/')[:2])}/requests/{call.id}"
        addresses = {"status_url": f"{base}/status", "response_url": base, "cancel_url": f"{base}/cancel"}
        return {"request_id": call.id, **addresses}

    def _ahead_of(self, call: PaidCall) -> int:
        """Count the calls that came before and still wait."""
        now = time.monotonic()
        return sum(1 for other in self.calls.values() if now < other.begins < call.begins)

    async def _status(self, request: web.Request) -> web.StreamResponse:
        call, trouble = self._look_up(request)
        if call is None or trouble is not None:
            return trouble or _no_call()
        if call.is_done or call.is_cancelled:
            return web.json_response({"status": "COMPLETED", "metrics": {"inference_time": 1.2}, **self._addresses(call)})
        state: Json = {"status": "IN_PROGRESS", "logs": None}
        if odd := call.odd_state():
            state = {"status": odd}
        elif call.is_waiting:
            state = {"status": "IN_QUEUE", "queue_position": self._ahead_of(call)}
        return web.json_response({**state, **self._addresses(call)}, status=202)

    async def _result(self, request: web.Request) -> web.StreamResponse:
        call, trouble = self._look_up(request)
        if call is None or trouble is not None:
            return trouble or _no_call()
        named = {"x-fal-request-id": call.id}
        if call.is_cancelled or not call.is_done:
            return web.json_response({"detail": "Request is still in progress"}, status=400, headers=named)
        if end := call.fate_of(Kind.END):
            return web.json_response(end.body, status=end.status, headers={**named, **end.headers})
        is_edit = call.model.endswith("/edit")
        known = _KNOWN | {"image_urls"} if is_edit else _KNOWN
        problem = check_body(call.body, known) or _check_size(call.body) or (_check_inputs(call) if is_edit else None)
        if problem is not None:
            return problem
        width, height = call.size
        picture = {"url": self.picture_address(call), "content_type": "image/png", "width": width, "height": height}
        result = {"images": [picture], "seed": 42, "prompt": call.body["prompt"], "has_nsfw_concepts": [False]}
        units = math.ceil(width * height / _MEGAPIXEL)
        return web.json_response(result, headers={**named, "x-fal-billable-units": str(units)})

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        call, trouble = self._look_up(request)
        if call is None or trouble is not None:
            return trouble or web.json_response({"status": "NOT_FOUND"}, status=404)
        if call.is_done:
            return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
        if call.is_waiting:
            call.stop()
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    def _look_up(self, request: web.Request) -> tuple[PaidCall | None, web.StreamResponse | None]:
        if self._is_unknown(request):
            return None, _not_authenticated()
        return self.find(request.match_info["id"]), self.poll_trouble(request)


def _not_authenticated() -> web.Response:
    return web.json_response({"detail": "Cannot access application. Authentication is required."}, status=401)


def _no_call() -> web.Response:
    return web.json_response({"detail": "Request not found"}, status=404)


def _size(body: Json) -> tuple[int, int] | None:
    size = body.get("image_size")
    if not isinstance(size, dict) or not all(isinstance(size.get(edge), int) for edge in ("width", "height")):
        return None
    return size["width"], size["height"]


def _check_inputs(call: PaidCall) -> web.Response | None:
    addresses = call.body.get("image_urls")
    if not isinstance(addresses, list) or not addresses:
        return invalid("image_urls", "Field required", "missing")
    if len(addresses) > (4 if call.model.startswith("fal-ai/flux-2/") else 8):
        return invalid("image_urls", "List should have fewer items", "too_long")
    for address in addresses:
        header, _, text = str(address).partition(",")
        if header != f"data:{kind_of_base64(text)};base64":
            return invalid("image_urls", "Failed to load the image", "image_load_error")
    return None


def _check_size(body: Json) -> web.Response | None:
    if body.get("image_size", "landscape_4_3") in _NAMED_SIZES:
        return None
    edges = _size(body)
    if edges is None or not all(256 <= edge <= 2048 for edge in edges):
        return invalid("image_size", "Input should be a size", "value_error")
    return None
