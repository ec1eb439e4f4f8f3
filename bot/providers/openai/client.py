"""The one client that pictures, rewriting and moderation share."""

import importlib
import operator
import ssl
from datetime import timedelta
from functools import cache

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.errors import ConfigError
from bot.providers.shared.body_limits import NO_COMPRESSION, limit_bodies

OPENAI_URL = "https://api.openai.com/v1"

_CONNECT = timedelta(seconds=10)
_WRITE = timedelta(seconds=30)

_RESOURCES = operator.attrgetter("chat.completions", "images", "models", "moderations")
"""What we call of the SDK, which imports each when it is first asked for."""

_LAZY_MODULES = ("anyio._backends._asyncio", "concurrent.futures.thread", "encodings.idna")
"""What connecting imports, and looking a host's name up."""

_PICTURE_PLACES = ("/images/", "/responses/")
_MOST_TEXT_BYTES = 4 * 1024 * 1024
_MOST_PICTURE_BYTES = 640 * 1024 * 1024
"""Bytes: ten pictures of the largest kind as base64. Whoever asks for fewer takes less."""


def build_client(
    key: str, base_url: str | None = None, *, api_version: str = "", longest: timedelta = timedelta(minutes=15)
) -> AsyncOpenAI:
    """Build a client that never repeats a call by itself; the caller closes it (`await client.close()`).

    Whoever makes a call keeps its time limit; `longest` is greater than any of
    them, and the last resort against a read that never ends. A service that
    wants no key gets a placeholder. With an `api_version` the key goes into
    Azure's own header, as its older addresses want it.

    Raises:
        ConfigError: The address or the key cannot be one.
    """
    checked = _check_key(key.strip()) or "none"
    azure = {"api-key": checked} if api_version else {}
    client = AsyncOpenAI(
        api_key=checked,
        admin_api_key="",
        base_url=_parse_base_url(base_url or OPENAI_URL),
        max_retries=0,
        timeout=httpx2.Timeout(
            connect=_CONNECT.total_seconds(),
            read=longest.total_seconds(),
            write=_WRITE.total_seconds(),
            pool=_CONNECT.total_seconds(),
        ),
        default_headers={**NO_COMPRESSION, **azure},
        default_query={"api-version": api_version} if api_version else None,
        http_client=DefaultAsyncHttpxClient(verify=_tls_context(), event_hooks={"response": [limit_bodies(_body_limit)]}),
    )
    # The SDK fills these from the environment, which only our settings may read.
    client.organization = None
    client.project = None
    return client


@cache
def _tls_context() -> ssl.SSLContext:
    """Return what connections are proved by: reading the machine's certificates takes 50 ms, and several clients share them."""
    return httpx2.create_ssl_context()


def load_resources(client: AsyncOpenAI, *more: str) -> None:
    """Import what a first call would import: a machine that may open no more files cannot, and the call would fail for that.

    `more` names resources of the SDK that only some providers need.
    """
    for module in _LAZY_MODULES:
        importlib.import_module(module)
    _RESOURCES(client)
    for resource in more:
        getattr(client, resource)


def is_openai_itself(client: AsyncOpenAI) -> bool:
    """Whether calls go to OpenAI and not to a gateway, whose list of models may say less."""
    host = client.base_url.host
    return host == "openai.com" or host.endswith(".openai.com")


def _body_limit(response: httpx2.Response) -> int:
    """Only pictures are large, and no error is one."""
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
