"""An order of pictures as a form: the fields of the JSON body, and files beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.adapters.shared.multipart import MultipartField
from bot.adapters.web.forms import read_texts
from bot.commands.spec import options_of
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.options import Number
from bot.domain.wishes import Draft

_ROLES: Mapping[str, InputRole] = {"picture": InputRole.BASE, "mask": InputRole.MASK}
_NUMBERS = {"wait", *(option.name for option in options_of(Draft) if isinstance(option.kind, Number))}

FORM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "The fields of the JSON body, and pictures as files.",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "picture": {"type": "array", "items": {"type": "string", "format": "binary"}, "description": "Files, or addresses."},
        "mask": {
            "type": "string",
            "format": "binary",
            "description": "As large as the first picture, and transparent where that is to change.",
        },
    },
}
"""How OpenAPI describes it."""


def read_order(parts: Sequence[MultipartField]) -> tuple[dict[str, object], tuple[BroughtPicture, ...]]:
    """Return the fields of the JSON body that a form stands for, and the pictures that came with it.

    Raises:
        HTTPException: A field is longer than words are.
    """
    fields: dict[str, object] = {
        name: int(text) if name in _NUMBERS and text.isascii() and text.isdecimal() else text
        for name, text in read_texts(parts, _ROLES).items()
    }
    addresses = [one.content.decode("utf-8", "replace") for one in parts if one.name == "picture" and one.filename is None]
    files = [one for one in parts if one.name in _ROLES and (one.name, one.filename) != ("picture", None)]
    if addresses:
        fields["picture"] = addresses
    return fields, tuple(BroughtPicture(one.content, _ROLES[one.name]) for one in files if one.content or one.filename)
