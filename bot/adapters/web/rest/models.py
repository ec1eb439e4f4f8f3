"""What requests and answers of the REST API look like."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.images import Quality, Shape
from bot.domain.jobs import JobState, Rewriting
from bot.domain.prompt_text import LONGEST_PROMPT

LONGEST_WAIT = 120
"""Seconds that one request may wait for its pictures."""

LONGEST_PAGE = 50
"""Jobs that one request may list."""


class Response(StrEnum):
    """How pictures are answered with."""

    URL = "url"
    B64 = "b64"


class ImageOrder(BaseModel):
    """What to draw."""

    model_config = ConfigDict(extra="forbid")

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT, description="What to draw, in any language.")]
    shape: Annotated[Shape | None, Field(description="Shape of the picture; if left out, the one that /settings show names.")] = (
        None
    )
    size: Annotated[
        str | None, Field(max_length=20, description="Exact size in pixels such as 1536x1024, instead of a shape.")
    ] = None
    quality: Annotated[Quality | None, Field(description="Better takes longer, and may count as several pictures.")] = None
    count: Annotated[int, Field(strict=True, ge=1, le=4, description="How many pictures.")] = 1
    rewriting: Annotated[Rewriting | None, Field(description="Whether the words are made into a fuller prompt first.")] = None
    wait: Annotated[
        int,
        Field(
            strict=True, ge=0, le=LONGEST_WAIT, description="Seconds to wait for the pictures; 0 answers with the job at once."
        ),
    ] = 0
    response: Annotated[Response, Field(description="Whether finished pictures come as addresses or in base64.")] = Response.URL


class PictureAnswer(BaseModel):
    """One finished picture."""

    url: Annotated[str, Field(description="A stable address, which stops working when the picture is deleted.")]
    width: int
    height: int
    media_type: str
    size_bytes: int
    sha256: Annotated[str, Field(description="The checksum of the picture's bytes, in hexadecimal.")]
    b64: Annotated[str | None, Field(description="The picture's bytes in base64, if asked for.")] = None


class ErrorAnswer(BaseModel):
    """Why there are no pictures."""

    kind: Annotated[str, Field(description="A stable word for programs, such as prompt_refused.")]
    text: Annotated[str, Field(description="One sentence for people.")]


class JobAnswer(BaseModel):
    """A job as it stands; `easel imagine --json` prints the same fields."""

    id: str
    state: JobState
    prompt: Annotated[str, Field(description="What was asked for.")]
    drawn_prompt: Annotated[str | None, Field(description="The prompt that was made of it, once there is one.")]
    model: Annotated[str | None, Field(description="Which model drew it, or was asked last.")]
    provider: Annotated[str | None, Field(description="The service that the model belongs to.")]
    created_at: datetime
    finished_at: datetime | None
    cost_microusd: Annotated[
        int | None, Field(description="What it cost so far, in millionths of a dollar; nothing for who is not to know.")
    ]
    pictures: tuple[PictureAnswer, ...]
    error: ErrorAnswer | None


class JobsAnswer(BaseModel):
    """A page of jobs, newest first."""

    jobs: tuple[JobAnswer, ...]
    next: Annotated[str | None, Field(description="What to send as `before` for the jobs before these; nothing at the end.")]


class QuotaView(BaseModel):
    """How the key's account stands today."""

    tier: str
    limit: Annotated[int, Field(description="Pictures a day.")]
    held: Annotated[int, Field(description="Set aside for what is being drawn.")]
    spent: int
    left: int
    credits: Annotated[int, Field(description="Pictures beyond the daily limit.")]
    refills_at: datetime


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    kind: Annotated[str, Field(description="A stable word for programs, such as quota_exceeded.")]
