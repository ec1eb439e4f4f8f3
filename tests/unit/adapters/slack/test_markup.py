"""Can anything that a person typed be more than letters in a notification, and is all of it kept where there is room?"""

import re

import pytest

from bot.adapters.slack.markup import escape, split_text
from tests.fakes.slack import words


@pytest.mark.parametrize(
    "typed",
    ["<!channel>", "<@U123>", "<#C1|general>", "<https://evil.example|harmless>", "https://evil.example", "a & b < c > d"],
)
def test_nobody_is_called_and_nothing_can_be_clicked(typed: str) -> None:
    """Whatever the marks."""
    text = escape(typed)
    assert words.pings(text) == ()
    assert words.links(text) == ()
    assert "://" not in text


@pytest.mark.parametrize("mark", ["*", "_", "~", "`", "@", "#", ":"])
def test_marks_are_lookalikes(mark: str) -> None:
    """Mrkdwn has no escape for them."""
    text = escape(f"{mark}fox{mark}")
    assert mark not in text
    assert "fox" in text
    assert len(text) == 5


@pytest.mark.parametrize(
    "typed",
    [
        "more at 14:30",
        "12:30:15",
        "slack:T1:U1",
        "a ratio of 16:9",
        "ek_live_a1_b2",
        "sk-proj_x",
        "snake_case_name",
        "note: a fox",
    ],
)
def test_times_ids_and_keys_stay_as_they_are(typed: str) -> None:
    """Somebody copies them."""
    assert escape(typed) == typed


@pytest.mark.parametrize(
    "marked", ["a _fox in the snow_ here", "_a_ _b_", "see :fox_face: or :+1:", "so:smile:now", "mailto:x://y"]
)
def test_markup_within_a_line_is_none(marked: str) -> None:
    """Wherever it stands."""
    text = escape(marked)
    assert not re.search(r"(?<!\w)_\S.*_(?!\w)|:[a-z+_0-9]+:|://", text)


def test_ordinary_words_stay_as_they_are() -> None:
    """On one line, for a notification has one."""
    assert escape("a fox, in\nthe snow!") == "a fox, in the snow!"


def test_long_texts_are_parted_between_words() -> None:
    """And nothing of them is lost."""
    text = " ".join(f"word{number}" for number in range(100))
    portions = split_text(text, 100, 20)
    assert all(len(one) <= 100 for one in portions)
    assert " ".join(portions) == text


def test_too_long_texts_are_cut_at_the_last_portion() -> None:
    """Also where there is no space to part them at."""
    portions = split_text("x" * 1000, 100, 3)
    assert [len(one) for one in portions] == [100, 100, 100]
    assert portions[-1].endswith("…")
    assert split_text("  ", 100, 3) == []
