"""`easel slack manifest` and `easel slack reseal`."""

import asyncio
import json
from pathlib import Path

import typer

from bot.cli.logs import configure_logging
from bot.config import Settings, load
from bot.errors import ConfigError, StorageFailed


def manifest(url: str, *, is_rotating: bool, as_json: bool) -> int:
    """Print the manifest of the Slack app, and return the exit code.

    Raises:
        ConfigError: The address is not one that Slack takes.
    """
    from bot.adapters.slack.manifest import build_manifest, to_yaml
    from bot.app.commands import declared_commands

    if url and not url.startswith("https://"):
        raise ConfigError("--url has to begin with https://: Slack sends to nothing else.")
    commands = {command.name: command for command in declared_commands()}
    built = build_manifest(commands, url=url.rstrip("/"), is_rotating=is_rotating)
    typer.echo(json.dumps(built, indent=2) if as_json else to_yaml(built), nl=as_json)
    return 0


def reseal(config: Path | None, *, is_verbose: bool) -> int:
    """Encrypt all stored tokens with the newest key, and return the exit code.

    Raises:
        ConfigError: There are no keys, or none opens a token.
    """
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "error")
    if not settings.slack.client_id:
        raise ConfigError("There is nothing to encrypt: [slack] client_id is not set, so no workspace's tokens are kept.")
    done = asyncio.run(_reseal(settings))
    typer.echo(f"{done} records are encrypted with the first of [slack] token_keys now; the other keys can go.")
    return 0


async def _reseal(settings: Settings) -> int:
    from bot.adapters.slack.installation_store import reencrypt_installations
    from bot.adapters.slack.token_encryption import TokenCipher
    from bot.app.foundation import open_foundation
    from storage.sql.installations import SqlInstallations

    try:
        async with open_foundation(settings) as base:
            return await reencrypt_installations(
                SqlInstallations(base.database), TokenCipher(settings.slack.key_bytes), settings.slack.client_id
            )
    except StorageFailed as error:
        raise ConfigError(f"Not all tokens could be encrypted anew: {error.user_text}") from error
