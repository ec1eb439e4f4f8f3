"""`/moderations` for a text, or for a picture."""

import base64
from collections.abc import Mapping

from aiohttp import web

from tests.fakes.openai.error_replies import RefusedError, error_reply
from tests.fakes.openai.faults import Fault, Kind
from tests.fakes.openai.state import Json, State
from tests.fakes.openai.wire import instead_of_an_answer, send, whole

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip

_OF_PICTURES = {"self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence", "violence/graphic"}
_LARGEST_PICTURE = 20 * 1024 * 1024


async def moderate(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Answer one moderation call that has passed the door."""
    model, is_picture = str(body.get("model", "omni-moderation-latest")), _is_picture(body.get("input"))
    if set(body) - {"model", "input"}:
        raise RefusedError(error_reply(400, "This fake takes a model and an input.", code="invalid_value", param="input"))
    if model not in state.models:
        raise RefusedError(error_reply(404, f"The model '{model}' does not exist.", code="model_not_found"))
    if fault.kind is Kind.NO_CHOICES:
        return whole({"id": "modr-fake", "model": model, "results": []})
    return instead_of_an_answer(request, fault) or await send(request, judged(model, fault, is_picture=is_picture), fault)


def judged(model: str, fault: Fault, *, is_picture: bool) -> Json:
    """Return an answer, as `ModerationCreateResponse` has it: nothing is wrong but what the fault names, the first one most.

    Of a picture only some categories are scored; the others are 0, as the real one's are.
    """
    flagged = fault.categories if fault.kind is Kind.FLAGGED else ()
    given = fault.answer if fault.kind is Kind.SCORED and isinstance(fault.answer, Mapping) else {}
    scores = {name: 0.99 - 0.01 * flagged.index(name) if name in flagged else given.get(name, 0.0001) for name in CATEGORIES}
    seen = [name for name in CATEGORIES if name in _OF_PICTURES or not is_picture]
    return {
        "id": "modr-fake",
        "model": model,
        "results": [
            {
                "flagged": any(name in seen for name in flagged),
                "categories": {name: name in flagged and name in seen for name in CATEGORIES},
                "category_scores": {name: score if name in seen else 0.0 for name, score in scores.items()},
                "category_applied_input_types": {
                    name: [] if name not in seen else ["image" if is_picture else "text"] for name in CATEGORIES
                },
            }
        ],
    }


def _is_picture(given: object) -> bool:
    """Whether the input is one picture, and not one text.

    Raises:
        RefusedError: It is neither, or the picture is none that the real one takes.
    """
    if isinstance(given, str):
        return False
    match given:
        case [{"type": "image_url", "image_url": {"url": str(url)}}] if url.startswith("data:image/") and ";base64," in url:
            content = base64.b64decode(url.partition(";base64,")[2], validate=True)
            if content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF")) and len(content) <= _LARGEST_PICTURE:
                return True
    raise RefusedError(error_reply(400, "Failed to read the input.", code="invalid_value", param="input"))
