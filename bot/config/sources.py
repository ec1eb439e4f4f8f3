"""The places that settings come from, each with what it calls them."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from bot.config.field_types import strip_quotes
from bot.config.settings import Settings
from bot.errors import ConfigError

Loc = tuple[str, ...]

PREFIX = "EASEL_"
NOT_SETTINGS = ("EASEL_CONFIG", "EASEL_SECRETS_DIR")
"""Say where settings are, and are none themselves."""

KNOWN_VARIABLES: dict[str, Loc] = {
    "OPENAI_API_KEY": ("openai", "api_key"),
    "OPENAI_BASE_URL": ("openai", "base_url"),
    "DISCORD_TOKEN": ("discord", "token"),
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_APP_TOKEN": ("slack", "app_token"),
    "SLACK_SIGNING_SECRET": ("slack", "signing_secret"),
    "SLACK_CLIENT_ID": ("slack", "client_id"),
    "SLACK_CLIENT_SECRET": ("slack", "client_secret"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("monitoring", "otlp_url"),
    "SENTRY_DSN": ("monitoring", "sentry_dsn"),
}
"""Names under which people's machines have these already."""

RENAMED: dict[Loc, str] = {("drawing", "budgets"): "timeouts"}
"""Old names of settings, which are still taken, and what each is called in its section now."""

_LARGEST_SECRET = 64 * 1024


class SettingsSource(PydanticBaseSettingsSource):
    """Settings from one place. `names` maps each setting to its spelling there, for error messages.

    `outdated` has a sentence for each that stands there under an old name.
    """

    def __init__(self, values: Mapping[Loc, object], names: Mapping[Loc, str]) -> None:
        super().__init__(Settings)
        self._values = {_rename_path(path): value for path, value in values.items()}
        self.names = {_rename_path(path): name for path, name in names.items()}
        self.outdated = tuple(
            f"{name} is an old name: write {_spell_like(name, _rename_path(path))}."
            for path, name in names.items()
            if _rename_path(path) != path and path not in RENAMED
        )

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - base's signature
        """Answer for one top-level field; unused, as `__call__` gives all at once."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return everything, nested as the sections are."""
        nested: dict[str, Any] = {}
        for path, value in self._values.items():
            _insert(nested, path, _rename_keys(path, value))
        return nested


def _rename_path(path: Loc) -> Loc:
    """Return the path of today."""
    new = RENAMED.get(path[:2])
    return path if new is None else (path[0], new, *path[2:])


def _rename_keys(path: Loc, value: object) -> object:
    """Return a section with the keys of today; what stands there under both names is taken from the new one."""
    if not isinstance(value, Mapping):
        return value
    table = dict(value)
    for (section, old), new in RENAMED.items():
        if path == (section,) and isinstance(table.get(old), Mapping) and isinstance(table.get(new, {}), Mapping):
            table[new] = {**table.pop(old), **table.get(new, {})}
    return table


def _spell_like(name: str, path: Loc) -> str:
    """Return a setting spelled as a variable where `name` is one, else as in the file."""
    return PREFIX + "__".join(path).upper() if name.startswith(PREFIX) else to_toml_name(path)


def _insert(table: dict[str, Any], path: Loc, value: object) -> None:
    """Put a value where its path leads; below a value that is no table there is no room, and that value is reported."""
    below: object = table
    for step in path[:-1]:
        below = below.setdefault(step, {}) if isinstance(below, dict) else None
    if isinstance(below, dict):
        below.setdefault(path[-1], value)


def read_easel_variables(environ: Mapping[str, str]) -> SettingsSource:
    """Read `EASEL_OPENAI__API_KEY` and its like; an empty one is not set, and `""` is set to nothing.

    `EASEL_TEST_…` belongs to the test suite.
    """
    taken = (name for name in sorted(environ) if name.startswith(PREFIX) and not name.startswith("EASEL_TEST_"))
    ours = {name: _split_name(name.removeprefix(PREFIX)) for name in taken if name not in NOT_SETTINGS and environ[name].strip()}
    return SettingsSource(
        {path: strip_quotes(environ[name]) for name, path in ours.items()}, {path: name for name, path in ours.items()}
    )


def read_known_variables(environ: Mapping[str, str]) -> SettingsSource:
    """Read the names that people know; an empty one counts as not set."""
    ours = {name: path for name, path in KNOWN_VARIABLES.items() if strip_quotes(environ.get(name, ""))}
    return SettingsSource(
        {path: strip_quotes(environ[name]) for name, path in ours.items()}, {path: name for name, path in ours.items()}
    )


def read_secret_files(folder: Path | None) -> SettingsSource:
    """Read a folder of files that hold one setting each, named `openai__api_key` or `OPENAI_API_KEY`.

    Raises:
        ConfigError: The folder or one of its files cannot be read.
    """
    if folder is None:
        return SettingsSource({}, {})
    if not folder.is_dir():
        raise ConfigError(f"EASEL_SECRETS_DIR names {folder}, and there is no such folder: make it, or unset the variable.")
    found = {file: _secret_path(file.name) for file in sorted(folder.iterdir()) if not file.name.startswith(".")}
    names = {path: f"The secret file {file}" for file, path in found.items()}
    return SettingsSource({path: _read_secret(file) for file, path in found.items()}, names)


def _secret_path(name: str) -> Loc:
    plain = name.upper().removesuffix(".TXT")
    return KNOWN_VARIABLES.get(plain) or _split_name(plain.removeprefix(PREFIX))


def _read_secret(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_SECRET:
            raise ConfigError(f"The secret file {file} is too large to be one: a key or token is a single line.")
        return strip_quotes(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The secret file {file} cannot be read: see that it is a text file this user may read.") from error


def read_config_file(path: Path | None) -> SettingsSource:
    """Read `config.toml`.

    Raises:
        ConfigError: It is not there, cannot be read, or is not TOML.
    """
    if path is None:
        return SettingsSource({}, {})
    table = _read_toml(path)
    names = {loc: f"{to_toml_name(loc)} in {path}" for loc in _paths(table)}
    return SettingsSource({(key,): value for key, value in table.items()}, names)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no settings file {path}: check the name, or copy config.example.toml there.") from None
    except OSError as error:
        raise ConfigError(f"The settings file {path} cannot be read: see that it is a file this user may read.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The settings file {path} is not UTF-8 text: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"The settings file {path} is not valid TOML ({_line_of(error)}): texts stand in quotes, and no name twice."
        ) from None


def _line_of(error: tomllib.TOMLDecodeError) -> str:
    """Return the line only: the rest of the message may repeat what stands there."""
    found = re.search(r"at line (\d+)", str(error))
    return f"line {found[1]}" if found else "at its end"


def to_toml_name(loc: Loc) -> str:
    """Return `[worker.slots] guest`, as it would stand in the file."""
    *tables, key = (step if re.fullmatch(r"[A-Za-z0-9_-]+", step) else json.dumps(step) for step in loc)
    return f"[{'.'.join(tables)}] {key}" if tables else key


def _split_name(name: str) -> Loc:
    return tuple(name.lower().split("__"))


def _paths(table: Mapping[str, Any], above: Loc = ()) -> Iterator[Loc]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, Mapping):
            yield from _paths(value, (*above, key))
