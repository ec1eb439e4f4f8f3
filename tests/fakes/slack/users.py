"""Accounts, as the API tells about them."""

from typing import TYPE_CHECKING

from tests.fakes.slack.wire import Json

if TYPE_CHECKING:
    from tests.fakes.slack.workspaces import Workspace


class User:
    """An account in a workspace: a person's or a bot's."""

    def __init__(self, user_id: str, name: str, workspace: "Workspace", *, is_bot: bool = False) -> None:
        self.id = user_id
        self.name = name
        self.workspace = workspace
        self.is_bot = is_bot
        self.is_admin = False
        self.is_owner = False
        self.is_deleted = False
        self.is_guest = False
        self.locale = "en-US"
        self.tz = "Europe/Amsterdam"
        self.tz_offset = 3600

    def __str__(self) -> str:
        return self.id

    def json(self, *, has_locale: bool = False) -> Json:
        """Return the account as `users.info` does."""
        body: Json = {
            "id": self.id,
            "team_id": self.workspace.id,
            "name": self.name,
            "deleted": self.is_deleted,
            "real_name": self.name.title(),
            "profile": {
                "real_name": self.name.title(),
                "real_name_normalized": self.name.title(),
                "display_name": self.name,
                "display_name_normalized": self.name,
                "team": self.workspace.id,
            },
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if not self.is_deleted:
            body |= self._standing()
        return body | ({"locale": self.locale} if has_locale else {})

    def brief(self) -> Json:
        """Return the account as interactions carry it."""
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": self.workspace.id}

    def _standing(self) -> Json:
        return {
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": self.tz_offset,
            "is_admin": self.is_admin or self.is_owner,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
        }
