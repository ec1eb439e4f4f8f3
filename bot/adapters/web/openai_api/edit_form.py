"""The form of `POST /images/edits`: fields as in a call for a new picture, and the pictures to begin with."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from bot.adapters.shared.bodies import BodyRefused, read_body
from bot.adapters.shared.multipart import FormPart, parse_multipart
from bot.adapters.web.openai_api.models import ImagesRequest
from bot.commands.spec import options_of
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import Draft
from bot.domain.options import PictureFile
from bot.errors import BadInput

_LARGEST_FORM = 104 * 1024 * 1024
_TIME_LIMIT = timedelta(minutes=2)
_MOST_AT_ONCE = 4
"""Forms that are read at the same time: each is in memory as a whole."""

_FILES = {"image": InputRole.BASE, "image[]": InputRole.BASE, "mask": InputRole.MASK}
_REFUSALS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Those pictures are too large together: 100 MB are the most. Nothing was counted.",
    HTTPStatus.REQUEST_TIMEOUT: "The pictures took too long to arrive. Nothing was counted.",
    HTTPStatus.BAD_REQUEST: "The pictures did not arrive whole. Nothing was counted.",
}


class EditForms:
    """Reads forms, a few at a time."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def read(self, request: Request) -> tuple[ImagesRequest, tuple[BroughtPicture, ...]]:
        """Return what is asked for, and the pictures that came with it.

        Raises:
            HTTPException: It is too large, too slow, or no form.
            RequestValidationError: A field is not what it should be.
        """
        async with self._semaphore:
            try:
                body = await read_body(request.stream(), largest=_LARGEST_FORM, time_limit=_TIME_LIMIT)
                parts = await asyncio.to_thread(parse_multipart, body, request.headers.get("content-type", ""))
            except BodyRefused as refused:
                raise HTTPException(refused.status, _REFUSALS[refused.status]) from None
            except ValueError:
                raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not a form (multipart/form-data).") from None
        return _parse_fields(parts), tuple(BroughtPicture(one.content, _FILES[one.name]) for one in parts if one.name in _FILES)


def _parse_fields(parts: tuple[FormPart, ...]) -> ImagesRequest:
    said = {one.name: one.content.decode("utf-8", "replace") for one in parts if one.name not in _FILES}
    numbers = {name: int(text) for name, text in said.items() if name == "n" and text.isascii() and text.isdigit()}
    try:
        return ImagesRequest.model_validate({name: text for name, text in said.items() if text} | numbers)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def with_pictures(draft: Draft, pictures: tuple[BroughtPicture, ...]) -> Draft:
    """Return the draft with its pictures.

    Raises:
        BadInput: There are none, or too many.
    """
    if not any(one.role is InputRole.BASE for one in pictures):
        raise BadInput("image is missing: send the picture that is to be changed. Nothing was counted.")
    return replace(draft, picture=_KIND.parse("image", pictures))


_KIND = next(option.kind for option in options_of(Draft) if isinstance(option.kind, PictureFile))
