"""The reply token of a Discord message: the interaction token that can edit it for 15 minutes."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

_EPOCH_MS = 1_420_070_400_000
_LIFETIME = timedelta(minutes=15) - timedelta(seconds=30)
"""The quarter of an hour that an interaction token is valid, less what clocks may differ by."""


@dataclass(frozen=True, slots=True)
class DiscordReplyToken:
    """An interaction's token. `upload_bytes` is how large a file it may bring.

    `arrived_at` is by our own clock: measured by Discord's, which is written
    into the interaction's id, a token would look old to a clock that is ahead.
    """

    application: int
    interaction: int
    token: str = field(repr=False)
    upload_bytes: int
    arrived_at: datetime

    def __str__(self) -> str:
        """Return the token as the text that a `MessageRef` carries; a secret."""
        arrived = int(self.arrived_at.timestamp())
        return json.dumps([self.application, self.interaction, self.token, self.upload_bytes, arrived], separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the token that a `MessageRef` carries; None where it has none."""
        if not text:
            return None
        application, interaction, token, upload_bytes, *arrived = json.loads(text)
        arrived_at = datetime.fromtimestamp(arrived[0], UTC) if arrived else snowflake_time(interaction)
        return cls(application, interaction, token, upload_bytes, arrived_at)

    def is_valid(self, now: datetime) -> bool:
        """Whether the token still works."""
        return now - self.arrived_at < _LIFETIME


def snowflake_time(snowflake: int) -> datetime:
    """Return the moment that is written into one of Discord's ids."""
    return datetime.fromtimestamp(((snowflake >> 22) + _EPOCH_MS) / 1000, UTC)
