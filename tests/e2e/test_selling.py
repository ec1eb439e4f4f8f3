"""Asks the whole program whether it hears of payments, from Stripe alone, and says what it lacks for that."""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.adapters.stripe import PATH
from bot.app.billing import open_billing
from bot.app.foundation import open_foundation
from bot.config import Settings
from bot.domain.people import GUEST, Identity, Platform
from bot.errors import ConfigError
from tests.e2e.serving import Serving

SECRET = "whsec_made_up"
CHECKOUT: dict[str, Any] = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_1", "payment_status": "paid", "subscription": "sub_1", "payment_link": "plink_1"}},
}


async def send(url: str, secret: str, account: str) -> int:
    """Send a checkout of just now, signed, as no browser would."""
    stamp = round(time.time())
    event = CHECKOUT | {"created": stamp}
    event["data"] = {"object": {**CHECKOUT["data"]["object"], "client_reference_id": account}}
    body = json.dumps(event)
    seal = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{url}{PATH}", content=body, headers={"stripe-signature": f"t={stamp},v1={seal}"})
    return answer.status_code


async def test_a_payment_is_heard_of(tmp_path: Path) -> None:
    """Only what Stripe has signed, and several at once are one."""
    async with open_foundation(Settings(data_dir=tmp_path / "data")) as base:
        ann = (await base.records.accounts.get_or_create(Identity(Platform("web"), "", "ann"), GUEST)).id
    chosen = {"EASEL_MEMBERSHIP__STRIPE_SECRET": SECRET, "EASEL_MEMBERSHIP__ACCEPTS": "plink_1"}
    async with Serving(tmp_path, chosen) as easel:
        assert await send(easel.url, "whsec_other", ann) == 401
        assert await asyncio.gather(*(send(easel.url, SECRET, ann) for _ in range(3))) == [200] * 3
        [rule] = easel.rows("SELECT community, subject, value FROM rules")
    assert (rule["community"], rule["subject"]) == ("house", "stripe:sub_1")
    assert rule["value"].startswith("premium until ")


async def test_without_a_secret_there_is_no_such_address(tmp_path: Path) -> None:
    """It is off."""
    async with open_foundation(Settings(data_dir=tmp_path)) as base:
        extension = open_billing(base)
    assert (extension.routes, extension.webhook_paths) == ((), frozenset())


async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, and not when the first one pays."""
    monkeypatch.setitem(sys.modules, "stripe", None)
    monkeypatch.delitem(sys.modules, "bot.adapters.stripe.webhook", raising=False)
    settings = Settings.model_validate({"data_dir": tmp_path, "membership": {"stripe_secret": SECRET}})
    async with open_foundation(settings) as base:
        with pytest.raises(ConfigError, match=r"pip install easel\[stripe\]"):
            open_billing(base)
