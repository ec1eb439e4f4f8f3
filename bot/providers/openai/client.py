"""The one client that pictures, rewriting and moderation share."""

import asyncio
import importlib
import operator
import ssl
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Self

import httpx2

from bot.errors import ConfigError
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.shared.body_limits import NO_COMPRESSION, limit_bodies

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"

_CONNECT = timedelta(seconds=10)
_WRITE = timedelta(seconds=30)

_RESOURCES = operator.attrgetter("chat.completions", "images", "models", "moderations", "responses", "batches", "files")
"""What we call of the SDK, which imports each when it is first asked for."""

_LAZY_MODULES = ("anyio._backends._asyncio", "concurrent.futures.thread", "encodings.idna")
"""What connecting imports, and looking a host's name up."""

_PICTURE_PLACES = ("/images/", "/responses/", "/files/")
_MOST_TEXT_BYTES = 4 * 1024 * 1024
_MOST_PICTURE_BYTES = 640 * 1024 * 1024
"""Bytes: ten pictures of the largest kind as base64. Whoever asks for fewer takes less."""


class OpenAiClient:
    """The SDK's client for one key at one address; it never repeats a call by itself.

    The SDK takes a second to import, so that is left until somebody asks.
    """

    def __init__(
        self,
        key: str,
        base_url: str | None = None,
        *,
        api_version: str = "",
        longest: timedelta = timedelta(minutes=15),
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Check what the settings say.

        Whoever makes a call keeps its time limit; `longest` is greater than any
        of them, and the last resort against a read that never ends. A service
        that wants no key gets a placeholder. With an `api_version` the key goes
        into Azure's own header, as its older addresses want it.

        Raises:
            ConfigError: The address or the key cannot be one.
        """
        self.base_url = _parse_base_url(base_url or OPENAI_URL)
        self._key = _check_key(key.strip()) or "none"
        self._api_version = api_version
        self._longest = longest
        self._transport = transport
        self._lock = asyncio.Lock()
        self._sdk: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def load(self, caller: str = "openai") -> "AsyncOpenAI":
        """Return what calls are made with, and import it the first time, beside the loop; `caller` is named by the error.

        Raises:
            ProviderFailed: It cannot be imported now, on a machine that may open no more files; nothing was sent.
        """
        async with self._lock:
            if self._sdk is None:
                try:
                    self._sdk = await asyncio.to_thread(self._build)
                except (ImportError, OSError) as error:
                    reason = f"{type(error).__name__} while loading its library"
                    raise ProviderFailed(caller, reason, fault=ProviderFault.UNREACHABLE) from error
            return self._sdk

    async def close(self) -> None:
        """Close its connections, if it has any."""
        if self._sdk is not None:
            await self._sdk.close()

    def _build(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        azure = {"api-key": self._key} if self._api_version else {}
        http_client = DefaultAsyncHttpxClient(
            verify=_tls_context(), transport=self._transport, event_hooks={"response": [limit_bodies(_body_limit)]}
        )
        client = AsyncOpenAI(
            api_key=self._key,
            admin_api_key="",
            base_url=self.base_url,
            max_retries=0,
            timeout=httpx2.Timeout(
                connect=_CONNECT.total_seconds(),
                read=self._longest.total_seconds(),
                write=_WRITE.total_seconds(),
                pool=_CONNECT.total_seconds(),
            ),
            default_headers={**NO_COMPRESSION, **azure},
            default_query={"api-version": self._api_version} if self._api_version else None,
            http_client=http_client,
        )
        # The SDK fills these from the environment, which only our settings may read.
        client.organization = None
        client.project = None
        _load_resources(client)
        return client


@cache
def _tls_context() -> ssl.SSLContext:
    """Return what connections are proved by: reading the machine's certificates takes 50 ms, and several clients share them."""
    return httpx2.create_ssl_context()


def _load_resources(client: "AsyncOpenAI") -> None:
    """Import what a first call would import: a machine that may open no more files cannot, and the call would fail for that."""
    for module in _LAZY_MODULES:
        importlib.import_module(module)
    _RESOURCES(client)


def is_openai_itself(client: OpenAiClient) -> bool:
    """Whether calls go to OpenAI and not to a gateway, whose list of models may say less."""
    host = client.base_url.host
    return host == "openai.com" or host.endswith(".openai.com")


def _body_limit(response: httpx2.Response) -> int:
    """Return how long a body may be: only pictures are large, and no error is one."""
    holds_pictures = response.is_success and any(place in response.request.url.path for place in _PICTURE_PLACES)
    return _MOST_PICTURE_BYTES if holds_pictures else _MOST_TEXT_BYTES


def _check_key(key: str) -> str:
    # The HTTP library would name the whole key in its complaint.
    if not all("!" <= character <= "~" for character in key):
        raise ConfigError("The API key of the image service holds a space or a special character; please copy it again.")
    return key


def _parse_base_url(base_url: str) -> httpx2.URL:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError(
            "The base URL of the image service is not an address: it starts with https:// or http:// "
            f"and names a host, such as {OPENAI_URL}."
        )
    return url
