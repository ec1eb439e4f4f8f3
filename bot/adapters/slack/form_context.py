"""The context of a form: the call that opened it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

LONGEST_VALUE = 3000
"""Characters that `private_metadata` takes; a text field's value too."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """Where a form was opened. It is stored in the form's private_metadata, so it is validated again when it is parsed.

    `team` and `enterprise` say whose installation opened the form: what
    comes back from another organisation's member names that one's alone.
    """

    channel: str = ""
    thread: str = ""
    message: str = ""
    response_url: str = field(default="", repr=False)
    hidden: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    enterprise: str = ""

    def to_metadata(self) -> str:
        """Return it as `private_metadata`; values that do not fit are left out."""
        text = json.dumps(asdict(self), separators=(",", ":"))
        if len(text) <= LONGEST_VALUE:
            return text
        least = {"channel": self.channel, "thread": self.thread, "team": self.team, "enterprise": self.enterprise}
        return json.dumps(least, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the context in `private_metadata`; an empty one for nonsense."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            return cls()
