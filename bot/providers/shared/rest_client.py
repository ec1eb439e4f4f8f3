"""Asks a service over HTTP, in JSON, for providers whose vendors have no client that we could trust with paid calls."""

import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from bot.errors import ConfigError
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.shared.body_limits import NO_COMPRESSION, limit_bodies
from bot.providers.shared.model_loading import estimated_time, is_loading
from bot.providers.shared.retry_headers import requests_per_minute, retry_after

_TIMEOUTS = httpx2.Timeout(30, connect=10)
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol)
_MOST_BYTES = 64 * 1024 * 1024
"""Of one answer: a few pictures as base64."""

_REQUEST_IDS = ("x-request-id", "x-fal-request-id", "request-id", "x-correlation-id")
_LONGEST_ID = 200

_OK, _REDIRECT, _CALLER_ERROR, _SERVER_ERROR = 200, 300, 400, 500
_MAY_HAVE_DRAWN = {408, 409, 499}
_FAULTS = {
    401: ProviderFault.BAD_KEY,
    402: ProviderFault.OUT_OF_MONEY,
    403: ProviderFault.NOT_PERMITTED,
    429: ProviderFault.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True)
class RestResponse:
    """A response: `body` is its parsed JSON, and None when it is none. Nothing of it is for the log but status and request id."""

    status: int
    headers: Mapping[str, str]
    body: object
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status says that all went well."""
        return _OK <= self.status < _REDIRECT

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return the body's fields; none when it is no JSON object."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def request_id(self) -> str | None:
        """Return the service's own id of the request, by which its support finds it."""
        found = next((self.headers[name] for name in _REQUEST_IDS if self.headers.get(name)), None)
        return found if found and found.isprintable() and len(found) <= _LONGEST_ID else None


_Form = tuple[Mapping[str, tuple[str, bytes, str]] | None, Mapping[str, str] | None]
"""The files of a form, and its other fields."""


