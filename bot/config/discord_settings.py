"""Settings of the bot on Discord."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from bot.config.field_types import (
    NO_SECRET,
    Secret,
    Section,
    SettingsConflict,
    TextList,
    WebUrl,
    parse_list,
)


def _check_gateway_url(url: str) -> str:
    if url and not url.startswith(("ws://", "wss://")):
        raise ValueError("must begin with wss:// or ws://, or be empty for Discord's own")
    return url


def _check_public_key(key: str) -> str:
    if key and not re.fullmatch(r"[0-9a-f]{64}", key.lower()):
        raise ValueError("must be the 64 letters and digits that the developer portal shows as Public Key")
    return key.lower()


def _check_proxy(proxy: SecretStr) -> SecretStr:
    url = proxy.get_secret_value()
    if url and (not url.startswith("http://") or not urlsplit(url).hostname):
        raise ValueError("must be an address that begins with http://, such as http://proxy.example.org:3128")
    return proxy


class DiscordSettings(Section):
    """`[discord]`: the bot on Discord."""

    token: Secret = NO_SECRET
    public_key: Annotated[str, AfterValidator(_check_public_key)] = ""
    gateway: bool = True
    shard_count: Annotated[int, Field(ge=0, le=10_000)] = 1
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(parse_list)] = ()
    spoiler_guilds: TextList = ()
    pictures: Literal["upload", "link"] = "upload"
    proxy: Annotated[Secret, AfterValidator(_check_proxy)] = NO_SECRET
    api_url: WebUrl = ""
    gateway_url: Annotated[str, AfterValidator(_check_gateway_url)] = ""

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if self.shard_ids and not self.shard_count:
            raise SettingsConflict("[discord] shard_ids needs shard_count: how many shards there are in all processes together.")
        if any(number >= self.shard_count for number in self.shard_ids):
            raise SettingsConflict("[discord] shard_ids are counted from 0, so each of them is below shard_count.")
        if not self.gateway and not self.public_key:
            raise SettingsConflict("[discord] gateway = false needs public_key: else nothing would be heard from Discord.")
        return self
