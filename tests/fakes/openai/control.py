"""What programs tell the fake, and ask it: queue faults, see what was seen."""

from dataclasses import asdict

from aiohttp import web

from tests.fakes.openai.faults import fault_from_json
from tests.fakes.openai.wire import STATE


def control_routes() -> list[web.RouteDef]:
    """Return the routes below `/control/`; none of them wants a key."""
    return [web.post("/control/faults", _add_faults), web.get("/control/seen", _seen)]


async def _add_faults(request: web.Request) -> web.Response:
    """Take one fault, or a list of them: `{"endpoint": "images", "kind": "rate_limited", "times": 2}`."""
    raw = await request.json()
    try:
        faults = [fault_from_json(each) for each in (raw if isinstance(raw, list) else [raw])]
    except (ValueError, TypeError) as error:
        return web.json_response({"error": str(error)}, status=400)
    for endpoint, fault in faults:
        request.app[STATE].faults.add(endpoint, fault)
    return web.json_response({"queued": len(faults)})


async def _seen(request: web.Request) -> web.Response:
    """Tell every request and every paid call so far."""
    state = request.app[STATE]
    return web.json_response(
        {
            "seen": [asdict(seen) | {"headers": dict(seen.headers)} for seen in state.seen],
            "paid": [asdict(paid) for paid in state.paid],
            "paid_pictures": sum(paid.n for paid in state.paid),
            "most_at_once": state.most_drawing,
        }
    )
