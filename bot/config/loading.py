"""Loads the settings from all their sources."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.config.error_messages import describe_errors
from bot.config.settings import Settings
from bot.config.sources import read_config_file, read_easel_variables, read_known_variables, read_secret_files
from bot.errors import ConfigError

DEFAULT_FILE = Path("config.toml")


def load(named: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Return all settings, checked; `named` is a settings file that somebody asked for.

    Raises:
        ConfigError: One sentence for each thing that is wrong, one a line.
    """
    environ = os.environ if environ is None else environ
    folder = environ.get("EASEL_SECRETS_DIR", "").strip()
    sources = (
        read_easel_variables(environ),
        read_known_variables(environ),
        read_secret_files(Path(folder).expanduser() if folder else None),
        read_config_file(find_config_file(named, environ=environ)),
    )
    try:
        settings = Settings(_build_sources=(sources, {}))  # type: ignore[call-arg]  # mypy sees the fields only, not the base's own __init__
    except ValidationError as error:
        # the cause is left out: its text may repeat what stands in a secret
        raise ConfigError(describe_errors(error, sources)) from None
    settings.note_outdated(tuple(sentence for source in sources for sentence in source.outdated))
    return settings


def find_config_file(named: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the settings file: the named one (there or not), EASEL_CONFIG's, `config.toml` here, or None."""
    environ = os.environ if environ is None else environ
    if named is None and environ.get("EASEL_CONFIG", "").strip():
        named = Path(environ["EASEL_CONFIG"].strip())
    if named is not None:
        return named.expanduser()
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None
