"""Categories of forbidden content, as vendors spell them and as people read them."""

import re
from collections.abc import Iterable

from bot.domain.content import ContentKind
from bot.errors import PromptRefused

_NAMES = {
    "harassment": "harassment",
    "harassmentthreatening": "threats against somebody",
    "hate": "hate",
    "hatethreatening": "threats out of hate",
    "illicit": "advice on breaking the law",
    "illicitviolent": "advice on violent crime",
    "selfharm": "self-harm",
    "selfharmintent": "self-harm",
    "selfharminstructions": "self-harm",
    "sexual": "sexual content",
    "sexualminors": "sexual content about minors",
    "violence": "violence",
    "violencegraphic": "graphic violence",
    "derivativeworksfilter": "protected characters or brands",
}


_KINDS = {
    "harassment": ContentKind.HARASSMENT,
    "harassmentthreatening": ContentKind.HARASSMENT,
    "hate": ContentKind.HATE,
    "hatethreatening": ContentKind.HATE,
    "illicit": ContentKind.ILLICIT,
    "illicitviolent": ContentKind.ILLICIT,
    "selfharm": ContentKind.SELF_HARM,
    "selfharmintent": ContentKind.SELF_HARM,
    "selfharminstructions": ContentKind.SELF_HARM,
    "sexual": ContentKind.SEXUAL,
    "sexualminors": ContentKind.MINORS,
    "violence": ContentKind.VIOLENCE,
    "violencegraphic": ContentKind.GORE,
}


def content_kind(category: str) -> ContentKind | None:
    """Return which kind of content a vendor's category is about; None for what we do not know."""
    return _KINDS.get(_bare(category))


def category_name(category: str) -> str | None:
    """Return what people read for `sexual/minors`, `sexual_minors` or `Sexual-Minors`; None for what we do not know."""
    return _NAMES.get(_bare(category))


def because_of(categories: tuple[str, ...]) -> str:
    """Return ` because of violence and self-harm`, or nothing when no category is known."""
    known = dict.fromkeys(plain for category in categories if (plain := category_name(category)))
    return f" because of {' and '.join(known)}" if known else ""


def prompt_refused(code: str, categories: Iterable[str], *, request_id: str | None) -> PromptRefused:
    """Return a provider's refusal of the words, with its reason where that is known; `code` is its own word for that."""
    named = tuple(categories)
    known = [category for category in named if category_name(category)]
    return PromptRefused(
        rule=":".join([code, *known]),
        sentence=f"The image service will not draw this{because_of(named)}; please try other words.",
        request_id=request_id,
    )


def _bare(category: str) -> str:
    return re.sub(r"[^a-z]", "", category.lower())
