"""Middleware for every request: checks the host name and the origin, and adds security headers to the answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.datastructures import Headers

from bot.adapters.web.problems import problem, problem_for

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

_LIVENESS_PATH = "/healthz"
"""Whoever watches over the process asks by its address, and learns nothing but that it is alive."""

_READINESS_PATH = "/readyz"
"""Kubernetes asks for this by the pod's address, which no page can have been rebound to: that takes a name."""

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}

_WRONG_HOST = "easel does not answer at this address; whoever runs it can add the host name to [web] allowed_hosts."

SAFE_HEADERS = {
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
"""What every answer carries, where it does not say otherwise itself."""

_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]


class SecurityMiddleware:
    """ASGI middleware. `allowed_hosts` are names without a port; a name that is not among them may be a rebound one.

    What is sent to `webhook_paths` is judged there, by its signature; to paths that begin with one of `api_prefixes`, by its key.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: tuple[str, ...],
        webhook_paths: frozenset[str] = frozenset(),
        api_prefixes: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._webhook_paths = webhook_paths
        self._api_prefixes = api_prefixes
        self._allowed_hosts = frozenset(host.lower().strip("[]") for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer in one sentence why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_safe_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _add_safe_headers(list(message.get("headers", ())))
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, send_with_safe_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        is_probe = scope["path"] == _LIVENESS_PATH or (scope["path"] == _READINESS_PATH and is_ip_address(host))
        if host not in self._allowed_hosts and not is_probe:
            return problem_for(Request(scope), HTTPStatus.MISDIRECTED_REQUEST, _WRONG_HOST)
        is_for_api = scope["path"].startswith(self._api_prefixes)
        is_exempt = is_for_api or scope["path"] in self._webhook_paths
        if scope["method"] not in _SAFE_METHODS and not is_exempt and not is_same_origin(headers):
            return problem(HTTPStatus.FORBIDDEN, "Only easel's own page may do that.")
        return None


def _add_safe_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in _RAW_HEADERS if name not in there]


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets, in small letters; empty for nonsense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_this_machine(host: str) -> bool:
    """Whether a Host header says that the browser is on the machine that easel runs on, or has a tunnel to it."""
    return host_name(host) in _THIS_MACHINE


def is_ip_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


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
