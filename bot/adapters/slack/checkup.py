"""Checks that the bot would work on Slack, over the API, without connecting and without changing anything."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REQUIRED_SCOPES, SCOPES
from bot.adapters.slack.vendor_logger import SILENT_LOGGER
from bot.domain.health import Finding, Health

_APPS = "https://api.slack.com/apps"
_TIMEOUT = timedelta(seconds=15)
_CONNECTION_ERRORS = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)
_REINSTALL = f"Take the manifest that easel slack manifest prints to App Manifest at {_APPS}, and install the app again."


async def check_bot_token(api_url: str, token: str) -> tuple[Finding, ...]:
    """Check a bot token, and what it is allowed to do.

    The manifest cannot be read with it, so this is all that shows how an app
    differs from it: scopes that are missing, or that nobody asks for any more.
    """
    client = AsyncWebClient(base_url=api_url, retry_handlers=[], logger=SILENT_LOGGER)
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            answer = await client.auth_test(token=token)
    except SlackApiError as error:
        text = f"Slack does not accept the bot token ({error.response.get('error')})."
        mend = f"Copy the Bot User OAuth Token from OAuth & Permissions at {_APPS} once more, and set SLACK_BOT_TOKEN to it."
        return (Finding("slack", Health.WRONG, text, mend),)
    except _CONNECTION_ERRORS as error:
        return (_unreachable_finding(error),)
    known = Finding("slack", Health.OK, f"The token is that of {answer.get('user')} in {answer.get('team')}.")
    return (known, *_check_scopes(answer))


async def check_socket_mode(api_url: str, app_token: str) -> tuple[Finding, ...]:
    """Check that Slack would open a socket for the app-level token."""
    client = AsyncWebClient(base_url=api_url, retry_handlers=[], logger=SILENT_LOGGER)
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        text = f"Socket Mode cannot be used with the app-level token ({error.response.get('error')})."
        mend = f"Switch Socket Mode on, and make a token with connections:write under Basic Information at {_APPS}."
        return (Finding("slack", Health.WRONG, text, mend),)
    except _CONNECTION_ERRORS as error:
        return (_unreachable_finding(error),)
    return (Finding("slack", Health.OK, "Socket Mode works: commands and events need no public address."),)


def check_http(public_url: str) -> Iterator[Finding]:
    """Yield what is wrong with the address that Slack is to send everything to."""
    if public_url.startswith("https://"):
        yield Finding("slack", Health.OK, f"Everything comes by HTTP to {public_url}{EVENTS_PATH}.")
        return
    text = f"Slack sends nothing to {public_url}{EVENTS_PATH}: it takes https addresses only."
    yield Finding("slack", Health.WRONG, text, "Set [web] public_url to an https address, or [slack] app_token for Socket Mode.")


def check_installations(public_url: str, installed: int) -> Iterator[Finding]:
    """Yield how many workspaces there are, and where others can install the bot."""
    yield Finding("slack", Health.OK, f"{installed} installations; more at {public_url}{INSTALL_PATH}.")


def _check_scopes(answer: AsyncSlackResponse) -> Iterator[Finding]:
    """Yield how the granted scopes differ from those that the manifest asks for."""
    granted = _granted_scopes(answer.headers)
    missing = sorted(set(SCOPES) - granted)
    if any(scope in REQUIRED_SCOPES for scope in missing):
        text = f"The app may not do everything that easel does; it lacks {', '.join(missing)}."
        yield Finding("slack", Health.WRONG, text, _REINSTALL)
    elif missing:
        text = f"The app lacks {', '.join(missing)}; easel does without, where it has to."
        yield Finding("slack", Health.NOTE, text, _REINSTALL)
    elif unused := sorted(granted - set(SCOPES)):
        text = f"The app may do more than easel asks for: {', '.join(unused)}."
        yield Finding("slack", Health.NOTE, text, _REINSTALL)
    else:
        yield Finding("slack", Health.OK, "Its scopes are those of the manifest.")


def _granted_scopes(headers: Mapping[str, Any]) -> set[str]:
    found = next((str(value) for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return {scope.strip() for scope in found.split(",") if scope.strip()}


def _unreachable_finding(error: BaseException) -> Finding:
    text = f"Slack cannot be asked ({type(error).__name__})."
    return Finding("slack", Health.WRONG, text, "See whether this machine reaches slack.com, and [slack] api_url.")
