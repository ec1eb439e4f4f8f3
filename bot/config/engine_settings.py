"""The settings of what carries jobs to whoever draws."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from bot.config.field_types import NO_SECRET, Secret, Section, Slug


def _check_url(url: SecretStr) -> SecretStr:
    if url and not _is_redis_url(url.get_secret_value()):
        raise ValueError("must be redis:// or rediss:// with a host, such as redis://:password@redis.example.org:6379/0")
    return url


def _is_redis_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_host and parts.scheme in {"redis", "rediss"} and (parts.path.strip("/") or "0").isdecimal()


class EngineSettings(Section):
    """`[engine]`: what carries jobs to whoever draws."""

    url: Annotated[Secret, AfterValidator(_check_url)] = NO_SECRET
    prefix: Slug = "easel"
