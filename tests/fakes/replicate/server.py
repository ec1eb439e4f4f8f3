"""A server that behaves like Replicate's HTTP API, on a port of its own (replicate.com/docs/reference/http)."""

from collections.abc import Mapping

from aiohttp import web

from tests.fakes.queued import QueuedService
from tests.fakes.queued_call import Fault, Json, Kind, PaidCall, Trouble
from tests.fakes.replicate.schemas import LISTS, SCHEMAS, problems_of, size_of

_KNOWN = {"input", "webhook", "webhook_events_filter", "stream"}


def _reply(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Fault:
    body = {"title": title, "detail": detail, "status": status}
    return Fault(kind=Kind.REPLY, status=status, body=body, headers=headers or {})


def _failed(error: str) -> Fault:
    return Fault(kind=Kind.END, body={"status": "failed", "error": error})


class FakeReplicate(QueuedService):
    """Replicate on this machine; its files are fetched without a key."""

    key_header = "authorization"
    accepted_status = 201
    troubles: Mapping[Trouble, Fault] = {
        Trouble.OUT_OF_MONEY: _reply(402, "Insufficient credit", "You have insufficient credit to run this model."),
        Trouble.RATE_LIMITED: _reply(
            429, "Too many requests", "Request was throttled. Your rate limit resets in ~7s.", {"Retry-After": "7"}
        ),
        Trouble.RATE_LIMITED_WITHOUT_HEADERS: _reply(429, "Too many requests", "Request was throttled."),
        Trouble.FLAGGED: _failed(
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (x7Kq)"
        ),
        Trouble.NO_MEMORY: _failed("CUDA out of memory. Tried to allocate 1.50 GiB (GPU 0; 79.15 GiB total capacity)"),
        Trouble.BROKEN: _failed("KeyError: 'sample' while drawing: {prompt}"),
        Trouble.LATE: Fault(kind=Kind.END, body={"status": "aborted"}),
        Trouble.NO_PICTURE: Fault(kind=Kind.END, body={"status": "succeeded", "output": None}),
        Trouble.OTHER_CALL: Fault(kind=Kind.END, body={"status": "succeeded", "id": "a-call-of-somebody-else"}),
    }

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"{self.origin}/v1"

    def routes(self) -> list[web.RouteDef]:
        """Return what the service answers."""
        return [
            web.post("/v1/models/{owner}/{model}/predictions", self._create),
            web.get("/v1/models/{owner}/{model}", self._get_model),
            web.get("/v1/predictions/{id}", self._get),
            web.post("/v1/predictions/{id}/cancel", self._cancel),
        ]

    async def _create(self, request: web.Request) -> web.StreamResponse:
        model, body = _model(request), await request.json()
        if self.is_stranger(request):
            return _not_authenticated()
        if model not in SCHEMAS:
            return _not_found()
        problems = problems_of(model, body.get("input", {}))
        if problems or set(body) - _KNOWN:
            detail = "\n".join(f"- {each['description']}" for each in problems)
            return _problem(422, "Input validation failed", detail, invalid_fields=problems)
        return await self.accept(request, model, body, size_of(body["input"]), lambda call: self._prediction(call, "starting"))

    async def _get_model(self, request: web.Request) -> web.StreamResponse:
        if self.is_stranger(request):
            return _not_authenticated()
        if _model(request) not in SCHEMAS:
            return _not_found()
        return web.json_response(
            {"owner": request.match_info["owner"], "name": request.match_info["model"], "visibility": "public"}
        )

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if self.is_stranger(request):
            return _not_authenticated()
        call = self.find(request.match_info["id"])
        return self.poll_trouble(request) or (web.json_response(self._show(call)) if call else _not_found())

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        if self.is_stranger(request):
            return _not_authenticated()
        call = self.find(request.match_info["id"])
        if call is None:
            return _not_found()
        call.stop()
        return web.json_response(self._show(call))

    def _show(self, call: PaidCall) -> Json:
        if call.stopped_at is not None:
            return self._prediction(call, "aborted" if call.is_cancelled else "canceled")
        if not call.is_done:
            return self._prediction(call, call.odd_state() or ("starting" if call.is_waiting else "processing"))
        if end := call.fate_of(Kind.END):
            return end.fill({**self._prediction(call, end.body["status"]), **end.body}, call.body["input"]["prompt"])
        links = [self.picture_address(call, index) for index in range(call.body["input"].get("num_outputs", 1))]
        return {**self._prediction(call, "succeeded"), "output": links if call.model in LISTS else links[0]}

    def _prediction(self, call: PaidCall, status: str) -> Json:
        here = f"{self.url}/predictions/{call.id}"
        ended = {"metrics": {"predict_time": 2.5, "total_time": 3.0}} if status in {"succeeded", "canceled", "failed"} else {}
        return {
            "id": call.id,
            "model": call.model,
            "version": "hidden",
            "input": call.body["input"],
            "logs": "",
            "output": None,
            "data_removed": False,
            "error": None,
            "status": status,
            "created_at": "2026-11-28T05:00:00.000Z",
            "urls": {"get": here, "cancel": f"{here}/cancel"},
            **ended,
        }


def _model(request: web.Request) -> str:
    return f"{request.match_info['owner']}/{request.match_info['model']}"


def _problem(status: int, title: str, detail: str, **more: object) -> web.Response:
    return web.json_response({"title": title, "detail": detail, "status": status, **more}, status=status)


def _not_authenticated() -> web.Response:
    return _problem(401, "Unauthenticated", "You did not pass a valid authentication token")


def _not_found() -> web.Response:
    return _problem(404, "Not found", "The requested resource could not be found.")
