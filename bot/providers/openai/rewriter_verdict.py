"""The rewriting model's verdict, and what may be shown of it."""

import json
import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.content import ALWAYS_REFUSED, ContentKind
from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput

if TYPE_CHECKING:
    from openai.types.shared_params import ResponseFormatJSONSchema


class ReasonCode(StrEnum):
    """Why words were rejected; `ok` when they were not. People read a sentence of ours: a model's may be an attacker's."""

    OK = "ok"
    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual_minors"
    INTIMATE = "intimate"
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
    rewritten_prompt: str | None
    safer_prompt: str | None


_THINKING = re.compile(r"\A\s*<think>.*</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n[ \t]*```\s*\Z", re.DOTALL)


def parse_verdict(content: str) -> ModelVerdict:
    """Return the verdict in an answer that is nothing else, but for one thought before it and one code fence around it.

    Raises:
        ValueError: It is anything else.
    """
    said = _THINKING.sub("", content, count=1)
    fenced = _FENCE.match(said)
    return ModelVerdict.model_validate_json(fenced[1] if fenced else said)


def describe_schema() -> str:
    """Return how to answer, for services that cannot be held to a schema."""
    schema = json.dumps(ModelVerdict.model_json_schema())
    return f"\nAnswer with one JSON object and nothing else. It has every field of this JSON schema:\n{schema}\n"


@cache
def verdict_format() -> "ResponseFormatJSONSchema":
    """Return the strict schema that the model is held to. The SDK would work it out anew for every call."""
    return {
        "type": "json_schema",
        "json_schema": {"name": ModelVerdict.__name__, "schema": ModelVerdict.model_json_schema(), "strict": True},
    }


_KINDS = {
    ReasonCode.SEXUAL: ContentKind.SEXUAL,
    ReasonCode.SEXUAL_MINORS: ContentKind.MINORS,
    ReasonCode.INTIMATE: ContentKind.INTIMATE,
    ReasonCode.VIOLENCE: ContentKind.VIOLENCE,
    ReasonCode.SELF_HARM: ContentKind.SELF_HARM,
    ReasonCode.HATE: ContentKind.HATE,
    ReasonCode.HARASSMENT: ContentKind.HARASSMENT,
    ReasonCode.ILLICIT: ContentKind.ILLICIT,
    ReasonCode.REAL_PERSON: ContentKind.REAL_PERSON,
    ReasonCode.DECEPTION: ContentKind.DECEPTION,
}


def kind_of(reason: ReasonCode) -> ContentKind | None:
    """Return which kind of content a reason is about; None where the model gave none of ours."""
    return _KINDS.get(reason)


def safer_prompt(verdict: ModelVerdict) -> str | None:
    """Return the wording that would pass, if the model knows one that could be typed here; never one of what is never drawn."""
    if verdict.safer_prompt is None or kind_of(verdict.reason_code) in ALWAYS_REFUSED:
        return None
    try:
        return clean_prompt(verdict.safer_prompt)
    except BadInput:
        return None
