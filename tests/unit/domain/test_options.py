"""Asks what each kind of option takes, and what it says to the rest."""

import hashlib
from enum import StrEnum

import pytest

from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.options import Choice, JobRef, Number, OptionKind, PictureFile, Pixels, Text
from bot.domain.wishes import LARGEST_SEED
from bot.errors import BadInput

SHAPE = Choice("Shape of the picture", Shape)
COUNT = Number("How many", least=1, most=4)
SEED = Number("Which seed", least=0, most=LARGEST_SEED)
SIZE = Pixels("Exact size")
PROMPT = Text("What to draw", longest=10)
JOB = JobRef("The job")


def refusal(kind: OptionKind, typed: object) -> str:
    """Return what a person reads who typed that."""
    with pytest.raises(BadInput) as refused:
        kind.parse("it", typed)
    return refused.value.user_text


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (PROMPT, "a fox", "a fox"),
        (PROMPT, "", ""),
        (PROMPT, "x" * 10, "x" * 10),
        (SHAPE, "wide", Shape.WIDE),
        (SHAPE, " Wide ", Shape.WIDE),
        (SHAPE, Shape.TALL, Shape.TALL),
        (COUNT, "1", 1),
        (COUNT, 4, 4),
        (COUNT, " +3 ", 3),
        (COUNT, "0002", 2),
        (SEED, "2147483647", LARGEST_SEED),
        (SEED, 1_876_543_210, 1_876_543_210),
        (SIZE, "1536x1024", Size(1536, 1024)),
        (SIZE, " 800 X 600 ", Size(800, 600)),
        (SIZE, "2730×8190", Size(2730, 8190)),
        (SIZE, "640*480", Size(640, 480)),
        (JOB, "id_7-A", "id_7-A"),
        (JOB, "x" * 64, "x" * 64),
    ],
)
def test_what_fits_is_taken(kind: OptionKind, typed: object, value: object) -> None:
    """However people spell it."""
    assert kind.parse("it", typed) == value


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        (PROMPT, 7, "it takes words."),
        (PROMPT, "x" * 1234, "it is 1,234 characters long and 10 is the most; please shorten it."),
        (SHAPE, "wied", "it can be square, wide or tall, not “wied”. Did you mean wide?"),
        (SHAPE, "banana", "it can be square, wide or tall, not “banana”."),
        (SHAPE, 3, "it can be square, wide or tall, not “3”."),
        (
            SIZE,
            "16x8192",
            (
                "16x8192 is too narrow: one edge can be at most 3 times as long as the other. "
                "The nearest size on offer is 1024x1536; nothing was counted."
            ),
        ),
        (
            SIZE,
            "8192x2730",
            (
                "8192x2730 is too narrow: one edge can be at most 3 times as long as the other. "
                "The nearest size on offer is 1536x1024; nothing was counted."
            ),
        ),
        (COUNT, "0", "it is a whole number from 1 to 4, not “0”."),
        (COUNT, "5", "it is a whole number from 1 to 4, not “5”."),
        (COUNT, "-1", "it is a whole number from 1 to 4, not “-1”."),
        (COUNT, "2.5", "it is a whole number from 1 to 4, not “2.5”."),
        (COUNT, "two", "it is a whole number from 1 to 4, not “two”."),
        (COUNT, True, "it is a whole number from 1 to 4, not “True”."),
        (COUNT, "٣", "it is a whole number from 1 to 4, not “٣”."),
        (COUNT, "9" * 5000, f"it is a whole number from 1 to 4, not “{'9' * 40}…”."),
        (SIZE, "wide", "it is width x height in pixels, each from 16 to 8192, such as 1536x1024, not “wide”."),
        (SIZE, "15x1024", "it is width x height in pixels, each from 16 to 8192, such as 1536x1024, not “15x1024”."),
        (SIZE, "1024x8193", "it is width x height in pixels, each from 16 to 8192, such as 1536x1024, not “1024x8193”."),
        (SIZE, "1024", "it is width x height in pixels, each from 16 to 8192, such as 1536x1024, not “1024”."),
        (JOB, "../etc", "That names no picture; please use the buttons under one."),
        (JOB, "", "That names no picture; please use the buttons under one."),
        (JOB, "x" * 65, "That names no picture; please use the buttons under one."),
        (JOB, 7, "That names no picture; please use the buttons under one."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(kind: OptionKind, typed: object, says: str) -> None:
    """And with a guess where one is near."""
    assert refusal(kind, typed) == says


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (PROMPT, ()),
        (SHAPE, ("square", "wide", "tall")),
        (Choice("How much work", Quality), ("low", "medium", "high")),
        (COUNT, ("1 to 4",)),
        (SIZE, ()),
        (JOB, ()),
    ],
)
def test_a_kind_says_what_can_be_typed(kind: OptionKind, values: tuple[str, ...]) -> None:
    """Menus and help are drawn from it."""
    assert kind.values == values
    assert kind.summary


def test_choices_may_be_any_strenum() -> None:
    """A command brings its own."""

    class Mood(StrEnum):
        CALM = "calm"

    assert Choice("Mood", Mood).parse("mood", "CALM") is Mood.CALM


PICTURE = PictureFile("A picture", most=2)
PHOTO, OTHER, MASK = BroughtPicture(b"photo"), BroughtPicture(b"other"), BroughtPicture(b"mask", InputRole.MASK)


def test_the_first_picture_is_changed_and_the_others_are_drawn_from() -> None:
    """A mask is neither, and is not counted."""
    assert PICTURE.parse("picture", PHOTO) == (PHOTO,)
    assert [one.role for one in PICTURE.parse("picture", (PHOTO, OTHER, MASK))] == ["base", "reference", "mask"]
    assert (PICTURE.values, PHOTO.sha256) == ((), hashlib.sha256(b"photo").hexdigest())


@pytest.mark.parametrize(
    ("typed", "says"), [("fox.png", "please attach a picture"), ((PHOTO, OTHER, PHOTO), "2 pictures at most, and these are 3")]
)
def test_a_picture_cannot_be_typed(typed: object, says: str) -> None:
    """And there are not too many."""
    with pytest.raises(BadInput) as refused:
        PICTURE.parse("picture", typed)
    assert says in refused.value.user_text
