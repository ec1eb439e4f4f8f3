"""`/models`."""

from aiohttp import web

from tests.fakes.openai.complaints import Complaint, RefusedError
from tests.fakes.openai.faults import Fault, Kind
from tests.fakes.openai.state import Json, State
from tests.fakes.openai.wire import garbage, whole

_LAUNCHED = 1_776_729_600


async def list_models(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """List the models, unless the fake plays a gateway that has no list."""
    if not state.options.has_models_list:
        raise RefusedError(Complaint(404, {"detail": "Not Found"}))
    if fault.kind is Kind.GARBAGE:
        return garbage()
    return whole({"object": "list", "data": [row(name, last) for name, last in state.models.items()]})


def row(name: str, shutdown_date: str | None) -> Json:
    """Give one model, as `Model` has it."""
    return {"id": name, "object": "model", "created": _LAUNCHED, "owned_by": "system", "shutdown_date": shutdown_date}
