"""Calls to Slack's Web API: one client and one connection pool for all workspaces, each call with its workspace's token."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SLACK
from bot.adapters.slack.bot_tokens import TokenSource
from bot.adapters.slack.errors import translate_errors
from bot.adapters.slack.rate_limits import SlackRateLimiter
from bot.domain.chat import MessageRef
from bot.domain.people import Identity
from bot.errors import SurfaceFailed

API = "https://slack.com/api/"

Json = dict[str, Any]

_TIMEOUT = timedelta(seconds=20)
_PROGRESS_TIMEOUT = timedelta(seconds=8)
_UPLOAD_TIMEOUT = timedelta(seconds=90)
_DOWNLOAD_TIMEOUT = timedelta(seconds=60)
_CHUNK = 64 * 1024
_MOST_TRIES = 5
_LONGEST_PAUSE = timedelta(minutes=1)
_JSON_METHODS = {"chat.postMessage", "chat.update", "chat.postEphemeral"}
_MOST_TEAMS, _MOST_EXTERNAL_PEOPLE = 10_000, 10_000
_BINARY = {"Content-Type": "application/octet-stream"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace, and the organisation it belongs to where that is known."""

    id: str
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """What Slack answered where a file was asked for: the file, or a page in its place."""

    status: int
    media_type: str
    content: bytes = field(repr=False)


class ForeignAddress(SurfaceFailed):
    """An address is not Slack's own, so it may not see a token."""


def is_own_address(api: str, url: str) -> bool:
    """Return whether an address is where the API itself is, or at a host of the API's domain by https."""
    own = urlsplit(api)
    try:
        asked = urlsplit(url)
    except ValueError:
        return False
    if asked.username is not None:
        return False
    domain = (own.hostname or "").removeprefix("www.")
    is_of_domain = asked.scheme == "https" and (asked.hostname or "").endswith(f".{domain}")
    return is_of_domain or (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


class SlackWebApi:
    """Calls Slack's Web API for all installations. Only a 429 is tried again here, when Slack says.

    Needs a running event loop. `close` closes its session.
    """

    def __init__(self, tokens: TokenSource, *, base_url: str = API, rate_limiter: SlackRateLimiter) -> None:
        self.session = aiohttp.ClientSession()
        self.client = AsyncWebClient(base_url=base_url, session=self.session, retry_handlers=[])
        self._tokens = tokens
        self._rate_limiter = rate_limiter
        self._enterprises: dict[str, str] = {}
        self._hosts: dict[Identity, str] = {}

    async def close(self) -> None:
        """Close the session."""
        await self.session.close()

    def enterprise_of(self, team: str) -> str:
        """Return the organisation of a workspace; empty where none is known."""
        return self._enterprises.get(team, "")

    def remember_team(self, team: Team) -> None:
        """Remember which organisation a workspace belongs to, for calls that do not know."""
        if team.enterprise and len(self._enterprises) < _MOST_TEAMS:
            self._enterprises[team.id] = team.enterprise

    def remember_external_person(self, person: Identity, host: str) -> None:
        """Remember the workspace whose bot somebody of another one speaks to (Slack Connect)."""
        if len(self._hosts) < _MOST_EXTERNAL_PEOPLE:
            self._hosts[person] = host

    def host_of(self, person: Identity) -> str:
        """Return the workspace whose bot may write to somebody: their own, where no other is known."""
        return self._hosts.get(person, person.realm)

    async def call(self, method: str, team: str, arguments: Mapping[str, Any], *, verb: str = "POST") -> Json:
        """Call a method of the API when the rate limit allows it, and return the answer.

        Raises:
            MessageGone: The place, message or installation is gone; `BotNotInChannel` where the bot is not in the channel.
            SlackMessageRejected: What was sent is wrong.
            SurfaceFailed: Slack does not take it now.
        """
        for tries_left in reversed(range(_MOST_TRIES)):
            await self._rate_limiter.acquire(method, team, str(arguments.get("channel", "")))
            try:
                return await self._request(method, team, arguments, verb, _TIMEOUT)
            except SurfaceFailed as error:
                await self._respect_retry_after(method, team, error)
                if not tries_left or error.retry_after is None or error.retry_after > _LONGEST_PAUSE:
                    raise
        raise AssertionError  # the last try returns or raises

    async def wait_for_progress(self, message: MessageRef) -> None:
        """Wait until a progress of a message may be shown."""
        await self._rate_limiter.acquire_progress(message.place.tenant, message)

    async def show_progress(self, team: str, arguments: Mapping[str, Any]) -> None:
        """Update a message after `wait_for_progress`; raises as `call` does, and tries nothing again."""
        try:
            await self._request("chat.update", team, arguments, "POST", _PROGRESS_TIMEOUT)
        except SurfaceFailed as error:
            await self._respect_retry_after("chat.update", team, error)
            raise

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that Slack gave for them.

        Raises:
            SurfaceFailed: They did not arrive.
        """
        proxy = self.client.proxy
        async with (
            translate_errors(_UPLOAD_TIMEOUT),
            self.session.post(url, data=io.BytesIO(content), headers=_BINARY, proxy=proxy) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise SurfaceFailed(SLACK, f"the file did not arrive: status={answer.status}")

    async def download(self, team: str, url: str, most: int) -> DownloadedFile:
        """Return what is at an address, with one byte too many where it is larger than `most`; no redirect is followed.

        Raises:
            ForeignAddress: The address is not Slack's own; nothing was asked there.
            SurfaceFailed: There is no whole answer, or no token for that workspace.
        """
        if not is_own_address(self.client.base_url, url):
            raise ForeignAddress(SLACK, "not an address of its own")
        async with translate_errors(_DOWNLOAD_TIMEOUT):
            headers = {"Authorization": f"Bearer {await self._tokens.token(self.enterprise_of(team), team)}"}
            proxy = self.client.proxy
            async with self.session.get(url, headers=headers, proxy=proxy, allow_redirects=False) as answer:
                content = bytearray()
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > most:
                        break
                return DownloadedFile(answer.status, answer.content_type, bytes(content[: most + 1]))

    async def _respect_retry_after(self, method: str, team: str, error: SurfaceFailed) -> None:
        if error.retry_after is not None:
            log.info("slack.rate_limited", method=method, team=team, seconds=error.retry_after.total_seconds())
            await self._rate_limiter.block(method, team, error.retry_after)

    async def _request(self, method: str, team: str, arguments: Mapping[str, Any], verb: str, time_limit: timedelta) -> Json:
        async with translate_errors(time_limit):
            enterprise = self.enterprise_of(team)
            token = await self._tokens.token(enterprise, team)
            parameters = {**arguments, "team_id": team} if enterprise else dict(arguments)
            headers = {"Authorization": f"Bearer {token}"}
            if method in _JSON_METHODS:
                answer = await self.client.api_call(method, json=parameters, headers=headers)
            elif verb == "GET":
                answer = await self.client.api_call(method, http_verb=verb, params=parameters, headers=headers)
            else:  # a form and not a query as the SDK's own methods send, for addresses end up in logs
                answer = await self.client.api_call(method, data=parameters, headers=headers)
        return answer.data if isinstance(answer.data, dict) else {}
