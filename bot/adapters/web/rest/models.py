"""The requests and answers of the REST API, as pydantic models."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from bot.commands.spec import Option, options_of
from bot.domain.jobs import JobState
from bot.domain.options import Choice, Number, OptionKind, PictureFile, Pixels, Text
from bot.domain.wishes import Draft

LONGEST_WAIT = 120
"""Seconds that one request may wait for its pictures."""

LONGEST_PAGE = 50
"""Jobs that one request may list."""


_LONGEST_SIZE, _LONGEST_WORD, _LONGEST_ADDRESS = 20, 200, 2000
"""Characters of a size such as `1536x1024`, of other options that are neither prose nor a choice, and of addresses."""


class PictureFormat(StrEnum):
    """How pictures are answered with."""

    URL = "url"
    B64 = "b64"


def model_of(args: type) -> type[BaseModel]:
    """Return the model of a body whose fields are the options of a command's args class."""
    fields: dict[str, Any] = {option.name: _field(option) for option in options_of(args)}
    return create_model(args.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _field(option: Option) -> tuple[Any, Any]:
    """Return an option's type, and its default."""
    kind = _type(option.kind, shortest=1 if option.is_required else 0)
    default = ... if option.is_required else list(option.default) if isinstance(option.default, tuple) else option.default
    return Annotated[kind | None if default is None else kind, Field(description=option.description)], default


def _type(kind: OptionKind, shortest: int) -> Any:
    match kind:
        case Text(longest=longest):
            return Annotated[str, Field(min_length=shortest or None, max_length=longest)]
        case Choice(choices=choices):
            return choices
        case Number(least=least, most=most):
            return Annotated[int, Field(strict=True, ge=least, le=most)]
        case PictureFile(most=most):
            return Annotated[list[Annotated[str, Field(max_length=_LONGEST_ADDRESS)]], Field(max_length=most)]
        case _:  # the kind itself reads it
            return Annotated[str, Field(max_length=_LONGEST_SIZE if isinstance(kind, Pixels) else _LONGEST_WORD)]


class DrawRequest(model_of(Draft)):  # type: ignore[misc]  # its base is made from the declaration
    """What to draw."""

    wait: Annotated[
        int,
        Field(
            strict=True, ge=0, le=LONGEST_WAIT, description="Seconds to wait for the pictures; 0 answers with the job at once."
        ),
    ] = 0
    response: Annotated[PictureFormat, Field(description="Whether finished pictures come as addresses or in base64.")] = (
        PictureFormat.URL
    )


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
    taken_down: Annotated[int, Field(description="How many more pictures there were, which a moderator took down or hid.")] = 0
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
