"""The REST API as an application of its own, mounted under `/api/v1`."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.adapters.web.forms import Forms
from bot.adapters.web.rest.authentication import authenticated_route
from bot.adapters.web.rest.error_responses import add_error_handlers, problem_responses, set_problem_media_type
from bot.adapters.web.rest.jobs import RestDependencies, RestJobs
from bot.adapters.web.rest.models import LONGEST_PAGE, DrawRequest, JobAnswer, JobsAnswer, PictureFormat, QuotaView
from bot.adapters.web.rest.order_form import FORM_SCHEMA
from bot.domain.inputs import BroughtPicture
from bot.domain.jobs import Job
from bot.ports.api_keys import ApiKey

PREFIX = "/api/v1"

_Answer = dict[str, Any]

_REPEAT_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_BODY_PROBLEMS = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_LOCATION = {"Location": {"description": "Where the job can be looked at.", "schema": {"type": "string"}}}


class _DocumentedApp(FastAPI):
    """An application whose description gives problems their media type."""

    def openapi(self) -> dict[str, Any]:
        return set_problem_media_type(super().openapi())


def build_rest(dependencies: RestDependencies, forms: Forms, base_url: str = "") -> FastAPI:
    """Return the application. Errors are problem+json with one sentence for people and a `kind` for programs.

    `base_url` is what the description's addresses begin with.
    """
    app = _DocumentedApp(
        title="easel",
        version="1",
        summary="Pictures from words, counted against the limits of whoever made the key.",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": f"{base_url}{PREFIX}"}],
        root_path_in_servers=False,
    )
    add_error_handlers(app)
    rest_jobs = RestJobs(dependencies)
    app.router.route_class = authenticated_route(rest_jobs, forms)
    _add_image_routes(app, rest_jobs)
    _add_job_routes(app, rest_jobs)
    return app


async def _key_of(
    request: Request,
    credentials: Annotated[  # noqa: ARG001 - it is in the description so
        HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False, description="A key from /apikey make."))
    ],
) -> ApiKey:
    key: ApiKey = request.state.key
    return key


async def _pictures_of(request: Request) -> tuple[BroughtPicture, ...]:
    """Return the files of a form."""
    return getattr(request.state, "pictures", ())


_Key = Annotated[ApiKey, Depends(_key_of)]
_Pictures = Annotated[tuple[BroughtPicture, ...], Depends(_pictures_of)]


def _add_image_routes(app: FastAPI, rest_jobs: RestJobs) -> None:
    @app.get("/quota", summary="How much is left today", responses=problem_responses())
    async def quota(key: _Key) -> QuotaView:
        return await rest_jobs.quota(key)

    ended: _Answer = {"model": JobAnswer, "description": "The job ended while it was waited for.", "headers": _LOCATION}
    accepted: _Answer = {"headers": _LOCATION}
    more = (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, *_BODY_PROBLEMS)

    @app.post(
        "/images",
        status_code=HTTPStatus.ACCEPTED,
        summary="Have pictures drawn",
        response_description="The job is accepted and has not ended yet.",
        responses={HTTPStatus.OK.value: ended, HTTPStatus.ACCEPTED.value: accepted, **problem_responses(*more)},
        openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": FORM_SCHEMA}}}},
    )
    async def draw(
        request: DrawRequest,
        key: _Key,
        pictures: _Pictures,
        response: Response,
        idempotency_key: Annotated[str, Header(description="The same again is the same job, not a new one.")] = "",
    ) -> JobAnswer:
        if idempotency_key and not _REPEAT_KEY.fullmatch(idempotency_key):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The Idempotency-Key has 1 to 200 plain characters without spaces.")
        draft = await rest_jobs.draft_of(request, pictures)
        job = await rest_jobs.wait_until_final(await rest_jobs.accept(draft, key, idempotency_key), request.wait)
        response.headers["Location"] = f"jobs/{job.id}"  # from beside the address asked, whatever a proxy puts before it
        response.status_code = HTTPStatus.OK if job.state.is_final else HTTPStatus.ACCEPTED
        return await rest_jobs.view(job, key, request.response)


def _add_job_routes(app: FastAPI, rest_jobs: RestJobs) -> None:
    @app.get("/jobs", summary="Your jobs, newest first", responses=problem_responses(HTTPStatus.NOT_FOUND))
    async def list_jobs(
        key: _Key,
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="How many at most.")] = 20,
        before: Annotated[str, Query(max_length=64, description="The `next` of the page before.")] = "",
    ) -> JobsAnswer:
        return await rest_jobs.page(key, limit, (await own(before, key)).id if before else None)

    @app.get("/jobs/{job}", summary="How a job stands", responses=problem_responses(HTTPStatus.NOT_FOUND))
    async def look(job: str, key: _Key, response: PictureFormat = PictureFormat.URL) -> JobAnswer:
        return await rest_jobs.view(await own(job, key), key, response)

    refusals = problem_responses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

    @app.post("/jobs/{job}/cancel", summary="Stop a job; what is being drawn already is counted", responses=refusals)
    async def cancel(job: str, key: _Key) -> JobAnswer:
        return await rest_jobs.view(await rest_jobs.cancel(await own(job, key)), key, PictureFormat.URL)

    @app.delete(
        "/jobs/{job}",
        status_code=HTTPStatus.NO_CONTENT,
        summary="Delete a job's pictures, wherever they show",
        responses=refusals,
    )
    async def delete(job: str, key: _Key) -> None:
        await rest_jobs.delete(await own(job, key))

    async def own(job: str, key: ApiKey) -> Job:
        found = await rest_jobs.find(job, key)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "You have no job by that id.")
        return found
