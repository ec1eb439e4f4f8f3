"""A server that behaves like api.bfl.ai, by docs.bfl.ai (API reference, "Errors") and the schemas of docs.comfy.org."""

import math
import time

from aiohttp import web

from tests.fakes.queued import QueuedService, check_body, invalid, kind_of_base64
from tests.fakes.queued_call import Json, Kind, PaidCall

_CREDITS = {
    "flux-2-pro": (3.0, 1.5),
    "flux-2-pro-preview": (3.0, 1.5),
    "flux-2-max": (7.0, 3.0),
    "flux-2-flex": (5.0, 5.0),
    "flux-2-klein-4b": (1.4, 0.1),
    "flux-2-klein-9b": (1.5, 0.2),
}
_COMMON = {"prompt", "seed", "safety_tolerance", "webhook_url", "webhook_secret"}
_INPUTS = {"input_image", *(f"input_image_{number}" for number in range(2, 9))}
_FLUX_2 = _COMMON | _INPUTS | {"width", "height", "output_format"}
_FLEX = _FLUX_2 | {"steps", "guidance", "prompt_upsampling"}
_FLUX_3 = _COMMON - {"seed"} | {"aspect_ratio", "resolution", "grounding", "images", "version"}
_ASPECTS = ["auto", "21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1", "4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21"]
_RESOLUTIONS = {"768sq": (768, 4.1), "1k": (1024, 4.8), "1.5k": (1536, 7.0), "2k": (2048, 10.0), "4k": (4096, 60.7)}
_MEGAPIXEL = 1024 * 1024


class FakeBfl(QueuedService):
    """BFL on this machine: `async with FakeBfl(Options(delay=0.1)) as fake: ... fake.url`."""

    key_header = "x-key"

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"{self.origin}/v1"

    def routes(self) -> list[web.RouteDef]:
        """Return the service's own routes."""
        return [
            web.get("/v1/credits", self._credits),
            web.get("/v1/get_result", self._result),
            web.post("/v1/{model}", self._submit),
        ]

    def _is_unknown(self, request: web.Request) -> bool:
        key = request.headers.get("x-key")
        return not key or (self.options.key is not None and key != self.options.key)

    async def _credits(self, request: web.Request) -> web.StreamResponse:
        if self._is_unknown(request):
            return _not_authenticated()
        return self.poll_trouble(request) or web.json_response({"credits": 1234.5})

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        if self._is_unknown(request):
            return _not_authenticated()
        model, body = request.match_info["model"], await request.json()
        if model == "flux-3-image":
            problem = check_body(body, _FLUX_3) or _check_flux_3(body) or _check_inputs(body.get("images", []), 10)
        elif model in _CREDITS:
            inputs, most = [value for name, value in body.items() if name in _INPUTS], 4 if "klein" in model else 8
            problem = check_body(body, _FLEX if model == "flux-2-flex" else _FLUX_2) or _check_flux_2(body)
            problem = problem or _check_inputs(inputs, most)
        else:
            problem = web.json_response({"detail": "Not Found"}, status=404)
        return problem or await self.accept(request, model, body, _size(body), self._taken)

    def _taken(self, call: PaidCall) -> Json:
        megapixels = math.ceil(call.size[0] * call.size[1] / _MEGAPIXEL)
        if call.model in _CREDITS:
            first, further = _CREDITS[call.model]
            cost = first + (megapixels - 1) * further
        else:
            cost = _RESOLUTIONS[call.body.get("resolution", "1k")][1]
        address = f"{self.url}/get_result?id={call.id}"
        inputs = len([name for name in call.body if name in _INPUTS])
        if call.model in _CREDITS:
            cost += inputs * _CREDITS[call.model][1]
        return {"id": call.id, "polling_url": address, "cost": cost, "input_mp": inputs, "output_mp": megapixels}

    async def _result(self, request: web.Request) -> web.StreamResponse:
        if self._is_unknown(request):
            return _not_authenticated()
        trouble = self.poll_trouble(request)
        if trouble is not None:
            return trouble
        call = self.find(request.query.get("id", ""))
        if call is None:
            return web.json_response(_state(request.query.get("id", ""), "Task not found"), status=404)
        if not call.is_done:
            return web.json_response(_state(call.id, _working_state(call), progress=_progress(call)))
        if end := call.fate_of(Kind.END):
            return web.json_response({"id": call.id, "result": None, **end.body})
        result = {"sample": self.picture_address(call), "prompt": call.body["prompt"], "seed": 42, "duration": 1.0}
        return web.json_response(_state(call.id, "Ready", result=result))


def _working_state(call: PaidCall) -> str:
    if odd := call.odd_state():
        return odd
    if call.model != "flux-3-image":
        return "Pending"
    return "Reasoning" if call.is_waiting else "Generating"


def _progress(call: PaidCall) -> float | None:
    """Tell how far it is, from the moment on at which somebody works on it."""
    if call.ends <= call.begins or time.monotonic() < call.begins:
        return None
    return round(min(1.0, (time.monotonic() - call.begins) / (call.ends - call.begins)), 2)


def _state(id_: str, state: str, *, result: Json | None = None, progress: float | None = None) -> Json:
    return {"id": id_, "status": state, "result": result, "progress": progress, "details": None, "preview": None}


def _not_authenticated() -> web.Response:
    return web.json_response({"detail": "Not authenticated"}, status=403)


def _check_flux_2(body: Json) -> web.Response | None:
    for edge in ("width", "height"):
        value = body.get(edge, 1024)
        if not isinstance(value, int) or value % 16 or not 256 <= value <= 2048:
            return invalid(edge, "Input should be a multiple of 16 between 256 and 2048", "value_error")
    if body.get("output_format", "jpeg") not in {"jpeg", "png"}:
        return invalid("output_format", "Input should be 'jpeg' or 'png'", "enum")
    return None


def _check_inputs(inputs: list[object], most: int) -> web.Response | None:
    if len(inputs) > most or any(kind_of_base64(one) is None for one in inputs):
        return invalid("input_image", "Invalid image", "value_error")
    return None


def _check_flux_3(body: Json) -> web.Response | None:
    if body.get("aspect_ratio", "auto") not in _ASPECTS:
        return invalid("aspect_ratio", "Input should be one of the aspect ratios", "literal_error")
    resolution = body.get("resolution", "1k")
    if resolution not in _RESOLUTIONS or (resolution == "768sq" and body.get("aspect_ratio") != "1:1"):
        return invalid("resolution", "Input should be one of the resolutions", "literal_error")
    if not isinstance(body.get("grounding", True), bool):
        return invalid("grounding", "Input should be a valid boolean", "bool_type")
    return None


def _size(body: Json) -> tuple[int, int]:
    """Return the size that is drawn; FLUX 3 chooses multiples of 16."""
    if "aspect_ratio" not in body:
        return int(body.get("width", 1024)), int(body.get("height", 1024))
    wide, tall = (1, 1) if body["aspect_ratio"] == "auto" else map(int, body["aspect_ratio"].split(":"))
    edge = _RESOLUTIONS.get(body.get("resolution", "1k"), (1024, 0.0))[0]
    scale = edge / math.sqrt(wide * tall)
    return round(wide * scale / 16) * 16, round(tall * scale / 16) * 16
