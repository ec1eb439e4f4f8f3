"""Accounts, and what they have bought."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.discord.wire import Json

_APPLICATION_SUBSCRIPTION = 8


@dataclass(eq=False, slots=True)
class Entitlement:
    """A thing somebody, or a whole guild, has paid for."""

    id: int
    sku: int
    application: int
    user: int
    guild: int | None
    starts_at: datetime
    ends_at: datetime | None = None
    is_deleted: bool = False

    def json(self) -> Json:
        """Return it as the API does."""
        body: Json = {
            "id": str(self.id),
            "sku_id": str(self.sku),
            "application_id": str(self.application),
            "user_id": str(self.user),
            "type": _APPLICATION_SUBSCRIPTION,
            "deleted": self.is_deleted,
            "consumed": False,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
        }
        return {**body, "guild_id": str(self.guild)} if self.guild is not None else body


@dataclass(eq=False)
class User:
    """An account. `has_installed` is a user install of the app; `upload_bytes` what a subscription of theirs allows to upload."""

    id: int
    name: str
    is_bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    has_installed: bool = False
    upload_bytes: int = 0
    entitlements: list[Entitlement] = field(default_factory=list)

    @property
    def mention(self) -> str:
        """The text that calls them."""
        return f"<@{self.id}>"

    def json(self) -> Json:
        """Return the account as the API does."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
            "banner": None,
            "accent_color": None,
            "bot": self.is_bot,
            "system": False,
            "flags": 0,
            "public_flags": 0,
        }
