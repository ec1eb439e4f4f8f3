"""Installations that tests begin with."""

from datetime import datetime
from typing import Any

from slack_sdk.oauth.installation_store.models import Installation

from tests.fakes.clock import NOON

CLIENT = "1111.2222"
OLD_KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))


def an_installation(name: str = "one", *, installed_at: datetime = NOON, **changes: Any) -> Installation:
    """Make a workspace's installation, whose tokens have `name` in them."""
    fields: dict[str, Any] = {
        "app_id": "A1",
        "enterprise_id": None,
        "team_id": "T1",
        "team_name": "Ann's team",
        "bot_token": f"xoxb-{name}",
        "bot_id": "B1",
        "bot_user_id": "UBOT",
        "bot_scopes": "chat:write,commands",
        "user_id": "U1",
        "user_token": f"xoxp-{name}",
        "user_scopes": "identify",
        "token_type": "bot",
        "installed_at": installed_at.timestamp(),
    }
    return Installation(**fields | changes)


def an_organisations(name: str = "grid", **changes: Any) -> Installation:
    """Make an organisation's installation."""
    whole = {"enterprise_id": "E1", "team_id": None, "team_name": None, "is_enterprise_install": True}
    return an_installation(name, **whole | changes)
