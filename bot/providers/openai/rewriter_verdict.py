"""The rewriting model's verdict, and what may be shown of it."""

import json
import re
from enum import StrEnum
from functools import cache
from typing import Literal

from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, ConfigDict

from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput


class ReasonCode(StrEnum):
    """Why words were rejected; `ok` when they were not."""

    OK = "ok"
    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual_minors"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    HATE = "hate"
    HARASSMENT = "harassment"
    ILLICIT = "illicit"
    REAL_PERSON = "real_person"
    DECEPTION = "deception"
    OTHER = "other"


class ModelVerdict(BaseModel):
    """What the model answers, by a strict schema: every field is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Literal["allowed", "rejected"]
    reason_code: ReasonCode
    sentence: str
    rewritten_prompt: str | None
    safer_prompt: str | None


_THINKING = re.compile(r"\A\s*<think>.*</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n[ \t]*```\s*\Z", re.DOTALL)


def parse_verdict(content: str) -> ModelVerdict:
    """Read an answer that is a verdict and nothing else, but for one thought before it and one code fence around it.

    Raises:
        ValueError: It is anything else.
    """
    said = _THINKING.sub("", content, count=1)
    fenced = _FENCE.match(said)
    return ModelVerdict.model_validate_json(fenced[1] if fenced else said)


def describe_schema() -> str:
    """Say how to answer, for services that cannot be held to a schema."""
    schema = json.dumps(ModelVerdict.model_json_schema())
    return f"\nAnswer with one JSON object and nothing else. It has every field of this JSON schema:\n{schema}\n"


@cache
def verdict_format() -> ResponseFormatJSONSchema:
    """Return the strict schema that the model is held to. The SDK would work it out anew for every call."""
    return {
        "type": "json_schema",
        "json_schema": {"name": ModelVerdict.__name__, "schema": ModelVerdict.model_json_schema(), "strict": True},
    }


_SENTENCES = {
    ReasonCode.SEXUAL: "Sexual content is not drawn here; please try other words.",
    ReasonCode.SEXUAL_MINORS: "Sexual content about minors is never drawn.",
    ReasonCode.VIOLENCE: "Cruelty and gore are not drawn here; please try other words.",
    ReasonCode.SELF_HARM: "Self-harm is not drawn here; if this is about you, please talk to somebody you trust.",
    ReasonCode.HATE: "Pictures that put people down for what they are are not drawn here; please try other words.",
    ReasonCode.HARASSMENT: "Pictures that shame or threaten somebody are not drawn here; please try other words.",
    ReasonCode.ILLICIT: "Help with breaking the law is not drawn here; please try other words.",
    ReasonCode.REAL_PERSON: "Real people are not drawn like this here; please try an invented person.",
    ReasonCode.DECEPTION: "Pictures made to pass for real events are not drawn here; please try other words.",
}
_ANY_REASON = "These words cannot be drawn here; please try others."

_LONGEST_SENTENCE = 200
_FEWEST_LETTERS = 12

_LINK = re.compile(r"://|\w\.[^\W\d_]{2}")
_MENTION = re.compile(r"@|^[<(]*[#!&]")
_MARKUP = re.compile(r"[*_~`|<>\[\]{}\\^=]")


def sentence_for(verdict: ModelVerdict) -> str:
    """Return the sentence people read: the model's own without links, mentions and markup, or ours where little is left."""
    visible = "".join(character if character.isprintable() else " " for character in verdict.sentence)
    kept = (word for word in visible.split() if not _LINK.search(word) and not _MENTION.search(word))
    sentence = " ".join(_MARKUP.sub("", " ".join(kept)).split())
    if sum(map(str.isalpha, sentence)) < _FEWEST_LETTERS or len(sentence) > _LONGEST_SENTENCE:
        return fallback_sentence(verdict.reason_code)
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def fallback_sentence(reason: ReasonCode) -> str:
    """Return our own words for a reason."""
    return _SENTENCES.get(reason, _ANY_REASON)


def safer_prompt(verdict: ModelVerdict) -> str | None:
    """Return the wording that would pass, if the model knows one that could be typed here."""
    try:
        return clean_prompt(verdict.safer_prompt) if verdict.safer_prompt else None
    except BadInput:
        return None
