"""Answers that say that a model is still being loaded: nothing was drawn, and the same call is taken a little later.

Hugging Face answers `{"error": "Model … is currently loading", "estimated_time": 20.0}`, llama.cpp's server and what is built
on it `{"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}`, vLLM-Omni a `detail` about its engine.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

_UNAVAILABLE = 503
_LOADING = re.compile(
    r"\bloading\b.{0,40}\bmodel|\bmodel\b.{0,200}\b(loading|not (yet )?(loaded|ready))\b"
    r"|\b(engine|model|pipeline)\b.{0,60}\bnot (yet )?(initiali[sz]ed|ready)\b|\bwarming up\b",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_TEXT = 2000
_LONGEST_WAIT = timedelta(minutes=10)


def is_loading(status: int | None, body: object) -> bool:
    """Whether an error answer says so in words. An answer without any may be a gateway's, of a call that was drawn."""
    return status == _UNAVAILABLE and any(_LOADING.search(text[:_LONGEST_TEXT]) for text in sentences(body))


def estimated_time(body: object) -> timedelta | None:
    """Return how long the loading still takes, where the answer says so."""
    seconds = body.get("estimated_time") if isinstance(body, Mapping) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        return None
    return timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds()))


def sentences(body: object) -> Iterator[str]:
    """Return what an error answer says in words, wherever servers put that."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    for found in (error, *(error.get(name) for name in ("message", "detail") if isinstance(error, Mapping))):
        if isinstance(found, str):
            yield found
