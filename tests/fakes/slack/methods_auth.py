"""`auth.*`, `apps.*` and `api.test`: what a token is."""

from tests.fakes.slack.api import Method
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.wire import Json


class AuthMethods:
    """The methods, by their names."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def methods(self) -> dict[str, Method]:
        """Return what there is."""
        return {
            "api.test": Method(lambda ask: {"args": ask.args}, token="none"),
            "auth.test": Method(test),
            "auth.revoke": Method(revoke),
            "apps.connections.open": Method(self._open, ("connections:write",), token="app"),
        }

    def _open(self, ask: Ask) -> Json:
        return {"url": self._sockets.ticket()}


def test(ask: Ask) -> Json:
    """`auth.test`: whose token this is. An organisation's belongs to no single workspace."""
    workspace, is_org = ask.workspaces[0], ask.token.enterprise is not None
    body: Json = {
        "url": workspace.url,
        "team": ask.token.enterprise if is_org else workspace.name,
        "user": workspace.bot_user.name,
        "team_id": ask.token.enterprise if is_org else workspace.id,
        "user_id": workspace.bot_user.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": is_org,
    }
    return body | ({"enterprise_id": workspace.enterprise} if workspace.enterprise else {})


def revoke(ask: Ask) -> Json:
    """`auth.revoke`: ends this token; the app stays installed no longer when it was its last."""
    if ask.flag("test"):
        return {"revoked": False}
    ask.token.dead = "token_revoked"
    for workspace in ask.workspaces:
        if workspace.token is ask.token:
            workspace.token = None
    return {"revoked": True}
