"""OAuth v2: the page where somebody approves, and the exchange of codes and refresh tokens."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.api import Method
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.tokens import Token
from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.world import World


@dataclass(frozen=True, slots=True)
class Consent:
    """Who sits in front of the page, and what they click."""

    member: "Member"
    is_org: bool = False
    """Install for the whole organisation."""
    refuses: bool = False


@dataclass(eq=False)
class _Code:
    consent: Consent
    scopes: frozenset[str]
    redirect_uri: str
    made_at: float
    is_used: bool = False


class OAuth:
    """The authorization server."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._codes: dict[str, _Code] = {}
        self.consent: Consent | None = None
        """What happens on the next visits; without one an admin of the first workspace approves."""
        self.visits: list[dict[str, str]] = []
        """The query of each visit."""

    def methods(self) -> dict[str, Method]:
        """Return what there is."""
        return {"oauth.v2.access": Method(self._access, token="none", takes_json=False)}

    def add_to(self, app: web.Application) -> None:
        """Serve the page."""
        app.router.add_get("/oauth/v2/authorize", self._authorize)

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.visits.append(query)
        wrong = self._what_is_wrong(query)
        if wrong:
            return web.Response(status=400, text=f"Something went wrong when authorizing this app: {wrong}")
        consent = self.consent or self._first_admin()
        back = {"state": query["state"]} if "state" in query else {}
        if consent.refuses:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_hex(12)
            scopes = frozenset(query["scope"].replace(" ", ",").split(","))
            now = self._world.clock.seconds()
            self._codes[back["code"]] = _Code(consent, scopes, query.get("redirect_uri", ""), now)
        target = query.get("redirect_uri") or next(iter(self._world.app.redirect_urls), "")
        raise web.HTTPFound(f"{target}{'&' if '?' in target else '?'}{urlencode(back)}")

    def _what_is_wrong(self, query: dict[str, str]) -> str:
        app = self._world.app
        if query.get("client_id") != app.client_id:
            return "invalid_client_id"
        if not query.get("scope") and not query.get("user_scope"):
            return "invalid_scope"
        allowed, wanted = app.redirect_urls, query.get("redirect_uri", "")
        if allowed and wanted and not any(wanted.startswith(one) for one in allowed):
            return "bad_redirect_uri"
        return "" if allowed or wanted else "bad_redirect_uri"

    def _first_admin(self) -> Consent:
        people = [one for team in self._world.workspaces.values() for one in team.people.values()]
        team = next(iter(self._world.workspaces.values()))
        return Consent(next((one for one in people if one.is_admin), None) or team.add_member("admin", is_admin=True))

    def _access(self, ask: Ask) -> Json:
        app = self._world.app
        basic = ask.basic
        client_id = basic.client_id if basic else ask.word("client_id")
        secret = basic.secret if basic else ask.word("client_secret")
        if client_id != app.client_id:
            raise ApiError("invalid_client_id")
        if not secrets.compare_digest(secret, app.client_secret):
            raise ApiError("bad_client_secret")
        if ask.word("grant_type") == "refresh_token":
            return self._granted(self._world.tokens.rotate(ask.word("refresh_token")), None)
        if ask.word("grant_type", "authorization_code") != "authorization_code":
            raise ApiError("invalid_grant_type")
        code = self._taken(ask)
        workspace = code.consent.member.workspace
        return self._granted(workspace.install(code.scopes, is_org=code.consent.is_org), code.consent.member)

    def _taken(self, ask: Ask) -> _Code:
        code = self._codes.get(ask.word("code"))
        if code is None:
            raise ApiError("invalid_code")
        if code.is_used:
            raise ApiError("code_already_used")
        if self._world.clock.seconds() - code.made_at > self._world.limits.code_lives.total_seconds():
            raise ApiError("invalid_code")
        if ask.word("redirect_uri") != code.redirect_uri:
            raise ApiError("bad_redirect_uri")
        code.is_used = True
        return code

    def _granted(self, token: Token, member: "Member | None") -> Json:
        workspace = token.workspace
        assert workspace is not None
        is_org = token.enterprise is not None
        body: Json = {
            "access_token": token.value,
            "token_type": "bot",
            "scope": ",".join(sorted(token.scopes)),
            "bot_user_id": workspace.bot_user.id,
            "app_id": self._world.app.id,
            "team": None if is_org else {"id": workspace.id, "name": workspace.name},
            "enterprise": workspace.enterprise_json(),
            "is_enterprise_install": is_org,
        }
        if member is not None:
            body["authed_user"] = {"id": member.id}
        if token.expires_at is not None:
            left = token.expires_at - self._world.clock.seconds()
            body |= {"expires_in": round(left), "refresh_token": self._world.tokens.refresh_for(token)}
        return body
