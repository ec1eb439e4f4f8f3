"""Pictures that somebody brings to a wish: as they come, and as they are kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from bot.errors import BadInput


class InputRole(StrEnum):
    """What a picture is brought for: to be changed, to be looked at, or to say which part of the first one is changed."""

    BASE = "base"
    REFERENCE = "reference"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class BroughtPicture:
    """A picture as somebody brought it, not looked at yet. `parent` is the picture of ours that it is, if it is one.

    Without content it stands for all that the job `kept_of` began with, or for its parent.
    """

    content: bytes = field(repr=False)
    role: InputRole = InputRole.BASE
    parent: str | None = None
    kept_of: str = ""

    @property
    def sha256(self) -> str:
        """Return the hash of what was brought."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPicture:
    """A picture of a wish, kept under a key of that wish's own.

    `source` is the hash of what was brought: what is kept has no metadata and
    may be in another format. `parent` is the picture of ours that it was.
    """

    key: str
    role: InputRole
    source: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class InputContent:
    """An input as the provider gets it."""

    role: InputRole
    content: bytes = field(repr=False)
    media_type: str


def has_mask(inputs: Sequence[InputPicture]) -> bool:
    """Return whether only a part of the first picture is to be changed."""
    return any(one.role is InputRole.MASK for one in inputs)


_NAMED = re.compile(r"(job|picture):([A-Za-z0-9_-]{1,64})")


def name_inputs_of(job: str) -> str:
    """Return what stands for a job's inputs in place of picture files, as it could be typed."""
    return f"job:{job}"


def name_reference(picture: str) -> str:
    """Return what stands for a picture of ours in place of picture files, to be drawn from."""
    return f"picture:{picture}"


def read_named(typed: object) -> BroughtPicture | None:
    """Return what `name_inputs_of` or `name_reference` stand for; None for any other text."""
    found = _NAMED.fullmatch(typed.strip()) if isinstance(typed, str) else None
    if found is None:
        return None
    return BroughtPicture(b"", kept_of=found[2]) if found[1] == "job" else BroughtPicture(b"", InputRole.REFERENCE, found[2])


MOST_BYTES = 50 * 1024 * 1024
"""What OpenAI takes of one picture."""

MOST_TOTAL_BYTES = 100 * 1024 * 1024
"""What the pictures of one wish may have together."""

MOST_INPUTS = 16
"""More than that no model takes."""

INPUTS_FOLDER = "inputs"
"""What the keys of all inputs begin with, before the first slash."""

_INPUT_KEY = re.compile(r"inputs/([0-9a-f]{2})/\1[0-9a-f]{62}-[a-z0-9_-]{1,64}\.(?:png|jpg|webp)")


def input_key(digest: str, own: str, extension: str) -> str:
    """Return the key of an input by the hash of its bytes; `own` is new for each, so that nobody's removal is another's."""
    return f"{INPUTS_FOLDER}/{digest[:2]}/{digest}-{own.lower()}.{extension}"


def is_input_key(key: str) -> bool:
    """Return whether `key` has exactly the form that we give to inputs."""
    return _INPUT_KEY.fullmatch(key) is not None


def check_total(size_bytes: int) -> None:
    """Check that pictures of so many bytes together can be brought; fetching code calls it on the way.

    Raises:
        BadInput: They are too large.
    """
    if size_bytes > MOST_TOTAL_BYTES:
        most = MOST_TOTAL_BYTES // 2**20
        raise BadInput(f"Those pictures are too large together: {most} MB are the most. Nothing was counted.")
