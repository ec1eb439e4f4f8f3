"""Asks whether a post becomes JSON that says everything and nothing else."""

import json
from dataclasses import replace

import pytest

from bot.adapters.web.rendering import AskedText, asked_text_in, label_in, preview_in, render_body, render_view
from bot.domain.chat import Button, Details, Post, PostPicture, Tone
from bot.domain.images import Size
from bot.domain.pictures import PictureId
from bot.ports.page_messages import PageMessage
from tests.fakes.clock import NOON

FULL = Post(
    "a fox",
    Tone.DONE,
    "kind",
    pictures=(PostPicture(PictureId("p"), "secret/key", "image/png", 3, 2, 99, "a fox in words", "/p/p.png"),),
    preview=b"bytes",
    progress=0.5,
    size=Size(1536, 1024),
    details=(Details("You asked for", "a fox"), Details("Drawn as", "a red fox")),
    footer=("gpt-image-2", "$0.05"),
    cost="$0.0531",
    buttons=(Button("Delete", "delete", "job1", is_dangerous=True),),
    more=(Button("Resize", "reframe", "job1"),),
)


def stored(body: str, *, is_deleted: bool = False) -> PageMessage:
    """Return a message with this body."""
    return PageMessage(id="m1", channel="studio", author="user", body=body, version=7, created_at=NOON, is_deleted=is_deleted)


def test_a_body_holds_all_that_a_post_says() -> None:
    """But neither the bytes of its preview nor the store's keys, nor its headline once more."""
    assert json.loads(render_body(FULL, asked=AskedText("/imagine a fox"), preview="abc")) == {
        "text": "a fox",
        "tone": "done",
        "kind": "kind",
        "pictures": [{"id": "p", "link": "/p/p.png", "alt": "a fox in words", "width": 3, "height": 2, "size_bytes": 99}],
        "is_sensitive": False,
        "folds": [{"title": "Drawn as", "text": "a red fox"}],
        "footer": ["gpt-image-2", "$0.05"],
        "cost": "$0.0531",
        "buttons": [{"label": "Delete", "action": "delete:job1", "is_dangerous": True}],
        "more": [{"label": "Resize", "action": "reframe:job1", "is_dangerous": False}],
        "progress": 0.5,
        "size": [1536, 1024],
        "asked": {"text": "/imagine a fox", "is_press": False},
        "preview": "abc",
    }


def test_what_menus_of_messages_offer_elsewhere_is_a_button_here() -> None:
    """Among those that are needed less often, and pressed like them."""
    body = render_body(replace(FULL, menu=(Button("Report", "report", "job1"),)))
    assert [button["label"] for button in json.loads(body)["more"]] == ["Resize", "Report"]
    assert label_in(body, "report:job1") == "Report"


def test_the_same_post_is_the_same_text() -> None:
    """So that a surface can see that nothing changed."""
    assert render_body(FULL) == render_body(FULL)


@pytest.mark.parametrize("asked", [None, AskedText("/imagine a fox"), AskedText("Again", is_press=True)])
def test_what_was_asked_can_be_read_back(asked: AskedText | None) -> None:
    """An update keeps it."""
    assert asked_text_in(render_body(FULL, asked=asked)) == asked


def test_a_preview_can_be_read_back() -> None:
    """News without a preview of its own keeps the last one."""
    assert (preview_in(render_body(FULL, preview="abc")), preview_in(render_body(FULL))) == ("abc", "")


def test_a_button_is_found_by_its_action_only() -> None:
    """Somebody else's job has another action."""
    body = render_body(FULL)
    assert label_in(body, "delete:job1") == "Delete"
    assert label_in(body, "delete:job2") is None


def test_a_button_can_be_about_one_of_the_pictures_shown() -> None:
    """With its number; not about one that the message does not show, and not a button that it does not have."""
    body = render_body(FULL)
    [one] = json.loads(body)["pictures"]
    assert label_in(body, f"delete:{one['id']}") == "Delete (picture 1)"
    assert label_in(body, "delete:other") is None
    assert label_in(body, f"purge:{one['id']}") is None


def test_a_view_wraps_the_body_untouched() -> None:
    """It is one JSON object for one visitor."""
    view = json.loads(render_view(stored(render_body(FULL)), author="Amber Heron", is_mine=True, preview="/previews/m1/abc"))
    assert view.pop("post") == json.loads(render_body(FULL))
    assert view == {
        "id": "m1",
        "version": 7,
        "created_at": "2026-03-14T12:00:00+00:00",
        "is_deleted": False,
        "author": "Amber Heron",
        "is_mine": True,
        "preview": "/previews/m1/abc",
    }


def test_a_deleted_message_has_no_post() -> None:
    """Its body is empty."""
    assert json.loads(render_view(stored("", is_deleted=True), author="", is_mine=False, preview=None))["post"] is None


@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", '"}],', "\u202ertl", "\u2028", "\x00", "狐 🦊", "\\u0041"])
def test_any_words_come_through(words: str) -> None:
    """And stay on one line, as event streams need it."""
    body = render_body(Post(words), asked=AskedText(words))
    assert json.loads(body)["text"] == words
    assert "\n" not in body
