"""The reply token of a Slack message: the installation it belongs to, and a response URL valid for 30 minutes."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

RESPONSE_URL_USES = 5
"""How often a response URL may be used: https://docs.slack.dev/interactivity/handling-user-interaction."""

_LIFETIME = timedelta(minutes=30) - timedelta(seconds=30)
"""The platform's half hour, less what clocks may differ by."""

_BY_URL = "url-"


@dataclass(frozen=True, slots=True)
class SlackReplyToken:
    """A call's response URL, and the organisation of its workspace. Either may be empty.

    `uses_left` is what was left when the token was written; `ResponseUrlClient`
    counts on from there.
    """

    issued_at: datetime
    enterprise: str = ""
    response_url: str = field(default="", repr=False)
    uses_left: int = RESPONSE_URL_USES

    def __str__(self) -> str:
        """Return the token as the text that a `MessageRef` carries; a secret."""
        fields = [self.issued_at.isoformat(), self.enterprise, self.response_url, self.uses_left]
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the token that a `MessageRef` carries; None where it has none."""
        if not text:
            return None
        issued_at, enterprise, response_url, uses_left = json.loads(text)
        return cls(datetime.fromisoformat(issued_at), enterprise, response_url, uses_left)

    def may_answer(self, now: datetime) -> bool:
        """Whether the address is young enough to work."""
        return bool(self.response_url) and self.uses_left > 0 and now - self.issued_at < _LIFETIME

    @property
    def message(self) -> str:
        """Return the id of a message that only this address can change: Slack tells none of its own for such a message."""
        return _BY_URL + hashlib.sha256(self.response_url.encode()).hexdigest()[:24]


def is_said_by_url(message: str) -> bool:
    """Whether a message's id is one that `SlackReplyToken.message` returned."""
    return message.startswith(_BY_URL)
