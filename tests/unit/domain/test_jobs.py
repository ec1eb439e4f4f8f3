"""Asks which states of a job are the end, and which size a wish wants."""

from hashlib import sha256

import pytest

from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import BroughtPicture, InputPicture, InputRole
from bot.domain.jobs import DrawingState, JobState
from bot.domain.options import PictureFile
from bot.domain.wishes import Draft, Rewriting, Wish


@pytest.mark.parametrize("state", JobState)
def test_a_job_is_final_when_nothing_will_happen_any_more(state: JobState) -> None:
    """Kept pictures still have to be delivered."""
    going_on = {JobState.QUEUED, JobState.RUNNING, JobState.KEPT}
    assert state.is_final is (state not in going_on)


def test_an_exact_size_goes_before_a_shape() -> None:
    """The shape has a usual size for those who named none."""
    assert Wish(prompt="a fox", shape=Shape.WIDE).wanted_size == Size(1536, 1024)
    assert Wish(prompt="a fox", shape=Shape.WIDE, size=Size(800, 600)).wanted_size == Size(800, 600)


@pytest.mark.parametrize(
    ("draft", "may"),
    [
        (Draft(prompt="a fox"), True),
        (Draft(prompt="a fox", shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.OFF), True),
        (Draft(prompt="an owl"), False),
        (Draft(prompt="a fox", picture=(BroughtPicture(b"photo"),)), False),
        (Draft(prompt="a fox", count=2), False),
        (Draft(prompt="a fox", shape=Shape.TALL), False),
        (Draft(prompt="a fox", size=Size(64, 48)), False),
    ],
)
def test_a_wish_comes_of_a_draft_that_says_nothing_else(draft: Draft, may: bool) -> None:
    """What the draft leaves open, a community's settings may have filled."""
    wish = Wish(prompt="a fox", shape=Shape.WIDE, quality=Quality.LOW, rewriting=Rewriting.OFF, previews=False)
    assert wish.may_come_of(draft) is may


@pytest.mark.parametrize(
    ("brought", "may"),
    [
        ([b"base", b"hat"], True),
        ([b"hat", b"base"], False),
        ([b"base", b"base", b"hat"], False),
        ([b"base"], False),
    ],
)
def test_a_wish_comes_of_the_same_pictures_in_the_same_order(brought: list[bytes], may: bool) -> None:
    """The first one is changed, and the others are looked at: turned round it is another wish."""
    picture = PictureFile("Pictures", most=16).parse("picture", tuple(map(BroughtPicture, brought)))
    assert _wish_from(b"base", b"hat").may_come_of(Draft(prompt="a fox", picture=picture)) is may


def test_a_mask_is_no_picture_to_look_at() -> None:
    """The same bytes in another part are another wish; a mask may be named before what it is for."""
    base, mask = BroughtPicture(b"base"), BroughtPicture(b"hat", InputRole.MASK)
    assert not _wish_from(b"base", b"hat").may_come_of(Draft(prompt="a fox", picture=(base, mask)))
    masked = _wish_from(b"base", b"hat", second=InputRole.MASK)
    assert masked.may_come_of(Draft(prompt="a fox", picture=(mask, base)))


def _wish_from(base: bytes, other: bytes, second: InputRole = InputRole.REFERENCE) -> Wish:
    """Return a wish that begins with two pictures."""
    inputs = tuple(
        InputPicture(
            key=f"key-{role}",
            role=role,
            source=sha256(content).hexdigest(),
            media_type="image/png",
            width=64,
            height=64,
            size_bytes=4,
        )
        for role, content in ((InputRole.BASE, base), (second, other))
    )
    return Wish(prompt="a fox", inputs=inputs)


def test_no_setting_gives_a_size_that_nobody_asked_for() -> None:
    """So a draft without one is another draft than one with it."""
    assert not Wish(prompt="a fox", size=Size(64, 48)).may_come_of(Draft(prompt="a fox"))


def test_whoever_saw_more_of_a_call_knows_more() -> None:
    """Pictures tell most, an answer more than a cut, and a cut that it is over."""
    ordered = sorted(DrawingState, key=lambda state: state.certainty)
    assert ordered[:2] == [DrawingState.OPEN, DrawingState.UNKNOWN]
    assert DrawingState.REFUSED.certainty == DrawingState.FAILED.certainty
    assert ordered[-1] is DrawingState.DRAWN
