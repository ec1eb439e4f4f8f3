"""OpenAI's image endpoints under `/v1`: what the REST API does, in the words that image clients know."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response

from bot.adapters.web.forms import Forms
from bot.adapters.web.openai_api.edit_form import read_edit, with_pictures
from bot.adapters.web.openai_api.errors import add_error_handlers, error_response, refused_response
from bot.adapters.web.openai_api.models import MODEL, ImageData, ImagesRequest, ImagesResponse, ModelList, ModelView
from bot.adapters.web.rest.authentication import authenticated_route
from bot.adapters.web.rest.jobs import RestDependencies, RestJobs
from bot.adapters.web.rest.models import JobAnswer, PictureFormat
from bot.domain.jobs import JobState
from bot.domain.wishes import Draft
from bot.ports.api_keys import ApiKey
from bot.text import join_words

OPENAI_PREFIX = "/v1"

_LONGEST_WAIT_SECONDS = 600.0
"""As long as OpenAI's own clients wait for an answer."""

_LONGEST_REPEAT_KEY = 200


def build_openai_api(dependencies: RestDependencies, forms: Forms) -> FastAPI:
    """Return the application. Keys, limits, moderation and history are those of the REST API."""
    app = FastAPI(title="easel", openapi_url=None, docs_url=None, redoc_url=None)
    add_error_handlers(app)
    rest_jobs = RestJobs(dependencies)
    app.router.route_class = authenticated_route(rest_jobs)
    _add_model_routes(app, rest_jobs)
    _add_image_routes(app, rest_jobs, forms)
    return app


async def _key_of(request: Request) -> ApiKey:
    key: ApiKey = request.state.key
    return key


_Key = Annotated[ApiKey, Depends(_key_of)]


def _add_model_routes(app: FastAPI, rest_jobs: RestJobs) -> None:
    @app.get("/models")
    async def list_models(key: _Key) -> ModelList:
        names = (MODEL, *(offer.name for offer in await rest_jobs.models(key)))
        return ModelList(data=tuple(ModelView(id=name) for name in names))

    @app.get("/models/{model}")
    async def look(model: str, key: _Key) -> ModelView:
        await _find_model(rest_jobs, key, model)
        return ModelView(id=model)


def _add_image_routes(app: FastAPI, rest_jobs: RestJobs, forms: Forms) -> None:
    @app.post("/images/generations", response_model=ImagesResponse, response_model_exclude_none=True)
    async def generate(
        request: ImagesRequest,
        key: _Key,
        idempotency_key: Annotated[str, Header(max_length=_LONGEST_REPEAT_KEY)] = "",
        x_stainless_retry_count: Annotated[str, Header()] = "0",
    ) -> ImagesResponse | Response:
        """Draw, and return the pictures. A client that repeats a call whose answer it has lost gets the pictures of that call."""
        draft = replace(request.to_draft(), model=await _find_model(rest_jobs, key, request.model))
        return await _draw(rest_jobs, key, draft, _Asked(idempotency_key, x_stainless_retry_count, request.response_format))

    @app.post("/images/edits", response_model=ImagesResponse, response_model_exclude_none=True)
    async def edit(
        request: Request,
        key: _Key,
        idempotency_key: Annotated[str, Header(max_length=_LONGEST_REPEAT_KEY)] = "",
        x_stainless_retry_count: Annotated[str, Header()] = "0",
    ) -> ImagesResponse | Response:
        """Change a picture, or draw from several, and return the pictures."""
        fields, pictures = await read_edit(forms, request)
        draft = with_pictures(fields.to_draft(), pictures)
        draft = replace(draft, model=await _find_model(rest_jobs, key, fields.model))
        return await _draw(rest_jobs, key, draft, _Asked(idempotency_key, x_stainless_retry_count, fields.response_format))


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a client asks: under which key, for which time, and for which form of answer."""

    repeat_key: str
    retry_count: str
    response_format: str | None


async def _draw(rest_jobs: RestJobs, key: ApiKey, draft: Draft, asked: _Asked) -> ImagesResponse | Response:
    is_repeated = asked.retry_count not in {"", "0"} and not asked.repeat_key
    job = await rest_jobs.find_repeated(draft, key) if is_repeated else None
    if job is None:
        job = await rest_jobs.accept(draft, key, asked.repeat_key)
    job = await rest_jobs.wait_until_final(job, _LONGEST_WAIT_SECONDS)
    answer = await rest_jobs.view(job, key, PictureFormat.B64)
    if answer.pictures:
        return _pictures(answer, has_urls=asked.response_format == "url")
    return _no_pictures(answer)


async def _find_model(rest_jobs: RestJobs, key: ApiKey, asked: str | None) -> str | None:
    """Return the name of the model here that a client means by its own or its maker's; None for the usual one.

    Raises:
        HTTPException: The key's owner may use no such model.
    """
    if not asked or asked == MODEL:
        return None
    offers = await rest_jobs.models(key)
    for offer in offers:
        if asked in {offer.name, offer.model}:
            return offer.name
    names = join_words([MODEL, *(offer.name for offer in offers)])
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no such model here: take {names}. Nothing was counted.")


def _pictures(answer: JobAnswer, *, has_urls: bool) -> ImagesResponse:
    first = answer.pictures[0]
    return ImagesResponse(
        created=int(answer.created_at.timestamp()),
        data=tuple(
            ImageData(b64_json=one.b64 or "", revised_prompt=answer.drawn_prompt, url=one.url if has_urls else None)
            for one in answer.pictures
        ),
        output_format=first.media_type.removeprefix("image/"),
        size=f"{first.width}x{first.height}",
    )


def _no_pictures(answer: JobAnswer) -> Response:
    if not answer.state.is_final:
        sentence = f"This is still being drawn; GET /api/v1/jobs/{answer.id} has the pictures once they are there."
        return error_response(HTTPStatus.GATEWAY_TIMEOUT, sentence)
    sentence = answer.error.text if answer.error else "The pictures were taken down."
    if answer.state in {JobState.REFUSED, JobState.DONE}:
        return refused_response(sentence)
    status = HTTPStatus.CONFLICT if answer.state is JobState.CANCELLED else HTTPStatus.BAD_GATEWAY
    return error_response(status, sentence)