class RestClient:
    """Asks one service. It repeats nothing by itself and follows no redirect.

    `headers` hold the key: they go to the host of `base_url` and to `hosts`
    (with their subdomains, over https), and nowhere else, whatever addresses
    the service answers with.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str],
        hosts: Collection[str] = (),
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._name = name
        self._base = _parse_base_url(name, base_url)
        self._hosts = tuple(hosts)
        self._headers = {**NO_COMPRESSION, **{header: _check_header(name, value) for header, value in headers.items()}}
        self._client = httpx2.AsyncClient(
            verify=_tls_context(),
            trust_env=False,
            timeout=_TIMEOUTS,
            event_hooks={"response": [limit_bodies(lambda _: _MOST_BYTES)]},
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def post_paid(self, address: str, body: object, headers: Mapping[str, str] | None = None) -> RestResponse:
        """Make a call that costs money; an error status is a response too.

        Raises:
            OutcomeUnknown: It went out, and no answer came that can be read.
            ProviderFailed: It did not go out.
        """
        return await self._request("POST", address, body, headers or {}, is_paid=True)

    async def ask(self, method: str, address: str, body: object = None) -> RestResponse:
        """Make a call that costs nothing and may be made again; an error status is a response too.

        Raises:
            ProviderFailed: No answer came.
        """
        return await self._request(method, address, body, {}, is_paid=False)

    async def fetch(self, method: str, address: str, body: object = None, *, expected: Collection[int] = ()) -> RestResponse:
        """Ask as `ask` does, where an error status is a failure, unless it is one of those `expected`.

        Raises:
            ProviderFailed: No answer came, or it says that something is wrong.
        """
        response = await self.ask(method, address, body)
        if not response.is_success and response.status not in expected:
            raise self.failure(response, is_paid=False, reason=f"at {address.partition('?')[0]}")
        return response

    async def upload(self, address: str, file: tuple[str, bytes, str], fields: Mapping[str, str]) -> RestResponse:
        """Send a file, by its name, bytes and media type, in the field `image` of a form. It costs nothing and may be done again.

        Raises:
            ProviderFailed: No answer came, or it says that something is wrong.
        """
        response = await self._request("POST", address, None, {}, is_paid=False, form=({"image": file}, fields))
        if not response.is_success:
            raise self.failure(response, is_paid=False, reason=f"at {address}")
        return response

    def read_id(self, response: RestResponse, field: str = "id") -> str:
        """Return the service's id of a paid call that was taken.

        Raises:
            OutcomeUnknown: The answer has none.
        """
        id_ = response.fields.get(field)
        if not isinstance(id_, str) or not id_:
            reason = "a call that was taken without an id"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=response.request_id)
        return id_

    def failure(
        self,
        response: RestResponse,
        *,
        is_paid: bool,
        reason: str = "",
        fault: ProviderFault | None = None,
        may_be_refusal: bool = False,
    ) -> ProviderFailed:
        """Return what an error status means; a paid call that may have been drawn all the same is an unknown outcome.

        `fault` is for a service whose statuses mean something else than usual.
        """
        said = f"status={response.status} {reason}".strip()
        if is_loading(response.status, response.body):
            wait = retry_after(response.headers) or estimated_time(response.body)
            return ProviderFailed(self._name, said, fault=ProviderFault.LOADING, request_id=response.request_id, retry_after=wait)
        status, request_id = response.status, response.request_id
        is_undrawn = _CALLER_ERROR <= status < _SERVER_ERROR and status not in _MAY_HAVE_DRAWN
        if is_paid and not is_undrawn:
            return OutcomeUnknown(self._name, said, fault=ProviderFault.OVERLOADED, request_id=request_id)
        usual = ProviderFault.OVERLOADED if status >= _SERVER_ERROR or status in _MAY_HAVE_DRAWN else ProviderFault.BAD_REQUEST
        return ProviderFailed(
            self._name,
            said,
            fault=fault or _FAULTS.get(status, usual),
            request_id=request_id,
            retry_after=retry_after(response.headers),
            per_minute=requests_per_minute(response.headers),
            may_be_refusal=may_be_refusal,
        )

    async def _request(
        self,
        method: str,
        address: str,
        body: object,
        headers: Mapping[str, str],
        *,
        is_paid: bool,
        form: _Form = (None, None),
    ) -> RestResponse:
        url, (files, fields) = self._resolve(address), form
        try:
            response = await self._client.request(
                method,
                url,
                json=body,
                files=files,
                data=fields,
                headers={**self._headers, **headers},
                follow_redirects=False,
            )
        except _NEVER_SENT as error:
            raise ProviderFailed(self._name, type(error).__name__, fault=ProviderFault.UNREACHABLE) from error
        except (httpx2.HTTPError, ssl.SSLError) as error:
            is_late = isinstance(error, httpx2.TimeoutException)
            fault = ProviderFault.TIMED_OUT if is_late else ProviderFault.UNREACHABLE
            failure = OutcomeUnknown if is_paid else ProviderFailed
            raise failure(self._name, type(error).__name__, fault=fault) from error
        return RestResponse(response.status_code, response.headers, _parse_json(response.content), response.content)

    def _resolve(self, address: str) -> httpx2.URL:
        """Return the absolute address, if the key may be shown there."""
        try:
            url = self._base.join(address)
        except httpx2.InvalidURL:
            raise self._build_untrusted_failure() from None
        is_own = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        is_named = url.scheme == "https" and any(url.host == host or url.host.endswith(f".{host}") for host in self._hosts)
        if url.userinfo or not (is_own or is_named):
            raise self._build_untrusted_failure()
        return url

    def _build_untrusted_failure(self) -> ProviderFailed:
        reason = "it names an address that is not its own"
        return ProviderFailed(self._name, reason, fault=ProviderFault.BAD_ANSWER)


def names_only_prompt(response: RestResponse) -> bool:
    """Whether an error (its `detail`, as FastAPI has it) says of no other field than the prompt that it is wrong."""
    detail = response.fields.get("detail")
    places = [item.get("loc") for item in detail if isinstance(item, dict)] if isinstance(detail, list) else []
    return all(isinstance(place, list) and place[-1:] == ["prompt"] for place in places)


@cache
def _tls_context() -> ssl.SSLContext:
    """Return what connections are proved by: reading the machine's certificates takes 50 ms."""
    return httpx2.create_ssl_context()


def _parse_json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _parse_base_url(name: str, base_url: str) -> httpx2.URL:
    """Return the address, with a slash at its end, so that relative ones are below it."""
    try:
        url = httpx2.URL(base_url.rstrip("/") + "/")
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError(f"[providers.{name}] base_url is not an address: it starts with https:// or http:// and names a host.")
    return url


def _check_header(name: str, value: str) -> str:
    # The HTTP library would name the whole key in its complaint.
    if not all(" " <= character <= "~" for character in value):
        raise ConfigError(f"[providers.{name}] api_key holds a line break or a special character; please copy it again.")
    return value
