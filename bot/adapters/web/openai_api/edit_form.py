"""The form of `POST /images/edits`: fields as in a call for a new picture, and the pictures to begin with."""

from dataclasses import replace

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from bot.adapters.shared.multipart import MultipartField
from bot.adapters.web.forms import Forms, read_texts
from bot.adapters.web.openai_api.models import ImagesRequest
from bot.commands.spec import options_of
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.options import PictureFile
from bot.domain.wishes import Draft
from bot.errors import BadInput

_FILES = {"image": InputRole.BASE, "image[]": InputRole.BASE, "mask": InputRole.MASK}


async def read_edit(forms: Forms, request: Request) -> tuple[ImagesRequest, tuple[BroughtPicture, ...]]:
    """Return what is asked for, and the pictures that came with it.

    Raises:
        HTTPException: It is too large, too slow, or no form.
        RequestValidationError: A field is not what it should be.
    """
    parts = await forms.read(request)
    return _parse_fields(parts), tuple(BroughtPicture(one.content, _FILES[one.name]) for one in parts if one.name in _FILES)


def _parse_fields(parts: tuple[MultipartField, ...]) -> ImagesRequest:
    said = read_texts(parts, _FILES)
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
