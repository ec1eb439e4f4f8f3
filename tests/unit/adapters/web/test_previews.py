"""Asks whether previews stay few, small and new."""

from bot.adapters.web.previews import Previews, preview_id
from tests.fakes.studio import png


def test_only_the_newest_preview_of_a_message_is_kept() -> None:
    """Its address changes with it."""
    previews = Previews()
    previews.keep("m", png(colour="red"))
    previews.keep("m", png(colour="blue"))
    second = preview_id(png(colour="blue"))
    newest = previews.newest("m")
    assert newest is not None
    assert (newest.id, newest.content, newest.media_type) == (second, png(colour="blue"), "image/png")
    assert preview_id(png(colour="red")) != second
    assert previews.link("m") == f"previews/m/{second}"


def test_the_same_bytes_have_the_same_id() -> None:
    """So that the same post changes nothing."""
    assert preview_id(png()) == preview_id(png())


def test_what_is_dropped_is_gone() -> None:
    """Twice is no error."""
    previews = Previews()
    previews.keep("m", png())
    previews.drop("m")
    previews.drop("m")
    assert (previews.newest("m"), previews.link("m")) == (None, None)


def test_the_oldest_give_way() -> None:
    """By number, and by size."""
    few = Previews(most_entries=2)
    small = Previews(most_bytes=2 * len(png()))
    for previews in (few, small):
        for message in "abc":
            previews.keep(message, png())
        assert [message for message in "abc" if previews.newest(message)] == ["b", "c"]


def test_what_no_browser_shows_is_not_kept() -> None:
    """Nor what is larger than everything may be."""
    previews = Previews(most_bytes=20)
    previews.keep("m", b"<html>")
    previews.keep("m", png())
    assert previews.newest("m") is None
    assert preview_id(b"<html>") == ""
