"""The manifest by which an admin makes the Slack app, drawn from the declarations."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.commands.spec import AnyCommand
from bot.text import truncate

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

IMAGINE, EASEL = "/imagine", "/easel"
"""The two slash commands: pictures, and everything else."""

MAKE_PICTURE = "make_picture"
"""The shortcut that can be used anywhere."""

MESSAGE_SHORTCUTS = {
    "report_picture": ("Report picture", "report"),
    "edit_picture": ("Edit this picture", "ask_edit"),
    "use_reference": ("Use as reference", "use_reference"),
    "save_template": ("Save as template", "save_template"),
}
"""Entries of a message's menu: what they are called, and the command that each presses; one without its command is not there."""

ON_ANY_PICTURE = frozenset({"ask_edit", "use_reference"})
"""Commands of such entries that are for pictures of anybody."""

SCOPES = (
    "app_mentions:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "reactions:read",
    "usergroups:read",
    "users:read",
)
"""What the bot may do, and nothing that it does not need."""

REQUIRED_SCOPES = frozenset(SCOPES) - {"chat:write.public", "im:history", "usergroups:read"}
"""Without these something is broken; the others are a convenience."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
)

_LONGEST_DESCRIPTION, _LONGEST_HINT = 100, 1000
_HINT = "a fox in the snow --shape wide"

Json = dict[str, Any]


def build_manifest(commands: Mapping[str, AnyCommand], *, url: str = "", is_rotating: bool = False) -> Json:
    """Return the manifest: for Socket Mode, or with an address for HTTP. `is_rotating` has tokens end after 12 hours."""
    return {
        "display_information": {
            "name": "easel",
            "description": "An image studio that lives in the chat people already use",
            "background_color": "#3b2f63",
        },
        "features": {
            "bot_user": {"display_name": "easel", "always_online": True},
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "slash_commands": _slash_commands(commands, url),
            "shortcuts": list(_shortcuts(commands)),
        },
        "oauth_config": {
            **({"redirect_urls": [f"{url}{REDIRECT_PATH}"]} if url else {}),
            "scopes": {"bot": list(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**_request_url(url), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_request_url(url)},
            "org_deploy_enabled": bool(url),
            "socket_mode_enabled": not url,
            "token_rotation_enabled": is_rotating,
        },
    }


def _request_url(url: str) -> Json:
    return {"request_url": f"{url}{EVENTS_PATH}"} if url else {}


def _slash_commands(commands: Mapping[str, AnyCommand], url: str) -> list[Json]:
    where = {"url": f"{url}{EVENTS_PATH}"} if url else {}
    others = [name for name, command in commands.items() if command.is_typed and f"/{name}" != IMAGINE]
    return [
        {
            "command": IMAGINE,
            "description": truncate(commands["imagine"].summary, _LONGEST_DESCRIPTION),
            "usage_hint": _HINT,
            "should_escape": False,
            **where,
        },
        {
            "command": EASEL,
            "description": "Everything else that easel can do",
            "usage_hint": truncate(" | ".join(others), _LONGEST_HINT),
            "should_escape": True,
            **where,
        },
    ]


def _shortcuts(commands: Collection[str]) -> Iterator[Json]:
    yield {
        "name": "Make a picture",
        "type": "global",
        "callback_id": MAKE_PICTURE,
        "description": "Say what to draw, and where to show it",
    }
    for callback, (name, command) in MESSAGE_SHORTCUTS.items():
        if command in commands:
            for_which = "For any picture here" if command in ON_ANY_PICTURE else "For pictures that easel drew"
            yield {"name": name, "type": "message", "callback_id": callback, "description": for_which}


def to_yaml(manifest: Json) -> str:
    """Return the manifest as YAML; its texts are in JSON's quotes, which YAML takes."""
    return "".join(f"{line}\n" for line in _lines(manifest, ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    for key, below in value.items():
        if isinstance(below, dict):
            yield f"{indent}{key}:"
            yield from _lines(below, f"{indent}  ")
        elif isinstance(below, list):
            yield f"{indent}{key}:"
            yield from _items(below, f"{indent}  ")
        else:
            yield f"{indent}{key}: {_scalar(below)}"


def _items(values: list[Any], indent: str) -> Iterator[str]:
    for value in values:
        if not isinstance(value, dict):
            yield f"{indent}- {_scalar(value)}"
            continue
        first, *others = _lines(value, f"{indent}  ")
        yield f"{indent}- {first.lstrip()}"
        yield from others


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
