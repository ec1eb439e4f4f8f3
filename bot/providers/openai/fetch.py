"""Fetching a picture from an address that a service answered with, without being sent where we should not go."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx2

from bot.errors import ProviderFailed, ProviderFault
from bot.providers.openai.addresses import is_public
from bot.providers.openai.base64s import decode_data_url

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

LARGEST = 64 * 1024 * 1024
"""Bytes; more than any picture of ours has."""

_MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4
_WAITS = httpx2.Timeout(None, connect=10)
_OK = 200
_LAST_PORT = 65_535


class _NotFetched(Exception):
    """Why a picture did not come; its text is for the log and never holds the address, which may be signed."""


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Give the addresses that a host name stands for right now."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class PictureFetcher:
    """Fetches pictures for a provider, once each.

    The host of the operator's own `base_url` may live anywhere and speak
    plain http; everybody else has to be on the public internet, over https.
    A name is resolved once, and the connection goes to the address that was
    checked. Redirects are checked like the first address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        budget: timedelta = timedelta(seconds=60),
        largest: int = LARGEST,
        resolve: Resolve = resolve,
        tls: Callable[[], ssl.SSLContext] = httpx2.create_ssl_context,
    ) -> None:
        self._base = httpx2.URL(base_url)
        self._budget = budget
        self._largest = largest
        self._resolve = resolve
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, address: str, *, provider: str, request_id: str | None) -> bytes:
        """Give the bytes behind `address`, which may be relative to the base URL, or a data URL; they may be no picture.

        Raises:
            ProviderFailed: It may not or could not be fetched.
        """
        try:
            async with asyncio.timeout(self._budget.total_seconds()):
                return await self._fetch(address)
        except (_NotFetched, TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            reason = str(error) if isinstance(error, _NotFetched) else type(error).__name__
            raise ProviderFailed(
                provider, f"picture address: {reason}", fault=ProviderFault.BAD_ANSWER, request_id=request_id
            ) from error

    async def _fetch(self, address: str) -> bytes:
        if address[:5].lower() == "data:":
            return await self._unfold(address)
        if self._tls is None:
            self._tls = await asyncio.to_thread(self._make_tls)
        url = self._base.join(address)
        # No environment (a proxy would resolve the name again), and no connection that a later host could be sent over.
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with httpx2.AsyncClient(verify=self._tls, trust_env=False, limits=limits, timeout=_WAITS) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                found = await self._one_hop(client, url)
                if isinstance(found, bytes):
                    return found
                url = url.join(found)
        raise _NotFetched(f"more than {_MOST_REDIRECTS} redirects")

    async def _unfold(self, address: str) -> bytes:
        try:
            return await asyncio.to_thread(decode_data_url, address, self._largest)
        except ValueError as error:
            raise _NotFetched(str(error)) from error

    async def _one_hop(self, client: httpx2.AsyncClient, url: httpx2.URL) -> bytes | str:
        """Give the content, or where it is said to be instead."""
        self._check(url)
        response = await self._answer(client, url, await self._addresses(url))
        try:
            if response.has_redirect_location:
                return response.headers["location"]
            return await self._content(response)
        finally:
            await response.aclose()

    async def _answer(self, client: httpx2.AsyncClient, url: httpx2.URL, addresses: tuple[str, ...]) -> httpx2.Response:
        """Ask the first address that can be connected to."""
        *others, last = addresses[:_MOST_ADDRESSES]
        for address in others:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await client.send(self._request(client, url, address), stream=True, follow_redirects=False)
        return await client.send(self._request(client, url, last), stream=True, follow_redirects=False)

    def _check(self, url: httpx2.URL) -> None:
        schemes = {"https", "http"} if self._is_own(url) else {"https"}
        if url.scheme not in schemes or not url.host:
            raise _NotFetched("not https" if url.host else "no host")
        if url.userinfo:
            raise _NotFetched("it names a user")
        if url.port is not None and not 0 < url.port <= _LAST_PORT:
            raise _NotFetched("no such port")

    async def _addresses(self, url: httpx2.URL) -> tuple[str, ...]:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._resolve(url.raw_host.decode("ascii"), port)
        if not addresses:
            raise _NotFetched("the host is not known")
        if not self._is_own(url) and not all(is_public(address) for address in addresses):
            raise _NotFetched("the host is not on the public internet")
        return addresses

    def _is_own(self, url: httpx2.URL) -> bool:
        return url.host == self._base.host

    def _request(self, client: httpx2.AsyncClient, url: httpx2.URL, address: str) -> httpx2.Request:
        """Ask the address that was checked, in the name of the host that was meant (its certificate is the one looked at)."""
        host = url.raw_host.decode("ascii")
        return client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
            extensions={"sni_hostname": host},
        )

    async def _content(self, response: httpx2.Response) -> bytes:
        if response.status_code != _OK:
            raise _NotFetched(f"status {response.status_code}")
        # A small compressed answer may unfold into gigabytes.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _NotFetched("the content is compressed")
        content = bytearray()
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > self._largest:
                raise _NotFetched(f"larger than {self._largest} bytes")
        return bytes(content)
