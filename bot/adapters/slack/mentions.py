"""Mentions of people and channels of a workspace that a message refers to, as elements of rich text."""

import re
from collections.abc import Iterator
from typing import Any

from bot.adapters.slack import SLACK
from bot.domain.people import Identity
from bot.domain.rich_text import PlatformChannel, PlatformRole, ReferenceTarget, RichText

Json = dict[str, Any]

_PERSON, _CHANNEL, _GROUP = re.compile(r"[UW][A-Z0-9]+"), re.compile(r"[CG][A-Z0-9]+"), re.compile(r"S[A-Z0-9]+")


def text_elements(rich: RichText, team: str, longest: int) -> Iterator[Json]:
    """Yield a text as elements: words of at most `longest` characters, and what Slack shows by name in that workspace."""
    words = ""
    for part in rich.split():
        named = None if isinstance(part, str) else mention(part.target, team)
        if named is None:
            words += part if isinstance(part, str) else str(part.target)
            continue
        yield from _word_elements(words, longest)
        words = ""
        yield named
    yield from _word_elements(words, longest)


def has_mentions(rich: RichText, team: str) -> bool:
    """Whether Slack shows anything in the text by name."""
    return any(mention(one.target, team) for one in rich.references)


def mention(target: ReferenceTarget, team: str) -> Json | None:
    """Return the element that names somebody or something of the workspace; None for what is elsewhere or unknown to Slack."""
    match target:
        case Identity(platform, realm, id_) if (platform, realm) == (SLACK, team) and _PERSON.fullmatch(id_):
            return {"type": "user", "user_id": id_}
        case PlatformChannel(platform, tenant, id_) if (platform, tenant) == (SLACK, team) and _CHANNEL.fullmatch(id_):
            return {"type": "channel", "channel_id": id_}
        case PlatformRole(platform, tenant, id_) if (platform, tenant) == (SLACK, team) and _GROUP.fullmatch(id_):
            return {"type": "usergroup", "usergroup_id": id_}
        case _:
            return None


def _word_elements(words: str, longest: int) -> Iterator[Json]:
    for start in range(0, len(words), longest):
        yield {"type": "text", "text": words[start : start + longest]}
