"""The requests and answers, as OpenAI's API has them; the `openai` package is held against them in tests."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.commands.spec import options_of
from bot.domain.images import Background, FileFormat, Lane, Quality
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.wishes import Draft
from bot.errors import BadInput

MODEL = "easel"
"""The name that stands for whatever model the settings choose."""

_LONGEST_WORD = 200
_OPEN = {None, "", "auto"}
_BACKGROUNDS = {"opaque": Background.FULL, "transparent": Background.CLEAR}
_FORMATS = {str(each): each for each in FileFormat}
_QUALITIES = {"standard": None, "hd": Quality.HIGH, **{quality.value: quality for quality in Quality}}
"""The first two are what clients of older models send."""


class ImagesRequest(BaseModel):
    """The body of `POST /images/generations`. What only tells of the caller, or how to answer, is taken and not looked at."""

    model_config = ConfigDict(extra="ignore")

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)]
    model: Annotated[str | None, Field(max_length=_LONGEST_WORD)] = None
    n: Annotated[int | None, Field(strict=True)] = None
    size: Annotated[str | None, Field(max_length=_LONGEST_WORD)] = None
    quality: Annotated[str | None, Field(max_length=_LONGEST_WORD)] = None
    background: Annotated[str | None, Field(max_length=_LONGEST_WORD)] = None
    output_format: Annotated[str | None, Field(max_length=_LONGEST_WORD)] = None
    response_format: Literal["b64_json", "url"] | None = None
    stream: bool | None = None

    def to_draft(self) -> Draft:
        """Return what is asked for.

        Raises:
            BadInput: It cannot be drawn here.
        """
        if self.stream:
            raise BadInput("Pictures are not streamed here: leave stream out, and they come whole.")
        if self.background not in {*_OPEN, *_BACKGROUNDS}:
            raise BadInput("background can be auto, opaque or transparent.")
        if self.quality not in {*_OPEN, *_QUALITIES}:
            raise BadInput("quality can be auto, low, medium or high.")
        if self.output_format not in {*_OPEN, *_FORMATS}:
            raise BadInput("output_format can be png, webp or jpeg.")
        kinds = {option.name: option.kind for option in options_of(Draft)}
        given: dict[str, Any] = {
            "count": None if self.n is None else kinds["count"].parse("n", self.n),
            "size": None if self.size in _OPEN else kinds["size"].parse("size", self.size),
            "quality": None if self.quality in _OPEN else _QUALITIES[self.quality or ""],
            "format": _FORMATS.get(self.output_format or ""),
            "background": _BACKGROUNDS.get(self.background or ""),
        }
        # Whoever asks here waits for the answer.
        return Draft(prompt=self.prompt, lane=Lane.FAST, **{name: value for name, value in given.items() if value is not None})


class ImageData(BaseModel):
    """One picture; `url` is there for who asked for it."""

    b64_json: str
    revised_prompt: str | None = None
    url: str | None = None


class ImagesResponse(BaseModel):
    """The answer with pictures. `created` is in seconds since 1970; there is no usage, since people are counted pictures."""

    created: int
    data: tuple[ImageData, ...]
    output_format: str
    size: str


class ModelView(BaseModel):
    """A model that can be named."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "easel"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: tuple[ModelView, ...]
