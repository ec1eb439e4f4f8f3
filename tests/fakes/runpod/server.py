"""A server that behaves like RunPod's serverless API, on a port of its own (docs.runpod.io/serverless/endpoints).

Its one endpoint, `e1`, has a worker that takes `prompt`, `width`, `height`, and
perhaps `seed` and `count`, and gives pictures as worker-comfyui does.
"""

import base64
import json
from collections.abc import Mapping

from aiohttp import web

from tests.fakes.queued import QueuedService
from tests.fakes.queued_call import Fault, Json, Kind, PaidCall, Trouble

ENDPOINT = "e1"
_KNOWN = {"input", "webhook", "policy", "s3Config"}
_TAKES = {"prompt": str, "width": int, "height": int, "seed": int, "count": int, "name": str}
_OPTIONAL = {"seed", "count", "name"}
_NO_MEMORY = json.dumps({"error_type": "<class 'torch.OutOfMemoryError'>", "error_message": "CUDA out of memory."})


def _reply(status: int, headers: Mapping[str, str] | None = None) -> Fault:
    return Fault(kind=Kind.REPLY, status=status, body={"error": "not now"}, headers=headers or {})


def _end(status: str, **more: object) -> Fault:
    return Fault(kind=Kind.END, body={"status": status, **more})


class FakeRunPod(QueuedService):
    """RunPod on this machine, with the endpoint `e1`."""

    key_header = "authorization"
    troubles: Mapping[Trouble, Fault] = {
        Trouble.OUT_OF_MONEY: _reply(402),
        Trouble.RATE_LIMITED: _reply(429, {"Retry-After": "7"}),
        Trouble.RATE_LIMITED_WITHOUT_HEADERS: _reply(429),
        Trouble.FLAGGED: _end("FAILED", error="ValueError: NSFW content detected in the output"),
        Trouble.NO_MEMORY: _end("FAILED", error=_NO_MEMORY),
        Trouble.BROKEN: _end("FAILED", error="RuntimeError: bad tensor while drawing {prompt}"),
        Trouble.LATE: _end("TIMED_OUT"),
        Trouble.NO_PICTURE: _end("COMPLETED", output={"images": []}),
        Trouble.OTHER_CALL: _end("COMPLETED", id="a-call-of-somebody-else"),
    }

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"{self.origin}/v2"

    def routes(self) -> list[web.RouteDef]:
        """Return what the service answers."""
        return [
            web.post("/v2/{endpoint}/run", self._run),
            web.get("/v2/{endpoint}/status/{id}", self._status),
            web.post("/v2/{endpoint}/cancel/{id}", self._cancel),
            web.get("/v2/{endpoint}/health", self._health),
        ]

    def _turn_away(self, request: web.Request) -> web.Response | None:
        """Return the answer to whoever has no key, or asks for an endpoint that is not there."""
        if self.is_stranger(request):
            return web.json_response({"error": "unauthorized"}, status=401)
        if request.match_info["endpoint"] != ENDPOINT:
            return web.json_response({"error": "endpoint not found"}, status=404)
        return None

    async def _run(self, request: web.Request) -> web.StreamResponse:
        if (answer := self._turn_away(request)) is not None:
            return answer
        body = await request.json()
        if "input" not in body or set(body) - _KNOWN or not _is_policy(body.get("policy", {})):
            return web.json_response({"error": "bad request: body"}, status=400)
        edges = (body["input"].get("width", 0), body["input"].get("height", 0))
        return await self.accept(request, ENDPOINT, body, edges, lambda call: {"id": call.id, "status": "IN_QUEUE"})

    async def _status(self, request: web.Request) -> web.StreamResponse:
        if (answer := self._turn_away(request) or self.poll_trouble(request)) is not None:
            return answer
        call = self.find(request.match_info["id"])
        if call is None:
            return web.json_response({"error": "job not found"}, status=404)
        return web.json_response(self._show(call))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        if (answer := self._turn_away(request)) is not None:
            return answer
        call = self.find(request.match_info["id"])
        if call is None:
            return web.json_response({"error": "job not found"}, status=404)
        call.stop()
        return web.json_response({"id": call.id, "status": "CANCELLED"})

    async def _health(self, request: web.Request) -> web.StreamResponse:
        if (answer := self._turn_away(request)) is not None:
            return answer
        waiting = sum(call.is_waiting for call in self.calls.values())
        workers = {"idle": 0 if waiting else 1, "initializing": 1 if waiting else 0, "ready": 0, "running": 0, "throttled": 0}
        jobs = {"completed": 0, "failed": 0, "inProgress": 0, "inQueue": waiting, "retried": 0}
        return web.json_response({"jobs": jobs, "workers": workers})

    def _show(self, call: PaidCall) -> Json:
        if call.stopped_at is not None:
            return {"id": call.id, "status": "CANCELLED"}
        if not call.is_done:
            return {"id": call.id, "status": call.odd_state() or ("IN_QUEUE" if call.is_waiting else "IN_PROGRESS")}
        ended: Json = {"id": call.id, "delayTime": 772, "executionTime": 2500, "workerId": "w1"}
        if end := call.fate_of(Kind.END):
            return end.fill({**ended, **end.body}, str(call.body["input"].get("prompt")))
        if problem := _problem_of(call.body["input"]):
            return {**ended, "status": "FAILED", "error": problem}
        return {**ended, "status": "COMPLETED", "output": {"images": self._images(call)}}

    def _images(self, call: PaidCall) -> list[Json]:
        fate = call.fate_of(Kind.PICTURE)
        if fate is not None and fate.where.startswith("https://"):
            return [{"filename": "a.png", "type": "s3_url", "data": fate.where}]
        pictures = [self.draw(call, index) for index in range(call.body["input"].get("count", 1))]
        return [{"filename": "a.png", "type": "base64", "data": base64.b64encode(each).decode()} for each in pictures]


def _is_policy(policy: Json) -> bool:
    week = 7 * 24 * 3_600_000
    bounds = {"executionTimeout": 5_000, "ttl": 10_000}
    return all(name in bounds and isinstance(value, int) and bounds[name] <= value <= week for name, value in policy.items())


def _problem_of(input_: Json) -> str | None:
    """Say what the worker does not take; the service itself does not look at it."""
    missing = [name for name in _TAKES if name not in _OPTIONAL and name not in input_]
    wrong = [name for name, value in input_.items() if name not in _TAKES or not isinstance(value, _TAKES[name])]
    return f"ValueError: bad input {missing} {wrong}" if missing or wrong else None
