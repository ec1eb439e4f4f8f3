"""Checks that the bot would work on Discord, over the API, without connecting and without changing anything."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import discord

from bot.adapters.discord.application_commands import Json
from bot.adapters.discord.command_registration import are_same_commands, fetch_commands, keep_installable
from bot.domain.health import Finding, Health
from bot.ports.clock import Clock

_PORTAL = "https://discord.com/developers/applications"
_REQUIRED_PERMISSIONS = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True, read_message_history=True
)
_CONNECTION_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_MOST_CLOCK_SKEW = timedelta(minutes=1)
TIMEOUT = timedelta(seconds=15)


def invite_links(application: int) -> tuple[str, str]:
    """Return the link that adds the bot to a server with the permissions it needs, and the one that adds it to a person."""
    base = f"https://discord.com/oauth2/authorize?client_id={application}"
    server = {
        "integration_type": _GUILD_INSTALL,
        "scope": "bot applications.commands",
        "permissions": _REQUIRED_PERMISSIONS.value,
    }
    person = {"integration_type": _USER_INSTALL, "scope": "applications.commands"}
    return f"{base}&{urlencode(server)}", f"{base}&{urlencode(person)}"


async def fetch_application_id(token: str, proxy: str = "") -> int:
    """Return the id of the application that a token belongs to. `proxy` is the address of a proxy, or empty.

    Raises:
        discord.LoginFailure: It belongs to none.
        discord.DiscordException: Discord cannot be asked.
    """
    client = discord.Client(intents=discord.Intents(guilds=True), proxy=proxy or None)
    try:
        await client.login(token)
        return client.application_id or 0
    finally:
        await client.close()


async def check_application(
    token: str, *, public_key: str, has_gateway: bool, menu: list[Json], proxy: str, clock: Clock
) -> tuple[Finding, ...]:
    """Check the token, the application, the commands, and the time. `menu` is what easel registers when it starts."""
    watch = _ClockSkew(clock)
    client = discord.Client(intents=discord.Intents(guilds=True), proxy=proxy or None, http_trace=watch.trace())
    try:
        await client.login(token)
        application = await client.http.application_info()
        registered = await fetch_commands(client)
        name = str(client.user)
    except discord.LoginFailure:
        mend = "Reset the token on the Bot page of the developer portal, and set DISCORD_TOKEN to the new one."
        return (Finding("discord", Health.WRONG, "Discord does not accept the token.", mend),)
    except _CONNECTION_ERRORS as error:
        text = f"Discord cannot be asked ({type(error).__name__})."
        return (
            Finding(
                "discord", Health.WRONG, text, "See whether this machine reaches discord.com, and [discord] proxy and api_url."
            ),
        )
    finally:
        await client.close()
    return (
        Finding("discord", Health.OK, f"The token is that of {name}."),
        *_check_endpoint(dict(application), public_key=public_key, has_gateway=has_gateway),
        *_check_install_types(dict(application)),
        *_check_public(dict(application)),
        _check_intents(),
        _check_commands(registered, keep_installable(menu, dict(application))),
        *_check_clock(watch.ahead),
    )


def _check_endpoint(application: Mapping[str, Any], *, public_key: str, has_gateway: bool) -> Iterator[Finding]:
    """Yield a finding where Discord sends interactions elsewhere than easel listens: they come one way or the other."""
    url, key = application.get("interactions_endpoint_url"), str(application.get("verify_key") or "")
    if url and not public_key:
        text = f"Discord sends interactions to {url}, so the gateway hears none."
        mend = f"Empty Interactions Endpoint URL at {_PORTAL}, or set [discord] public_key."
        yield Finding("discord", Health.WRONG, text, mend)
    if public_key and key and key != public_key:
        mend = f"Set it to {key}, as General Information in the developer portal shows it."
        yield Finding("discord", Health.WRONG, "[discord] public_key is not this application's.", mend)
    if not url and not has_gateway:
        mend = f"Enter https://your.host/discord/interactions as Interactions Endpoint URL at {_PORTAL}."
        yield Finding("discord", Health.WRONG, "[discord] gateway is off, and Discord knows no endpoint.", mend)
    if url and public_key and url.endswith("/discord/interactions"):
        yield Finding("discord", Health.OK, f"Interactions come by HTTP to {url}.")


def _check_install_types(application: Mapping[str, Any]) -> Iterator[Finding]:
    kinds = application.get("integration_types_config")
    if not isinstance(kinds, Mapping):
        return
    missing = [name for kind, name in ((_GUILD_INSTALL, "servers"), (_USER_INSTALL, "people")) if str(kind) not in kinds]
    if missing:
        text = f"The application cannot be installed by {' and '.join(missing)}."
        mend = "Tick it under Installation in the developer portal, if you want that."
        yield Finding("discord", Health.NOTE, text, mend)


def _check_public(application: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether strangers may install the bot: what they draw is paid for here."""
    if application.get("bot_public"):
        text = "Anybody who knows the bot's id can add it to a server of theirs, and what is drawn there is paid for here."
        yield Finding("discord", Health.NOTE, text, f"Switch Public Bot off on the Bot page at {_PORTAL}, unless you want that.")


def _check_clock(ahead: timedelta) -> Iterator[Finding]:
    """Yield how this machine's clock differs from Discord's: signatures that look too old are refused."""
    if abs(ahead) > _MOST_CLOCK_SKEW:
        minutes = max(1, round(abs(ahead).total_seconds() / 60))
        text = f"This machine's clock is about {minutes} min {'ahead of' if ahead > timedelta() else 'behind'} Discord's."
        mend = "Have it set by NTP (timedatectl set-ntp true): interactions by HTTP and other signed requests are refused so."
        yield Finding("discord", Health.WRONG, text, mend)


class _ClockSkew:
    """Reads Discord's time from its answers. `ahead` is how far our clock is before it, to about a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead = timedelta()

    def trace(self) -> aiohttp.TraceConfig:
        """Return what has a client tell of its answers."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._record)
        return trace

    async def _record(self, _session: object, _context: object, ended: aiohttp.TraceRequestEndParams) -> None:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            self.ahead = self._clock.now() - parsedate_to_datetime(ended.response.headers["Date"])


def _check_intents() -> Finding:
    text = "Only intents for servers, messages and reactions are used; no privileged one has to be switched on."
    return Finding("discord", Health.OK, text)


def _check_commands(registered: list[Json], menu: list[Json]) -> Finding:
    names = ", ".join(sorted(str(command["name"]) for command in registered)) or "none"
    if are_same_commands(registered, menu):
        return Finding("discord", Health.OK, f"Commands are registered as they should be: {names}.")
    text = f"Commands are registered otherwise than this version has them: {names}."
    return Finding("discord", Health.NOTE, text, "Nothing to do: easel run registers them at its start.")
