"""Fetching a picture from an address that a service answered with, without being sent where we should not go."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

import httpx2

from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.shared.base64_text import decode_data_url
from bot.providers.shared.body_limits import NO_COMPRESSION, BodyTooLarge, limit_bodies
from bot.providers.shared.ip_addresses import is_public

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

MOST_BYTES = 64 * 1024 * 1024
"""Bytes; more than any picture of ours has."""

_MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4
_TIMEOUTS = httpx2.Timeout(None, connect=10)
_OK = 200
_LAST_PORT = 65_535
_LONGEST_HOST = 100


_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (0.5, 1, 2, 4, 8))
"""Between two tries: a store often has a picture a moment after its address is told."""

_TEMPORARY_STATUSES = {404, 408, 425, 429}
_SERVER_ERROR = 500


class _FetchFailed(Exception):
    """Why a picture did not come; its text is for the log and never holds the address, which may be signed."""


class _TemporaryFailure(_FetchFailed):
    """Why it did not come this time."""


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses that a host name stands for right now."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class PictureFetcher:
    """Fetches pictures for a provider. That is free, so it tries again after each of `pauses` within its time limit.

    The operator's own `base_url` (with its scheme and port) and the hosts
    that the operator named may live anywhere and speak plain http; everybody
    else has to be on the public internet, over https. A name is resolved once
    for each try, and the connection goes to the address that was checked.
    Redirects are checked like the first address, and once one has left our
    own, it does not come back to anything but the public internet. `section`
    is the provider's section in the settings, for advice.
    """

    def __init__(
        self,
        base_url: str,
        *,
        hosts: Collection[str] = (),
        section: str = "openai",
        pauses: tuple[timedelta, ...] = _PAUSES,
        time_limit: timedelta = timedelta(seconds=60),
        largest: int = MOST_BYTES,
        resolve: Resolve = resolve,
        is_public: Callable[[str], bool] = is_public,
        tls: Callable[[], ssl.SSLContext] = httpx2.create_ssl_context,
    ) -> None:
        self._base = httpx2.URL(base_url)
        self._hosts = frozenset(hosts)
        self._section = section
        self._pauses = pauses
        self._time_limit = time_limit
        self._largest = largest
        self._resolve = resolve
        self._is_public = is_public
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, address: str, *, provider: str, request_id: str | None) -> bytes:
        """Return the bytes behind `address`, which may be relative to the base URL, or a data URL; they may be no picture.

        Raises:
            ProviderFailed: It may not or could not be fetched.
        """
        problem = ""
        try:
            async with asyncio.timeout(self._time_limit.total_seconds()):
                for pause in self._pauses:
                    try:
                        return await self._fetch(address)
                    except _TEMPORARY_ERRORS as error:
                        problem = _reason(error)
                        await asyncio.sleep(pause.total_seconds())
                return await self._fetch(address)
        except (_FetchFailed, TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            reason = problem if problem and isinstance(error, TimeoutError) else _reason(error)
            raise ProviderFailed(
                provider, f"picture address: {reason}", fault=ProviderFault.BAD_ANSWER, request_id=request_id
            ) from error

    async def _fetch(self, address: str) -> bytes:
        if address[:5].lower() == "data:":
            return await self._decode_data_url(address)
        if self._tls is None:
            self._tls = await asyncio.to_thread(self._make_tls)
        url, is_ours = self._base.join(address), True
        # No environment (a proxy would resolve the name again), and no connection that a later host could be sent over.
        async with httpx2.AsyncClient(
            verify=self._tls,
            trust_env=False,
            limits=httpx2.Limits(max_keepalive_connections=0),
            timeout=_TIMEOUTS,
            event_hooks={"response": [limit_bodies(lambda _: self._largest)]},
        ) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                is_ours = is_ours and self._is_own(url)
                found = await self._request_once(client, url, is_ours)
                if isinstance(found, bytes):
                    return found
                url = url.join(found)
        raise _FetchFailed(f"more than {_MOST_REDIRECTS} redirects")

    async def _decode_data_url(self, address: str) -> bytes:
        try:
            return await asyncio.to_thread(decode_data_url, address, self._largest)
        except ValueError as error:
            raise _FetchFailed(str(error)) from error

    async def _request_once(self, client: httpx2.AsyncClient, url: httpx2.URL, is_ours: bool) -> bytes | str:
        """Return the content, or where it is said to be instead."""
        self._check_url(url, is_ours)
        response = await self._send(client, url, await self._resolve_checked(url, is_ours))
        try:
            if response.has_redirect_location:
                return response.headers["location"]
            return await self._read_content(response)
        finally:
            await response.aclose()

    async def _send(self, client: httpx2.AsyncClient, url: httpx2.URL, addresses: tuple[str, ...]) -> httpx2.Response:
        """Send the request to the first address that can be connected to."""
        *others, last = addresses[:_MOST_ADDRESSES]
        for address in others:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await client.send(self._request(client, url, address), stream=True, follow_redirects=False)
        return await client.send(self._request(client, url, last), stream=True, follow_redirects=False)

    def _check_url(self, url: httpx2.URL, is_ours: bool) -> None:
        if not url.host:
            raise _FetchFailed("no host")
        if url.scheme == "http" and not is_ours:
            raise _FetchFailed(f"not https. {self._advice(url)}")
        if url.scheme not in {"https", "http"}:
            raise _FetchFailed("neither https nor http")
        if url.userinfo:
            raise _FetchFailed("it names a user")
        if url.port is not None and not 0 < url.port <= _LAST_PORT:
            raise _FetchFailed("no such port")

    async def _resolve_checked(self, url: httpx2.URL, is_ours: bool) -> tuple[str, ...]:
        addresses = await self._resolve(url.raw_host.decode("ascii"), _port(url))
        if not addresses:
            raise _FetchFailed("the host is not known")
        if not is_ours and not all(self._is_public(address) for address in addresses):
            raise _FetchFailed(f"the host is not on the public internet. {self._advice(url)}")
        return addresses

    def _is_own(self, url: httpx2.URL) -> bool:
        is_base = (url.scheme, url.host, _port(url)) == (self._base.scheme, self._base.host, _port(self._base))
        return is_base or url.host in self._hosts

    def _advice(self, url: httpx2.URL) -> str:
        if url.host in self._hosts:
            return "A redirect from elsewhere may not lead to a host of your own."
        return f"If {url.host[:_LONGEST_HOST]} is a host of your own, name it in [{self._section}] picture_hosts."

    def _request(self, client: httpx2.AsyncClient, url: httpx2.URL, address: str) -> httpx2.Request:
        """Return the request to the checked address, under the host name that was meant, which the certificate must match."""
        host = url.raw_host.decode("ascii")
        return client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii"), **NO_COMPRESSION},
            extensions={"sni_hostname": host},
        )

    async def _read_content(self, response: httpx2.Response) -> bytes:
        status = response.status_code
        if status != _OK:
            raise (_TemporaryFailure if status in _TEMPORARY_STATUSES or status >= _SERVER_ERROR else _FetchFailed)(
                f"status {status}"
            )
        return await response.aread()


_TEMPORARY_ERRORS = (_TemporaryFailure, httpx2.TransportError, OSError)


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _reason(error: Exception) -> str:
    """Return the name of the error's class, unless the error is our own: others' messages may hold the address."""
    return str(error) if isinstance(error, (_FetchFailed, BodyTooLarge)) else type(error).__name__
