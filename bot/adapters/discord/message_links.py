"""Links to messages, as Discord's clients copy them."""

import re

_LINK = re.compile(r"\bdiscord(?:app)?\.com/channels/(?:@me|\d{1,20})/(\d{1,20})/(\d{1,20})\b")


def parse_message_link(text: str) -> tuple[str, str] | None:
    """Return the channel and the message that a link in a text leads to; None where there is none."""
    found = _LINK.search(text)
    return None if found is None else (found[1], found[2])
