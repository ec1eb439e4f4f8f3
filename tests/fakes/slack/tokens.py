"""Tokens: whose they are, what they may, and how they end."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.slack.errors import ApiError

if TYPE_CHECKING:
    from tests.fakes.slack.workspaces import Workspace
    from tests.fakes.slack.world import World

ALL_SCOPES = (
    "commands",
    "chat:write",
    "chat:write.public",
    "files:write",
    "files:read",
    "reactions:read",
    "reactions:write",
    "users:read",
    "usergroups:read",
    "channels:read",
    "channels:join",
    "groups:read",
    "im:read",
    "im:write",
    "im:history",
    "app_mentions:read",
)


@dataclass(eq=False)
class Token:
    """A token of an installation. `workspace` is None for the app's own; `enterprise` is set for a whole organisation's."""

    value: str
    scopes: frozenset[str]
    workspace: "Workspace | None" = None
    enterprise: str | None = None
    expires_at: float | None = None
    dead: str = ""
    """The code it is refused with: `token_revoked`, `account_inactive`, `invalid_auth`."""

    @property
    def owner(self) -> str:
        """The id of the workspace or organisation; empty for the app's own."""
        return self.enterprise or (self.workspace.id if self.workspace else "")


@dataclass(eq=False)
class Refresh:
    """A refresh token: it works once."""

    value: str
    token: Token
    is_used: bool = False


class Tokens:
    """All tokens of the app."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._tokens: dict[str, Token] = {}
        self._refreshes: dict[str, Refresh] = {}

    def add(self, token: Token) -> Token:
        """Make a token known."""
        self._tokens[token.value] = token
        return token

    def issue(
        self, workspace: "Workspace", scopes: frozenset[str], *, enterprise: str | None = None, value: str | None = None
    ) -> Token:
        """Make a new bot token, which expires where tokens are rotated."""
        is_rotating = self._world.app.rotates_tokens
        value = value or f"{'xoxe.' if is_rotating else ''}xoxb-{self._world.ids.new('')}-{secrets.token_hex(8)}"
        lives = self._world.limits.token_lives.total_seconds()
        expires_at = self._world.clock.seconds() + lives if is_rotating else None
        return self.add(Token(value, scopes, workspace, enterprise, expires_at))

    def refresh_for(self, token: Token) -> str:
        """Make the refresh token that belongs to a token."""
        value = f"xoxe-1-{secrets.token_hex(12)}"
        self._refreshes[value] = Refresh(value, token)
        return value

    def rotate(self, refresh: str) -> Token:
        """Return a new token for a refresh token.

        Raises:
            ApiError: It is unknown, was used before, or its installation has ended.
        """
        known = self._refreshes.get(refresh)
        if known is None or known.is_used or known.token.dead or known.token.workspace is None:
            raise ApiError("invalid_refresh_token")
        known.is_used = True
        old = known.token
        token = self.issue(known.token.workspace, old.scopes, enterprise=old.enterprise)
        known.token.workspace.hold(token)
        return token

    def check(self, value: str) -> Token:
        """Return the token by its value.

        Raises:
            ApiError: There is none, it is not one, or it is dead.
        """
        if not value:
            raise ApiError("not_authed")
        token = self._tokens.get(value)
        if token is None:
            raise ApiError("invalid_auth")
        if token.dead:
            raise ApiError(token.dead)
        if token.expires_at is not None and token.expires_at <= self._world.clock.seconds():
            raise ApiError("token_expired")
        return token

    def kill(self, owner: str, code: str) -> None:
        """End every token of a workspace or organisation."""
        for token in self._tokens.values():
            if token.owner == owner and not token.dead:
                token.dead = code
