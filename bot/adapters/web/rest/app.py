"""The REST API as an application of its own, mounted under `/api/v1`."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi import Response as HttpResponse
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.adapters.web.problems import problem, problem_of
from bot.adapters.web.rest.key_first import key_first
from bot.adapters.web.rest.models import ImageOrder, JobAnswer, Problem, QuotaView, Response
from bot.adapters.web.rest.orders import Backroom, Orders
from bot.errors import EaselError
from bot.ports.keys import ApiKey

PREFIX = "/api/v1"
SIGNED_PATHS = frozenset({f"{PREFIX}/images"})
"""Where programs post; they are believed for their key, not for being our page."""

_REPEAT_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {"model": Problem, "description": status.phrase}
    for status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
}


def build_rest(backroom: Backroom) -> FastAPI:
    """Build it. Errors are problem+json with one sentence for people and a `kind` for programs."""
    app = FastAPI(
        title="easel",
        version="1",
        summary="Pictures from words, counted against the limits of whoever made the key.",
        docs_url=None,
        redoc_url=None,
        responses=_PROBLEMS,
    )
    orders, bearer = Orders(backroom), HTTPBearer(auto_error=False, description="A key from /apikey make.")
    app.add_exception_handler(HTTPException, _say_http)
    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.add_exception_handler(status, _say_http)
    app.add_exception_handler(RequestValidationError, _say_invalid)
    app.add_exception_handler(EaselError, _say_ours)

    async def key_of(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],  # noqa: ARG001 - it is in the description so
    ) -> ApiKey:
        key: ApiKey = request.state.key
        return key

    app.router.route_class = key_first(orders)
    Key = Annotated[ApiKey, Depends(key_of)]  # noqa: N806 - a type

    @app.get("/quota", summary="How much is left today")
    async def quota(key: Key) -> QuotaView:
        return await orders.quota(key)

    @app.post("/images", status_code=HTTPStatus.ACCEPTED, summary="Have pictures drawn")
    async def draw(
        order: ImageOrder,
        key: Key,
        response: HttpResponse,
        idempotency_key: Annotated[str, Header(description="The same again is the same job, not a new one.")] = "",
    ) -> JobAnswer:
        if idempotency_key and not _REPEAT_KEY.fullmatch(idempotency_key):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The Idempotency-Key has 1 to 200 plain characters without spaces.")
        job = await orders.finished(await orders.accept(order, key, idempotency_key), order.wait)
        response.headers["Location"] = f"{PREFIX}/jobs/{job.id}"
        response.status_code = HTTPStatus.OK if job.state.is_final else HTTPStatus.ACCEPTED
        return await orders.view(job, order.response)

    @app.get("/jobs/{job}", summary="How a job stands")
    async def look(job: str, key: Key, response: Response = Response.URL) -> JobAnswer:
        found = await orders.find(job, key)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "You have no job by that id.")
        return await orders.view(found, response)

    return app


async def _say_http(request: Request, error: Exception) -> HttpResponse:  # noqa: ARG001 - the framework calls it so
    """Say what we raised, or what the framework found wrong with the address."""
    if not isinstance(error, HTTPException):
        status = HTTPStatus(getattr(error, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR))
        return problem(status, "There is nothing like that at this address; /api/docs says what there is.")
    answer = problem(HTTPStatus(error.status_code), error.detail)
    answer.headers.update(error.headers or {})
    return answer


async def _say_invalid(request: Request, error: Exception) -> HttpResponse:  # noqa: ARG001 - see above
    """Say which field is wrong, without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {first['msg']}.", kind="bad_input")


async def _say_ours(request: Request, error: Exception) -> HttpResponse:  # noqa: ARG001 - see above
    if not isinstance(error, EaselError):
        raise error
    return problem_of(error)
