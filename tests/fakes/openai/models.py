"""`/models`."""

from aiohttp import web

from tests.fakes.openai.error_replies import ErrorReply, RefusedError
from tests.fakes.openai.faults import Fault
from tests.fakes.openai.state import Json, State
from tests.fakes.openai.wire import instead_of_an_answer, send

_LAUNCHED = 1_776_729_600


async def list_models(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """List the models, unless the fake plays a gateway that has no list."""
    if not state.options.has_models_list:
        raise RefusedError(ErrorReply(404, {"detail": "Not Found"}))
    listed = {"object": "list", "data": [row(name, last) for name, last in state.models.items()]}
    return instead_of_an_answer(request, fault) or await send(request, listed, fault)


def row(name: str, shutdown_date: str | None) -> Json:
    """Return one model, as `Model` has it."""
    return {"id": name, "object": "model", "created": _LAUNCHED, "owned_by": "system", "shutdown_date": shutdown_date}
