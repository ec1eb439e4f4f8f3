"""Asks every endpoint that strangers post to: do they get further than their key, and can they send without end?"""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from nacl.signing import SigningKey

from bot.adapters.discord.http_endpoint import PATH as INTERACTIONS
from bot.adapters.discord.http_endpoint import DiscordHttpEndpoint
from bot.adapters.slack.http_endpoint import SlackHttpEndpoint
from bot.adapters.slack.manifest import EVENTS_PATH
from bot.adapters.stripe import PATH as STRIPE_PATH
from bot.adapters.stripe.webhook import StripeWebhook
from bot.adapters.web.forms import Forms
from bot.adapters.web.rest.app import build_rest
from bot.domain.people import HOUSE, Identity
from bot.services.api_keys import ApiKeyRegistry
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.bench import Bench
from tests.fakes.clock import StoppedClock
from tests.fakes.rest_dependencies import rest_dependencies_of
from tests.fakes.surfaces import LOOM, person

_NEVER = cast("Any", None)
_OPEN = cast("Any", SimpleNamespace(is_open=True))


async def post(app: FastAPI, path: str, headers: dict[str, str]) -> tuple[int, int]:
    """Return the status, and how much of the body was taken."""
    taken = 0

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 4096
        await asyncio.sleep(0)
        return {"type": "http.request", "body": bytes(4096), "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": lines, "query_string": b"", "root_path": ""}
    await app(cast("Any", scope), cast("Any", receive), send)
    return sent[0]["status"], taken


async def rest(*, is_known: bool) -> tuple[int, int]:
    """Order pictures by REST, with a good key or none."""
    bench = Bench()
    keys = ApiKeyRegistry(MemoryApiKeys(), bench.clock, bench.ids)
    account = await bench.studio.account(person("ann"))
    _, secret = await keys.make(Identity(LOOM, "", "ann"), account.id, HOUSE, "my script")
    rest_dependencies = rest_dependencies_of(bench, keys)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {secret}"} if is_known else {})
    return await post(build_rest(rest_dependencies, Forms()), "/images", headers)


async def discord(*, is_known: bool) -> tuple[int, int]:
    """Send an interaction, signed with nonsense or not at all."""
    clock = StoppedClock()
    endpoint = DiscordHttpEndpoint(bytes(SigningKey(bytes(32)).verify_key).hex(), handlers=_NEVER, bot_client=_NEVER, clock=clock)
    app = FastAPI()
    app.include_router(endpoint.routes())
    stamp = {"X-Signature-Timestamp": str(int(clock.now().timestamp()))}
    return await post(app, INTERACTIONS, stamp | ({"X-Signature-Ed25519": "0" * 128} if is_known else {}))


async def slack(*, is_known: bool) -> tuple[int, int]:
    """Send an event, signed with nonsense or not at all."""
    endpoint = SlackHttpEndpoint(_NEVER, _OPEN, "secret")
    app = FastAPI()
    app.include_router(endpoint.routes())
    stamp = {"X-Slack-Request-Timestamp": str(int(endpoint._check._verifier.clock.now()))}
    return await post(app, EVENTS_PATH, stamp | ({"X-Slack-Signature": f"v0={'0' * 64}"} if is_known else {}))


async def stripe(*, is_known: bool) -> tuple[int, int]:
    """Send an event, signed with nonsense or not at all."""
    app = FastAPI()
    app.include_router(StripeWebhook("whsec_made_up", billing=_NEVER, accepts=frozenset()).routes())
    return await post(app, STRIPE_PATH, {"Stripe-Signature": f"t=1,v1={'0' * 64}"} if is_known else {})


@pytest.mark.parametrize("endpoint", [rest, discord, slack, stripe])
async def test_without_a_key_nothing_is_read(endpoint: Any) -> None:
    """Not one byte of the body."""
    assert await endpoint(is_known=False) == (401, 0)


@pytest.mark.parametrize("endpoint", [rest, discord, slack, stripe])
async def test_nobody_sends_without_end(endpoint: Any) -> None:
    """64 KiB are the most."""
    status, taken = await endpoint(is_known=True)
    assert status == 413
    assert taken <= 64 * 1024 + 4096
