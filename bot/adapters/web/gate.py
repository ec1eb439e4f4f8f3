"""The door that every request goes through: the right host name, no foreign pages, and safe headers on the way out."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.web.problems import problem, problem_for

_READING = {"GET", "HEAD", "OPTIONS"}

_ALIVE = "/healthz"
"""Whoever watches over the process asks by its address, and learns nothing but that it is alive."""

_WRONG_HOST = "This server does not go by that name; whoever runs it can add the name to [web] allowed_hosts."

_HEADERS = {
    # Pictures may be redirected to any object store, so they alone may come from elsewhere.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Gate:
    """ASGI middleware. `allowed_hosts` are names without a port; a name that is not among them may be a rebound one."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: tuple[str, ...]) -> None:
        self._app = app
        self._allowed_hosts = frozenset(host.lower().strip("[]") for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say in one sentence why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_safe_headers(MutableHeaders(scope=message))
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self._allowed_hosts and scope["path"] != _ALIVE:
            return problem_for(Request(scope), HTTPStatus.MISDIRECTED_REQUEST, _WRONG_HOST)
        if scope["method"] not in _READING and not is_same_origin(headers):
            return problem(HTTPStatus.FORBIDDEN, "Only the studio's own page may do that.")
        return None


def add_safe_headers(headers: MutableHeaders) -> None:
    """Add what every answer carries, where it does not say otherwise itself."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


def host_name(host: str) -> str:
    """Give the name in a Host header, without port and brackets, in small letters; empty for nonsense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_same_origin(headers: Headers) -> bool:
    """Whether a page of ours sends the request.

    Browsers say so in Sec-Fetch-Site, except on plain http to another
    machine; there the Origin must name the host that was asked.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2].lower() == headers.get("host", "").lower()
