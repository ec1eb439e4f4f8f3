"""Parses and validates what the page sends when somebody types a line or presses a button."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request

from bot.adapters.shared.bodies import BodyRefused, read_body
from bot.adapters.shared.multipart import MultipartField
from bot.adapters.web.forms import Forms, is_form, read_texts
from bot.domain.inputs import BroughtPicture

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_MESSAGE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMAND = re.compile(r"[a-z][a-z0-9_ -]{0,60}")
_ACTION = re.compile(r"[a-z][a-z0-9_-]{0,40}:[A-Za-z0-9_:.-]{0,120}")
_EXPECTED_BODY = 'Send {"line": "/help", "key": "..."} or {"action": "...", "message": "...", "key": "..."}.'
_PICTURE = "picture"
FORM_HEADER = "x-easel-page"
"""Comes with forms of our page: no other site's form can send a header, so this stands behind the check of the origin."""

_REFUSALS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too long; 64 KiB is the most that can be sent.",
    HTTPStatus.BAD_REQUEST: "The connection ended before the request was whole; please send it again.",
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive; please send it again.",
}


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call as it was sent: a typed `line`, perhaps with pictures, or the `action` of a button under `message`.

    A form that was filled in gives its `command` with its `options`.
    `key` tells repeats. A line may be a `reply` to a picture, by its id or its job's, in the `message` that shows it.
    """

    key: str
    line: str = ""
    action: str = ""
    message: str = ""
    reply: str = ""
    command: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[BroughtPicture, ...] = ()


async def read_call_request(request: Request, forms: Forms) -> CallRequest:
    """Read a request's JSON body, or the form that brings pictures with a line.

    Raises:
        HTTPException: It is too large, too slow, or not what it should be; `detail` is a sentence.
    """
    if is_form(request) and FORM_HEADER in request.headers:
        return _parse_form(await forms.read(request))
    return _parse(await read_json_body(request, _EXPECTED_BODY))


async def read_json_body(request: Request, expected: str) -> dict[str, Any]:
    """Return the fields of a request's JSON body. `expected` is a sentence that says what they should be.

    Raises:
        HTTPException: It is too large, too slow, or no JSON object; `detail` is a sentence.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the request as application/json.")
    try:
        fields = json.loads(await read_bounded_body(request))
    except (ValueError, RecursionError):
        raise bad_request("That is not JSON.") from None
    if not isinstance(fields, dict):
        raise bad_request(expected)
    return fields


async def read_bounded_body(request: Request) -> bytes:
    """Return a request's body.

    Raises:
        HTTPException: It is too large, too slow, or not whole; `detail` is a sentence.
    """
    try:
        return await read_body(request.stream())
    except BodyRefused as refused:
        raise HTTPException(refused.status, _REFUSALS[refused.status]) from None


def _parse_form(parts: tuple[MultipartField, ...]) -> CallRequest:
    typed = _parse(read_texts(parts, {_PICTURE}))
    return replace(typed, pictures=tuple(BroughtPicture(one.content) for one in parts if one.name == _PICTURE))


def _parse(fields: Mapping[str, Any]) -> CallRequest:
    if set(fields) == {"command", "options", "key"}:
        return _parse_filled_form(fields)
    if not all(is_text(value) for value in fields.values()):
        raise bad_request(_EXPECTED_BODY)
    _check_key(fields.get("key", ""))
    if {"line", "key"} <= set(fields) <= {"line", "reply", "message", "key"} and _has_good_ids(fields):
        return CallRequest(**fields)
    is_press = {"action", "key"} <= set(fields) <= {"action", "message", "key"}
    if not is_press or not _ACTION.fullmatch(fields["action"]) or not _MESSAGE.fullmatch(fields.get("message", "-")):
        raise bad_request(_EXPECTED_BODY)
    return CallRequest(**fields)


def _has_good_ids(fields: Mapping[str, str]) -> bool:
    """Whether what a line is about is named as it should be; a message is named beside a picture of it only."""
    is_alone = "message" in fields and "reply" not in fields
    return not is_alone and all(_MESSAGE.fullmatch(fields.get(name, "-")) for name in ("reply", "message"))


def _parse_filled_form(fields: Mapping[str, Any]) -> CallRequest:
    command, options, key = fields["command"], fields["options"], fields["key"]
    is_named = is_text(command) and _COMMAND.fullmatch(command)
    if not is_named or not isinstance(options, dict) or not all(map(is_text, (key, *options, *options.values()))):
        raise bad_request(_EXPECTED_BODY)
    _check_key(key)
    return CallRequest(key, command=command, options={name: value for name, value in options.items() if value.strip()})


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise bad_request("The key must be 8 to 64 letters, digits and dashes.")


def is_text(value: object) -> bool:
    """Whether it is words. Half of a surrogate pair can be written in JSON, but neither stored nor shown."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def bad_request(sentence: str) -> HTTPException:
    """Return the refusal of a request that is not what it should be."""
    return HTTPException(HTTPStatus.BAD_REQUEST, sentence)
