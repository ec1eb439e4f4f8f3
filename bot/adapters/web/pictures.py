"""Pictures under their stable links, which stop working the moment a picture is hidden or removed."""

import asyncio
import re
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.adapters.web.assets import is_cached
from bot.adapters.web.problems import problem_for
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.errors import StorageFailed
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.services.provenance import NO_COPY_SIGNER
from bot.services.thumbnails import MEDIA_TYPE, Thumbnails, has_thumbnail

_TIMEOUT = timedelta(seconds=30)
_LINK_LASTS = timedelta(minutes=10)
_REDIRECT_KEPT = timedelta(minutes=5)
_NAME = re.compile(r"([A-Za-z0-9_-]{1,64})\.([a-z0-9]{1,5})")
_LONGEST_EDGE = 4
"""Digits."""

_SHOWN_TYPES = {"image/png", "image/jpeg", "image/webp"}


def picture_routes(*, pictures: Pictures, objects: ObjectStore, copy_signer: CopySigner = NO_COPY_SIGNER) -> APIRouter:
    """Build `/p/<picture>.<extension>`.

    With `?download` the browser saves the picture instead of showing it,
    with `?edge=512` or `1024` it gets the smaller copy of that long edge.
    """
    routes = APIRouter()
    thumbnails = Thumbnails(pictures, objects, copy_signer)

    @routes.api_route("/p/{name}", methods=["GET", "HEAD"])
    async def show(request: Request, name: str) -> Response:
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                return await _answer(request, name, pictures, objects, thumbnails)
        except (StorageFailed, TimeoutError):
            sentence = "The store of pictures cannot be reached right now; please try again in a minute."
            return problem_for(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence, retry_after=30)

    return routes


async def _answer(request: Request, name: str, pictures: Pictures, objects: ObjectStore, thumbnails: Thumbnails) -> Response:
    found = _NAME.fullmatch(name)
    picture = await pictures.get(PictureId(found[1])) if found else None
    if found is None or picture is None:
        return problem_for(request, HTTPStatus.NOT_FOUND, "There is no picture at this address.")
    if picture.state is not PictureState.VISIBLE:
        return problem_for(request, HTTPStatus.GONE, "This picture was taken down.")
    edge = request.query_params.get("edge", "")
    if edge.isascii() and edge.isdecimal() and len(edge) <= _LONGEST_EDGE and has_thumbnail(picture.file, int(edge)):
        return await _answer_thumbnail(request, picture, int(edge), thumbnails)
    return await _answer_original(request, picture, objects, name=f"easel-ai-{name}")


async def _answer_original(request: Request, picture: Picture, objects: ObjectStore, *, name: str) -> Response:
    is_download = "download" in request.query_params
    headers = _headers(picture, file_name=name, is_download=is_download)
    if is_cached(request, headers["ETag"]):
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    link = None if is_download else await objects.link(picture.file.key, _LINK_LASTS)
    if link is not None:
        kept = round(_REDIRECT_KEPT.total_seconds())
        return RedirectResponse(link, HTTPStatus.FOUND, {"Cache-Control": f"private, max-age={kept}"})
    if request.method == "HEAD":
        return Response(None, headers=headers | {"Content-Length": str(picture.file.size_bytes)})
    return Response(await objects.get(picture.file.key), headers=headers)


async def _answer_thumbnail(request: Request, picture: Picture, edge: int, thumbnails: Thumbnails) -> Response:
    headers = _headers(picture, file_name=f"easel-ai-{picture.id}-{edge}.webp", is_download=False)
    headers |= {"Content-Type": MEDIA_TYPE, "ETag": f'"{picture.file.sha256}-{edge}"'}
    if is_cached(request, headers["ETag"]):
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    return Response(await thumbnails.get(picture, edge), headers=headers)


def _headers(picture: Picture, *, file_name: str, is_download: bool) -> dict[str, str]:
    media_type = picture.file.media_type
    return {
        "Content-Type": media_type if media_type in _SHOWN_TYPES else "application/octet-stream",
        "Content-Disposition": f'{"attachment" if is_download else "inline"}; filename="{file_name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{picture.file.sha256}"',
    }
