"""Is a new frame as large as it should be, and the picture in its place?"""

import pytest

from bot.domain.images import Size
from bot.domain.reframing import Frame, Margins, double_size, frame_of, zoom_out
from bot.errors import BadInput


def test_zooming_out_keeps_the_picture_in_the_middle() -> None:
    """With its pixels."""
    assert frame_of(Size(1000, 600), zoom_out(2)) == Frame(Size(2000, 1200), 500, 300, Size(1000, 600))


@pytest.mark.parametrize(
    ("margins", "expected"),
    [
        (Margins(left=0.5), Frame(Size(1500, 600), 500, 0, Size(1000, 600))),
        (Margins(right=0.5), Frame(Size(1500, 600), 0, 0, Size(1000, 600))),
        (Margins(top=0.5), Frame(Size(1000, 900), 0, 300, Size(1000, 600))),
        (Margins(bottom=0.5), Frame(Size(1000, 900), 0, 0, Size(1000, 600))),
    ],
)
def test_panning_adds_to_one_side(margins: Margins, expected: Frame) -> None:
    """And leaves the picture at the other one."""
    assert frame_of(Size(1000, 600), margins) == expected


def test_a_frame_that_would_be_too_large_is_all_smaller() -> None:
    """What is kept of pictures to begin with has no more than 4096 pixels on an edge."""
    assert frame_of(Size(4000, 3000), zoom_out(2)) == Frame(Size(4096, 3072), 1024, 768, Size(2048, 1536))


def test_nothing_becomes_a_ribbon() -> None:
    """Three times as long as it is narrow is the most."""
    with pytest.raises(BadInput) as refused:
        frame_of(Size(2200, 1000), Margins(left=0.5))
    assert refused.value.user_text.endswith("Nothing was counted.")


@pytest.mark.parametrize(
    ("size", "larger"),
    [
        (Size(1024, 1024), Size(2048, 2048)),
        (Size(1536, 1024), Size(3072, 2048)),
        (Size(3000, 2000), Size(3520, 2336)),
        (Size(1000, 2900), Size(1312, 3840)),
    ],
)
def test_a_picture_is_drawn_twice_as_large_or_as_large_as_can_be(size: Size, larger: Size) -> None:
    """In multiples of 16."""
    assert double_size(size) == larger


def test_the_largest_is_not_drawn_larger() -> None:
    """It is said, before anything is counted."""
    with pytest.raises(BadInput):
        double_size(Size(3840, 2160))
