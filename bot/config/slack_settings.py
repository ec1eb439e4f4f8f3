"""`[slack]`, with what its settings have to agree about."""

import base64
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, SecretStr, model_validator

from bot.config.field_types import NO_SECRET, Secret, Section, SettingsConflict, WebUrl, parse_list

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{43}=?")


def parse_key(text: str) -> bytes:
    """Return the 32 bytes of a key.

    Raises:
        ValueError: It is none; the sentence says what it must be, and never repeats it.
    """
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    plain = text.replace("+", "-").replace("/", "_")
    if _BASE64.fullmatch(plain):
        return base64.urlsafe_b64decode(plain[:43] + "=")
    raise ValueError("must be 32 random bytes as 64 hex digits or in base64; `openssl rand -hex 32` makes them")


def _begins_with(start: str, name: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if token and not token.get_secret_value().startswith(start):
            raise ValueError(f"must be the {name}, which begins with {start}")
        return token

    return AfterValidator(check)


def _check_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for key in keys:
        parse_key(key.get_secret_value())
    return keys


Keys = Annotated[tuple[Secret, ...], BeforeValidator(parse_list), AfterValidator(_check_keys)]
"""Keys to seal with, the newest first."""


class SlackSettings(Section):
    """`[slack]`: the bot on Slack."""

    bot_token: Annotated[Secret, _begins_with("xoxb-", "Bot User OAuth Token")] = NO_SECRET
    app_token: Annotated[Secret, _begins_with("xapp-", "app-level token")] = NO_SECRET
    signing_secret: Secret = NO_SECRET
    client_id: str = ""
    client_secret: Secret = NO_SECRET
    token_keys: Keys = ()
    pictures: Literal["upload", "link"] = "upload"
    api_url: WebUrl = ""
    authorize_url: WebUrl = ""

    @property
    def is_on(self) -> bool:
        """Whether there is a workspace to serve."""
        return bool(self.bot_token or self.client_id)

    @property
    def is_by_http(self) -> bool:
        """Whether Slack sends what people do by HTTP."""
        return self.is_on and not self.app_token

    @property
    def key_bytes(self) -> tuple[bytes, ...]:
        """Return the keys to encrypt with."""
        return tuple(parse_key(key.get_secret_value()) for key in self.token_keys)

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if self.bot_token and self.client_id:
            raise SettingsConflict("[slack] bot_token serves one workspace and client_id any number of them: set one of the two.")
        if bool(self.client_id) != bool(self.client_secret):
            raise SettingsConflict("[slack] client_id and client_secret belong together: set both, or neither.")
        if self.client_id and not self.token_keys:
            raise SettingsConflict(
                "[slack] client_id needs token_keys: workspaces' tokens are kept encrypted with them, "
                "and openssl rand -hex 32 makes one."
            )
        if self.is_on and not self.app_token and not self.signing_secret:
            raise SettingsConflict(
                "[slack] needs app_token for Socket Mode, or signing_secret for HTTP: else nothing would be heard."
            )
        if self.app_token and not self.is_on:
            raise SettingsConflict("[slack] app_token hears people but cannot answer them: set bot_token too, or client_id.")
        return self
