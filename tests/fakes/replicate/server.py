"""A server that behaves like Replicate's HTTP API, on a port of its own (replicate.com/docs/reference/http)."""

from aiohttp import web

from tests.fakes.paid_jobs import STATE, Job, Json, PaidJobsFake, State, Trouble, cut
from tests.fakes.replicate.schemas import LISTS, SCHEMAS, problems_of, size_of

_ODD_STATES = {Trouble.LATE: "aborted", Trouble.STRANGE_STATE: "reticulating"}
_ENDINGS = {
    Trouble.FLAGGED: "The input or output was flagged as sensitive. Please try again with different inputs. (E005) (x7Kq)",
    Trouble.NO_MEMORY: "CUDA out of memory. Tried to allocate 1.50 GiB (GPU 0; 79.15 GiB total capacity)",
    Trouble.BROKEN: "KeyError: 'sample' while drawing: {prompt}",
}
_REFUSALS = {
    Trouble.OUT_OF_MONEY: (402, "Insufficient credit", "You have insufficient credit to run this model."),
    Trouble.RATE_LIMITED: (429, "Too many requests", "Request was throttled. Your rate limit resets in ~7s."),
    Trouble.RATE_LIMITED_WITHOUT_HEADERS: (429, "Too many requests", "Request was throttled."),
    Trouble.SERVER_ERROR: (500, "Internal server error", "An unexpected error happened."),
}
_FILE = "/files/"


class FakeReplicate(PaidJobsFake):
    """Replicate on this machine; its files are fetched without a key."""

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"{self.origin}/v1"

    def routes(self) -> list[web.RouteDef]:
        """Return what the service answers."""
        return [
            web.post("/v1/models/{owner}/{model}/predictions", _create),
            web.get("/v1/models/{owner}/{model}", _get_model),
            web.get("/v1/predictions/{id}", _get),
            web.post("/v1/predictions/{id}/cancel", _cancel),
            web.get(_FILE + "{name}", _get_file),
        ]


def _problem(status: int, title: str, detail: str, **more: object) -> web.Response:
    headers = {"Retry-After": "7"} if "~7s" in detail else {}
    return web.json_response({"title": title, "detail": detail, "status": status, **more}, status=status, headers=headers)


def _check_key(request: web.Request) -> None:
    key = request.app[STATE].options.key
    given = request.headers.get("Authorization", "")
    if not given.startswith("Bearer ") or key not in {None, given.removeprefix("Bearer ")}:
        problem = _problem(401, "Unauthenticated", "You did not pass a valid authentication token")
        raise web.HTTPUnauthorized(text=problem.text, content_type="application/json")


async def _create(request: web.Request) -> web.Response:
    _check_key(request)
    state, model = request.app[STATE], f"{request.match_info['owner']}/{request.match_info['model']}"
    trouble = state.troubles.popleft() if state.troubles else None
    if trouble is Trouble.CUT_BEFORE:
        return cut(request)
    if trouble in _REFUSALS:
        return _problem(*_REFUSALS[trouble])
    if model not in SCHEMAS:
        return _problem(404, "Not found", "The requested resource could not be found.")
    body = await request.json()
    problems = problems_of(model, body.get("input", {}))
    unknown = set(body) - {"input", "webhook", "webhook_events_filter", "stream"}
    if problems or unknown:
        detail = "\n".join(f"- {each['description']}" for each in problems)
        return _problem(422, "Input validation failed", detail, invalid_fields=problems)
    job = state.accept({**body["input"], "model": model}, trouble, dict(request.headers))
    if trouble is Trouble.CUT_AFTER:
        _show(request, job)
        return cut(request)
    return web.json_response({} if trouble is Trouble.NO_ID else _prediction(request, job, "starting"), status=201)


async def _get_model(request: web.Request) -> web.Response:
    _check_key(request)
    owner, model = request.match_info["owner"], request.match_info["model"]
    if f"{owner}/{model}" not in SCHEMAS:
        return _problem(404, "Not found", "The requested resource could not be found.")
    return web.json_response({"owner": owner, "name": model, "visibility": "public"})


async def _get(request: web.Request) -> web.Response:
    _check_key(request)
    job = request.app[STATE].jobs.get(request.match_info["id"])
    if job is None or job.trouble is Trouble.FORGOTTEN:
        return _problem(404, "Not found", "The requested resource could not be found.")
    return web.json_response(_show(request, job))


async def _cancel(request: web.Request) -> web.Response:
    _check_key(request)
    job = request.app[STATE].jobs[request.match_info["id"]]
    if not request.app[STATE].is_over(job):
        job.was_canceled = True
    return web.json_response(_show(request, job))


async def _get_file(request: web.Request) -> web.Response:
    assert "Authorization" not in request.headers
    content = request.app[STATE].files.get(request.match_info["name"])
    if content is None:
        return web.Response(status=404, text="Not found")
    return web.Response(body=content, content_type="text/html" if content.startswith(b"<") else "image/png")


def _show(request: web.Request, job: Job) -> Json:
    state = request.app[STATE]
    if job.was_canceled:
        job.charged = not state.is_loading(job)
        return _prediction(request, job, "canceled" if job.charged else "aborted")
    if not state.is_over(job):
        return _prediction(request, job, "starting" if state.is_loading(job) else "processing")
    if job.trouble and (odd := _ODD_STATES.get(job.trouble)):
        if job.trouble is Trouble.STRANGE_STATE:
            job.trouble = None
        return _prediction(request, job, odd)
    if job.trouble in _ENDINGS:
        return {**_prediction(request, job, "failed"), "error": _ENDINGS[job.trouble].format(prompt=job.input["prompt"])}
    job.charged = True
    return {**_prediction(request, job, "succeeded"), "output": _output(state, job, request)}


def _output(state: State, job: Job, request: web.Request) -> object:
    if job.trouble is Trouble.NO_PICTURE:
        return None
    if job.trouble is Trouble.PRIVATE_LINK:
        return "https://10.1.2.3/out-0.png"
    links = []
    for index in range(job.input.get("num_outputs", 1)):
        name = f"{job.id}-{index}.png"
        page = b"<html>Sign in</html>" if job.trouble is Trouble.PAGE else None
        state.files[name] = page or state.draw(job, *size_of(job.input), index)
        links.append(str(request.url.origin().with_path(_FILE + name)))
    return links if job.input["model"] in LISTS else links[0]


def _prediction(request: web.Request, job: Job, status: str) -> Json:
    here = request.url.origin()
    is_other = job.trouble is Trouble.OTHER_JOB and request.method == "GET"
    ended = {"metrics": {"predict_time": 2.5, "total_time": 3.0}} if status in {"succeeded", "canceled", "failed"} else {}
    return {
        "id": "job-of-somebody-else" if is_other else job.id,
        "model": job.input["model"],
        "version": "hidden",
        "input": {name: value for name, value in job.input.items() if name != "model"},
        "logs": "",
        "output": None,
        "data_removed": False,
        "error": None,
        "status": status,
        "created_at": "2026-11-28T05:00:00.000Z",
        "urls": {
            "get": str(here.with_path(f"/v1/predictions/{job.id}")),
            "cancel": str(here.with_path(f"/v1/predictions/{job.id}/cancel")),
        },
        **ended,
    }
