"""A server that behaves like RunPod's serverless API, on a port of its own (docs.runpod.io/serverless/endpoints).

Its one endpoint, `e1`, has a worker that takes `prompt`, `width`, `height`, and
perhaps `seed` and `count`, and gives pictures as worker-comfyui does.
"""

import base64
import json

from aiohttp import web

from tests.fakes.paid_jobs import STATE, Job, Json, PaidJobsFake, State, Trouble, cut

ENDPOINT = "e1"
_TAKES = {"prompt": str, "width": int, "height": int, "seed": int, "count": int, "name": str}
_OPTIONAL = {"seed", "count", "name"}
_ODD_STATES = {Trouble.LATE: "TIMED_OUT", Trouble.STRANGE_STATE: "RETICULATING"}
_ENDINGS = {
    Trouble.FLAGGED: "ValueError: NSFW content detected in the output",
    Trouble.NO_MEMORY: json.dumps({"error_type": "<class 'torch.OutOfMemoryError'>", "error_message": "CUDA out of memory."}),
    Trouble.BROKEN: "RuntimeError: bad tensor while drawing {prompt}",
}
_REFUSALS = {
    Trouble.OUT_OF_MONEY: 402,
    Trouble.RATE_LIMITED: 429,
    Trouble.RATE_LIMITED_WITHOUT_HEADERS: 429,
    Trouble.SERVER_ERROR: 500,
}


class FakeRunPod(PaidJobsFake):
    """RunPod on this machine, with the endpoint `e1`."""

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"{self.origin}/v2"

    def routes(self) -> list[web.RouteDef]:
        """Return what the service answers."""
        return [
            web.post("/v2/{endpoint}/run", _run),
            web.get("/v2/{endpoint}/status/{id}", _status),
            web.post("/v2/{endpoint}/cancel/{id}", _cancel),
            web.get("/v2/{endpoint}/health", _health),
        ]


def _check(request: web.Request) -> State:
    state = request.app[STATE]
    given = request.headers.get("Authorization", "")
    if not given.startswith("Bearer ") or state.options.key not in {None, given.removeprefix("Bearer ")}:
        raise web.HTTPUnauthorized
    if request.match_info["endpoint"] != ENDPOINT:
        raise web.HTTPNotFound(text='{"error": "endpoint not found"}', content_type="application/json")
    return state


async def _run(request: web.Request) -> web.Response:
    state = _check(request)
    trouble = state.troubles.popleft() if state.troubles else None
    if trouble is Trouble.CUT_BEFORE:
        return cut(request)
    if trouble in _REFUSALS:
        headers = {"Retry-After": "7"} if trouble is Trouble.RATE_LIMITED else {}
        return web.json_response({"error": "not now"}, status=_REFUSALS[trouble], headers=headers)
    body = await request.json()
    if "input" not in body or set(body) - {"input", "webhook", "policy", "s3Config"} or not _is_policy(body.get("policy", {})):
        return web.json_response({"error": "bad request: body"}, status=400)
    job = state.accept(body["input"], trouble, dict(request.headers))
    job.policy = body.get("policy", {})
    if trouble is Trouble.CUT_AFTER:
        _show(state, job)
        return cut(request)
    return web.json_response({} if trouble is Trouble.NO_ID else {"id": job.id, "status": "IN_QUEUE"})


def _is_policy(policy: Json) -> bool:
    week = 7 * 24 * 3_600_000
    bounds = {"executionTimeout": 5_000, "ttl": 10_000}
    return all(name in bounds and isinstance(value, int) and bounds[name] <= value <= week for name, value in policy.items())


async def _status(request: web.Request) -> web.Response:
    state = _check(request)
    job = state.jobs.get(request.match_info["id"])
    if job is None or job.trouble is Trouble.FORGOTTEN:
        return web.json_response({"error": "job not found"}, status=404)
    return web.json_response(_show(state, job))


async def _cancel(request: web.Request) -> web.Response:
    state = _check(request)
    job = state.jobs[request.match_info["id"]]
    job.charged = not state.is_loading(job)
    job.was_canceled = not state.is_over(job)
    return web.json_response({"id": job.id, "status": "CANCELLED"})


async def _health(request: web.Request) -> web.Response:
    state = _check(request)
    waiting = sum(state.is_loading(job) for job in state.jobs.values())
    workers = {"idle": 0 if waiting else 1, "initializing": 1 if waiting else 0, "ready": 0, "running": 0, "throttled": 0}
    jobs = {"completed": 0, "failed": 0, "inProgress": 0, "inQueue": waiting, "retried": 0}
    return web.json_response({"jobs": jobs, "workers": workers})


def _show(state: State, job: Job) -> Json:
    id_ = "job-of-somebody-else" if job.trouble is Trouble.OTHER_JOB else job.id
    if job.was_canceled:
        return {"id": id_, "status": "CANCELLED"}
    if not state.is_over(job):
        return {"id": id_, "status": "IN_QUEUE" if state.is_loading(job) else "IN_PROGRESS"}
    if job.trouble and (odd := _ODD_STATES.get(job.trouble)):
        if job.trouble is Trouble.STRANGE_STATE:
            job.trouble = None
        return {"id": id_, "status": odd}
    job.charged = True
    ended: Json = {"id": id_, "delayTime": 772, "executionTime": 2500, "workerId": "w1"}
    if problem := _ENDINGS.get(job.trouble) if job.trouble else _problem_of(job.input):
        return {**ended, "status": "FAILED", "error": problem.replace("{prompt}", str(job.input.get("prompt")))}
    return {**ended, "status": "COMPLETED", "output": _output(state, job)}


def _problem_of(input_: Json) -> str | None:
    """Say what the worker does not take; the service itself does not look at it."""
    missing = [name for name in _TAKES if name not in _OPTIONAL and name not in input_]
    wrong = [name for name, value in input_.items() if name not in _TAKES or not isinstance(value, _TAKES[name])]
    return f"ValueError: bad input {missing} {wrong}" if missing or wrong else None


def _output(state: State, job: Job) -> Json:
    if job.trouble is Trouble.NO_PICTURE:
        return {"images": []}
    if job.trouble is Trouble.PRIVATE_LINK:
        return {"images": [{"filename": "a.png", "type": "s3_url", "data": "https://10.1.2.3/a.png"}]}
    pictures = [state.draw(job, job.input["width"], job.input["height"], index) for index in range(job.input.get("count", 1))]
    if job.trouble is Trouble.PAGE:
        pictures = [b"<html>Sign in</html>"]
    return {"images": [{"filename": "a.png", "type": "base64", "data": base64.b64encode(each).decode()} for each in pictures]}
