"""Links to messages, as Slack's clients copy them."""

import re

_LINK = re.compile(r"\.slack\.com/archives/([A-Z0-9]{1,20})/p(\d{10})(\d{6})\b")


def parse_message_link(text: str) -> tuple[str, str] | None:
    """Return the channel and the message that a link in a text leads to; None where there is none."""
    found = _LINK.search(text)
    return None if found is None else (found[1], f"{found[2]}.{found[3]}")
