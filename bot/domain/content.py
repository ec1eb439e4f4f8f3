"""Kinds of content that are not drawn, and from which score of a moderation model on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from types import MappingProxyType

from bot.errors import BadInput


class ContentKind(StrEnum):
    """What a rule of easel's own is about. Operators and admins may list words of other kinds, by names of their own."""

    MINORS = "minors"
    INTIMATE = "intimate"
    SEXUAL = "sexual"
    HATE = "hate"
    HARASSMENT = "harassment"
    VIOLENCE = "violence"
    GORE = "gore"
    SELF_HARM = "self_harm"
    ILLICIT = "illicit"
    REAL_PERSON = "real_person"
    DECEPTION = "deception"


ALWAYS_REFUSED = (ContentKind.MINORS, ContentKind.INTIMATE)
"""What no setting turns off: what the EU's AI Act forbids to offer from 2026-12-02 on (Article 5)."""

SCORED = (
    ContentKind.MINORS,
    ContentKind.SEXUAL,
    ContentKind.HATE,
    ContentKind.HARASSMENT,
    ContentKind.VIOLENCE,
    ContentKind.GORE,
    ContentKind.SELF_HARM,
    ContentKind.ILLICIT,
)
"""What moderation models give scores for; none of them knows whether somebody is a real person."""

NEVER = inf
"""The threshold of what is drawn whatever the model says."""

_SENTENCES = {
    ContentKind.MINORS: "Pictures that put children together with sex or nakedness are not drawn here.",
    ContentKind.INTIMATE: "Pictures that undress real people, or show them in intimate scenes, are not drawn here.",
    ContentKind.SEXUAL: "Sexual pictures are not drawn here; please try other words.",
    ContentKind.HATE: "Words that put people down for what they are, or praise those who do, are not drawn here; "
    "please try other words.",
    ContentKind.HARASSMENT: "Pictures that shame or threaten somebody are not drawn here; please try other words.",
    ContentKind.VIOLENCE: "Cruelty and violence for its own sake are not drawn here; please try other words.",
    ContentKind.GORE: "Pictures of torture and of people cut to pieces are not drawn here; please try other words.",
    ContentKind.SELF_HARM: "Pictures of people who hurt themselves are not drawn here. If it is about you, please talk to "
    "somebody: findahelpline.com knows who listens where you live.",
    ContentKind.ILLICIT: "Help with breaking the law is not drawn here; please try other words.",
    ContentKind.REAL_PERSON: "Real people are not drawn like this here; please try an invented person.",
    ContentKind.DECEPTION: "Pictures made to pass for real events are not drawn here; please try other words.",
}
_ANY_KIND = "Some of these words are on the list of what is not drawn here; please try other words."


def refusal_sentence(category: str) -> str:
    """Return what a person reads when that is refused: which kind of rule it was, and never which word."""
    return _SENTENCES[ContentKind(category)] if category in set(ContentKind) else _ANY_KIND


@dataclass(frozen=True, slots=True)
class Score:
    """What a moderation model says of one kind of content: how sure it is, and whether it would refuse it itself."""

    kind: ContentKind
    value: float
    is_flagged: bool


STRICTEST = 0.01
_MINORS_FROM = 0.2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on each kind is refused; a kind without a threshold is refused where the model itself flags it.

    What is `ALWAYS_REFUSED` is refused where it is flagged too, whatever its threshold.
    """

    scores: Mapping[ContentKind, float]

    def find_exceeded(self, scores: Iterable[Score]) -> Score | None:
        """Return what is to be refused: what is always refused first, then what the model is surest of."""
        exceeded = (score for score in scores if self._is_exceeded(score))
        return max(exceeded, key=lambda score: (score.kind in ALWAYS_REFUSED, score.value), default=None)

    def set(self, kind: ContentKind, threshold: float | None) -> "Thresholds":
        """Return the thresholds with another one for a kind; None goes back to what the model flags."""
        kept = {other: value for other, value in self.scores.items() if other is not kind}
        return replace(self, scores=kept if threshold is None else {**kept, kind: threshold})

    def describe(self, kind: ContentKind) -> str:
        """Return when a kind is refused, as `parse_threshold` reads it: `flagged`, `off`, or a score."""
        threshold = self.scores.get(kind)
        if threshold is None:
            return "flagged"
        return "off" if threshold == NEVER else f"{threshold:g}"

    def _is_exceeded(self, score: Score) -> bool:
        threshold = self.scores.get(score.kind)
        if threshold is None or score.kind in ALWAYS_REFUSED:
            return score.is_flagged or (threshold is not None and score.value >= threshold)
        return score.value >= threshold


USUAL_THRESHOLDS = Thresholds(MappingProxyType({ContentKind.MINORS: _MINORS_FROM}))
"""Those of a house that sets none."""


def parse_threshold(kind: ContentKind, typed: str) -> float | None:
    """Return the threshold that somebody typed: a score from 0.01 to 1, `flagged` for None, or `off`.

    Raises:
        BadInput: It is none of these, or would allow what is never allowed.
    """
    text = typed.strip().lower()
    threshold = {"flagged": None, "off": NEVER}.get(text, _as_score(text))
    if kind in ALWAYS_REFUSED and (threshold is None or threshold > _MINORS_FROM):
        raise BadInput(
            f"{kind} is never drawn, so its score can only be made stricter: from {STRICTEST} to {_MINORS_FROM}. "
            "Nothing was changed."
        )
    if threshold is not None and threshold != NEVER and not STRICTEST <= threshold <= 1:
        raise BadInput(
            f"Say a score from {STRICTEST} (stricter) to 1, flagged to refuse what the moderation model itself would, "
            "or off. Nothing was changed."
        )
    return threshold


def _as_score(text: str) -> float:
    """Return the number that a text is; one that nobody can mean where it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1
