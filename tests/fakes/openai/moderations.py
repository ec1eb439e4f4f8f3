"""`/moderations` for texts."""

from aiohttp import web

from tests.fakes.openai.error_replies import RefusedError, error_reply
from tests.fakes.openai.faults import Fault, Kind
from tests.fakes.openai.state import Json, State
from tests.fakes.openai.wire import instead_of_an_answer, send, whole

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip


async def moderate(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Answer one moderation call that has passed the door."""
    model, text = str(body.get("model", "omni-moderation-latest")), body.get("input")
    if not isinstance(text, str) or set(body) - {"model", "input"}:
        raise RefusedError(error_reply(400, "This fake only judges one text.", code="invalid_value", param="input"))
    if model not in state.models:
        raise RefusedError(error_reply(404, f"The model '{model}' does not exist.", code="model_not_found"))
    if fault.kind is Kind.NO_CHOICES:
        return whole({"id": "modr-fake", "model": model, "results": []})
    return instead_of_an_answer(request, fault) or await send(request, judged(model, fault), fault)


def judged(model: str, fault: Fault) -> Json:
    """Return an answer, as `ModerationCreateResponse` has it: nothing is wrong but what the fault names, the first one most."""
    flagged = fault.categories if fault.kind is Kind.FLAGGED else ()
    scores = {name: 0.99 - 0.01 * flagged.index(name) if name in flagged else 0.0001 for name in CATEGORIES}
    return {
        "id": "modr-fake",
        "model": model,
        "results": [
            {
                "flagged": bool(flagged),
                "categories": {name: name in flagged for name in CATEGORIES},
                "category_scores": scores,
                "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
            }
        ],
    }
