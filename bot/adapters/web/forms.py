"""Forms that bring pictures (multipart/form-data), read within limits of size and time, a few at once."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import timedelta
from http import HTTPStatus

from fastapi import HTTPException, Request

from bot.adapters.shared.bodies import LARGEST_BODY, BodyRefused, read_body
from bot.adapters.shared.multipart import MultipartField, parse_multipart

LARGEST_FORM = 104 * 1024 * 1024
"""Bytes: as much as all pictures of one wish may have together, and the words around them."""

_TIME_LIMIT = timedelta(minutes=2)
_MOST_AT_ONCE = 4
"""Forms that are read at the same time: each is in memory as a whole."""

_REFUSALS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Those pictures are too large together: 100 MB are the most. Nothing was counted.",
    HTTPStatus.REQUEST_TIMEOUT: "The pictures took too long to arrive. Nothing was counted.",
    HTTPStatus.BAD_REQUEST: "The pictures did not arrive whole. Nothing was counted.",
}


class Forms:
    """Reads forms."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def read(self, request: Request) -> tuple[MultipartField, ...]:
        """Return the fields of a request's form.

        Raises:
            HTTPException: It is too large, too slow, or no form; `detail` is a sentence.
        """
        async with self._semaphore:
            try:
                body = await read_body(request.stream(), largest=LARGEST_FORM, time_limit=_TIME_LIMIT)
                return await asyncio.to_thread(parse_multipart, body, request.headers.get("content-type", ""))
            except BodyRefused as refused:
                raise HTTPException(refused.status, _REFUSALS[refused.status]) from None
            except ValueError:
                raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not a form (multipart/form-data).") from None


def is_form(request: Request) -> bool:
    """Return whether a request says that its body is a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


def read_texts(parts: Iterable[MultipartField], files: Collection[str]) -> dict[str, str]:
    """Return what the fields that are not among `files` say.

    Raises:
        HTTPException: One is longer than words are.
    """
    texts = [one for one in parts if one.name not in files]
    if any(len(one.content) > LARGEST_BODY for one in texts):
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A field is too long: 64 KiB is the most. Nothing was counted.")
    return {one.name: one.content.decode("utf-8", "replace") for one in texts}
