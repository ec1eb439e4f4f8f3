"""Reading the settings from everywhere they may stand."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.config.complaints import complaints
from bot.config.layers import config_file, known_variables, secret_files, variables
from bot.config.settings import Settings
from bot.errors import ConfigError

USUAL_FILE = Path("config.toml")


def load(named: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings; `named` is a settings file that somebody asked for.

    Raises:
        ConfigError: One sentence for each thing that is wrong, one a line.
    """
    environ = os.environ if environ is None else environ
    folder = environ.get("EASEL_SECRETS_DIR", "").strip()
    layers = (
        variables(environ),
        known_variables(environ),
        secret_files(Path(folder).expanduser() if folder else None),
        config_file(find_config_file(named, environ=environ)),
    )
    try:
        return Settings(_build_sources=(layers, {}))  # type: ignore[call-arg]  # mypy sees the fields only, not the base's own __init__
    except ValidationError as error:
        # the cause is left out: its text may repeat what stands in a secret
        raise ConfigError(complaints(error, layers)) from None


def find_config_file(named: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Path | None:
    """Say which settings file is read: the named one (there or not), EASEL_CONFIG's, `config.toml` here, or none."""
    environ = os.environ if environ is None else environ
    if named is None and environ.get("EASEL_CONFIG", "").strip():
        named = Path(environ["EASEL_CONFIG"].strip())
    if named is not None:
        return named.expanduser()
    return USUAL_FILE if USUAL_FILE.exists() else None
