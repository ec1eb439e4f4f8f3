"""The kinds of value a setting can have. A `ValueError` here says what the setting must be; its name is put in front later."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, TypeAdapter, ValidationError

from bot.domain.content import ALWAYS_REFUSED, ContentKind, parse_threshold
from bot.domain.images import Size
from bot.errors import BadInput
from bot.text import suggest

_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_ISO = TypeAdapter(timedelta)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_LONGEST_QUOTE = 16


class SettingsConflict(ValueError):
    """Whole sentences, one a line, about settings that do not go together."""


class Section(BaseModel):
    """One table of `config.toml`: frozen, and without room for anything it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)


def echo(value: object) -> str:
    """Return a value for a message if it is short: anything longer might be a key that landed in the wrong place."""
    text = str(value)
    return f"“{text}”" if text.isprintable() and len(text) <= _LONGEST_QUOTE else "what it is now"


def parse_duration(value: object) -> timedelta:
    """Return the duration of `90s`, `1h30m`, `2 m`, or ISO `PT3M`."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if isinstance(value, str) and text[:1] == "P":
        return _parse_iso(text)
    if isinstance(value, str) and re.fullmatch(rf"(?:{_PART.pattern}\s*)+", text):
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    raise ValueError("must be a duration with its unit, such as 90s, 3m or 1h30m")


def _parse_iso(text: str) -> timedelta:
    try:
        return _ISO.validate_python(text)
    except ValidationError:
        raise ValueError("must be a duration such as 90s, 3m, 1h30m or PT3M") from None


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
"""A length of time as people write it."""


def between(least: str, most: str) -> AfterValidator:
    """Return a validator that bounds a duration; both ends are allowed."""

    def check(value: timedelta) -> timedelta:
        if not parse_duration(least) <= value <= parse_duration(most):
            raise ValueError(f"must be a duration from {least} to {most}")
        return value

    return AfterValidator(check)


def like(pattern: str, what: str) -> AfterValidator:
    """Return a validator of texts that look so; `what` ends the sentence "must be …"."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {what}")
        return value

    return AfterValidator(check)


def parse_list(value: object) -> object:
    """Return `a, b` as two words: environment variables cannot hold lists."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _check_texts(words: tuple[str, ...]) -> tuple[str, ...]:
    if any(not word.strip() for word in words):
        raise ValueError("has an empty entry; take it out")
    return tuple(word.strip() for word in words)


def threshold_of(kind: ContentKind) -> BeforeValidator:
    """Return a parser of a moderation score, `flagged` or `off`, if this kind of content may have it."""

    def check(value: object) -> str:
        try:
            parse_threshold(kind, str(value))
        except BadInput:
            most = "0.2, as it is never drawn" if kind in ALWAYS_REFUSED else '1, or "flagged", or "off"'
            raise ValueError(f"must be a score from 0.01 (stricter) to {most}") from None
        return str(value)

    return BeforeValidator(check)


TextList = Annotated[tuple[str, ...], BeforeValidator(parse_list), AfterValidator(_check_texts)]
"""A list of words; one text with commas will do."""


def strip_quotes(text: str) -> str:
    """Return a text without white space around it, and without one pair of quotes: `docker --env-file` leaves them on."""
    text = text.strip().removeprefix("\ufeff").strip()
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            return text[1:-1].strip()
    return text


def _check_secret(secret: SecretStr) -> SecretStr:
    text = strip_quotes(secret.get_secret_value())
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be one word of plain letters, digits and signs; it was probably not copied whole")
    return SecretStr(text)


Secret = Annotated[SecretStr, AfterValidator(_check_secret)]
"""A key or token; empty means that there is none."""

NO_SECRET = SecretStr("")


def _check_secrets(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not secrets or not all(secrets):
        raise ValueError("must name a key in each of its entries, and at least one; without any, take it out")
    if len(set(secrets)) < len(secrets):
        raise ValueError("names one key twice: take one of the two out")
    return secrets


Secrets = Annotated[tuple[Secret, ...], BeforeValidator(parse_list), AfterValidator(_check_secrets)]
"""A list of keys, all different; one text with commas will do."""


def _check_web_url(text: str) -> str:
    text = text.strip()
    if text and not _is_web_url(text):
        raise ValueError("must be an address that begins with http:// or https://, such as https://easel.example.org")
    return text.rstrip("/")


def _is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text and not parts.query and not parts.fragment
    return parts.scheme in {"http", "https"} and is_whole and is_plain


WebUrl = Annotated[str, AfterValidator(_check_web_url)]
"""An http(s) address without a slash at its end, or nothing."""


def _check_host(text: str) -> str:
    text = text.strip().removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(text):
        raise ValueError("must be a host name or an IP address without http:// or port, such as 127.0.0.1")
    return text.lower()


Host = Annotated[str, AfterValidator(_check_host)]
"""A host name or an IP address, lower case, IPv6 without brackets."""


def _check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_check_host(host) for host in hosts)


Hosts = Annotated[TextList, AfterValidator(_check_hosts)]
"""A list of host names."""


def _check_folder(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or "\0" in value or "?" in value):
        raise ValueError("must be the path of a folder, without a question mark in it")
    return value


Folder = Annotated[Path, BeforeValidator(_check_folder), AfterValidator(Path.expanduser)]
"""A folder; `~` is the home folder. A question mark would end the path in a database URL."""


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        close = suggest(name, sorted(available_timezones()))
        text = f"must be a time zone such as UTC or Europe/Berlin, not {echo(name)}"
        raise ValueError(f"{text}.{close}" if close else text) from None
    return name


ZoneName = Annotated[str, AfterValidator(_check_zone)]
"""The name of a time zone that this machine knows."""


def parse_size(value: object) -> Size:
    """Return the size of `1536x1024`."""
    found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", str(value).strip())
    if not found:
        raise ValueError("must be a list of sizes, width x height in pixels, such as 1536x1024")
    return Size(int(found[1]), int(found[2]))


def _check_slug(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name):
        raise ValueError("must be named in small letters, digits, - and _")
    return name


Slug = Annotated[str, AfterValidator(_check_slug)]
"""A short word of small letters, such as a tier's name."""


def merge_over(defaults: Mapping[str, object]) -> BeforeValidator:
    """Return a validator that merges a table over the default one, so that naming one entry does not lose the others."""

    def merge(given: object) -> object:
        return {**defaults, **given} if isinstance(given, Mapping) else given

    return BeforeValidator(merge)


def is_loopback(host: str) -> bool:
    """Whether only this machine is meant."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
