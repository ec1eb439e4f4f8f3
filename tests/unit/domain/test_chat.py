"""Asks what a button carries."""

import pytest

from bot.domain.chat import Attachment, Button, Form, Post, Tone


def test_a_button_carries_its_command_and_an_id_and_nothing_else() -> None:
    """So it works for ever."""
    assert Button("Again", "again", "job-1").action == "again:job-1"


@pytest.mark.parametrize("tone", Tone)
def test_only_posts_that_wait_or_work_change_again(tone: Tone) -> None:
    """The others are ends."""
    assert tone.is_unfinished is (tone in {Tone.WAITING, Tone.WORKING})


def test_a_form_shows_everything_unless_it_names_what() -> None:
    """The values of the rest travel along."""
    assert Form("edit").shows("words")
    about_a_picture = Form("edit", {"link": "owl"}, shown=("words",))
    assert (about_a_picture.shows("words"), about_a_picture.shows("link")) == (True, False)


def test_a_sheet_stands_for_pictures_where_few_are_shown() -> None:
    """Before whatever else is attached; without one nothing changes."""
    sheet, table = Attachment("all.jpg", "image/jpeg", b"sheet"), Attachment("table.csv", "text/csv", b"a,b")
    post = Post("two", sheet=sheet, attachments=(table,))
    assert post.with_few_pictures() == Post("two", attachments=(sheet, table))
    assert Post("one").with_few_pictures() == Post("one")
