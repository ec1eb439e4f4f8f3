"""Are posts laid out as Discord takes them, with everything in them?"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.rendering import AttachedFile, RenderedMessage, render_message
from bot.domain.chat import Button, Details, Link, Post, Tone
from tests.fakes.discord.component_rules import MessageComponents
from tests.fakes.discord.errors import BodyErrors

ADDRESS = "https://easel.example.org/p/p1.png"


def parts(rendered: RenderedMessage) -> list[dict[str, object]]:
    """Return the components inside the one container."""
    with rendered.parameters() as parameters:
        body = parameters.payload or json.loads((parameters.multipart or [])[0]["value"])
    [container] = body["components"]
    assert body["allowed_mentions"]["parse"] == []
    return list(container["components"])


def texts(rendered: RenderedMessage) -> list[str]:
    """Return what can be read."""
    return [str(part["content"]) for part in parts(rendered) if part["type"] == 10]


async def test_the_bar_says_how_far_it_is() -> None:
    """In ten steps, and in per cent."""
    assert texts(render_message(Post("Drawing", Tone.WORKING, progress=0.34))) == ["Drawing\n`▰▰▰▱▱▱▱▱▱▱ 34 %`"]
    assert texts(render_message(Post("Drawing", Tone.WORKING, progress=7.0))) == ["Drawing\n`▰▰▰▰▰▰▰▰▰▰ 100 %`"]


async def test_words_below_a_picture_are_folded_away() -> None:
    """And what the headline says already is not said again."""
    post = Post(
        "a fox", Tone.DONE, details=(Details("You asked for", "a fox"), Details("Drawn as", "a red fox")), footer=("AI", "4 s")
    )
    assert texts(render_message(post)) == ["a fox", "-# Drawn as\n||a red fox||", "-# AI · 4 s"]


async def test_help_is_not_folded_away() -> None:
    """It was asked for."""
    assert texts(render_message(Post("Help", details=(Details("/imagine", "Draw"),)))) == ["Help", "**/imagine**\nDraw"]


async def test_seven_buttons_stand_in_two_rows() -> None:
    """Five is what a row holds; a dangerous one is red."""
    buttons = tuple(Button(f"b{number}", "do", str(number), is_dangerous=number == 6) for number in range(7))
    rows = [part["components"] for part in parts(render_message(Post("x", buttons=buttons))) if part["type"] == 1]
    assert [len(row) for row in rows if isinstance(row, list)] == [5, 2]
    assert isinstance(rows[1], list)
    assert rows[1][1] == {**rows[1][1], "style": 4, "custom_id": "do:6"}


async def test_a_spoiler_hides_by_name_and_by_flag() -> None:
    """Old clients look at the one, new ones at the other."""
    rendered = render_message(Post("x", Tone.DONE), [AttachedFile("a.png", b"1", "alt", is_spoiler=True)])
    [gallery] = [part for part in parts(rendered) if part["type"] == 12]
    assert gallery["items"] == [
        {"media": {"url": "attachment://SPOILER_a.png"}, "description": "alt", "spoiler": True},
    ]
    assert [file.filename for file in rendered.files] == ["SPOILER_a.png"]


async def test_what_is_not_shown_can_be_saved() -> None:
    """Pictures stand in the gallery, other files below the words, and the platform takes both."""
    uploads = [AttachedFile("plot.png", b"1", "bars"), AttachedFile("table.csv", b"2", "", is_shown=False)]
    rendered = render_message(Post("Usage", details=(Details("People", "Ann"),)), uploads)
    found = parts(rendered)
    assert [part["type"] for part in found] == [10, 12, 10, 13]
    assert found[1]["items"] == [{"media": {"url": "attachment://plot.png"}, "description": "bars", "spoiler": False}]
    assert found[3] == {**found[3], "file": {"url": "attachment://table.csv"}}
    assert [file.filename for file in rendered.files] == ["plot.png", "table.csv"]


async def test_a_smaller_copy_says_so() -> None:
    """Else people would take it for what was drawn."""
    one = AttachedFile("a.jpg", b"1", "alt", is_smaller=True)
    assert texts(render_message(Post("x", Tone.DONE), [one]))[-1] == "-# a smaller copy is shown"


async def test_links_stand_behind_the_buttons() -> None:
    """Five in a row, as link buttons; an address that Discord does not take is left out."""
    buttons = tuple(Button(str(number), "again", str(number)) for number in range(4))
    links = (Link("Original 1", ADDRESS), Link("Original 2", ADDRESS), Link("Original 3", f"https://{'x' * 512}"))
    found = parts(render_message(Post("x", Tone.DONE, buttons=buttons, links=links)))
    rows: list[Any] = [part["components"] for part in found if part["type"] == 1]
    assert [len(row) for row in rows] == [5, 1]
    lasts = [row[-1] for row in rows]
    assert [(one["label"], one["style"], one["url"]) for one in lasts] == [
        ("Original 1", 5, ADDRESS),
        ("Original 2", 5, ADDRESS),
    ]


async def test_fingerprints_tell_messages_apart() -> None:
    """By words and by bytes."""
    same = [render_message(Post("x"), [AttachedFile("a.png", b"1", "")]).fingerprint for _ in range(2)]
    assert same[0] == same[1]
    assert render_message(Post("y"), [AttachedFile("a.png", b"1", "")]).fingerprint != same[0]
    assert render_message(Post("x"), [AttachedFile("a.png", b"2", "")]).fingerprint != same[0]


TEXT = st.text(max_size=5000)


@given(
    head=TEXT,
    details=st.lists(st.tuples(TEXT, TEXT), max_size=12),
    footer=st.lists(TEXT, max_size=4),
    tone=st.sampled_from(Tone),
    progress=st.none() | st.floats(-1, 2),
)
async def test_discord_takes_whatever_is_said(
    head: str, details: list[tuple[str, str]], footer: list[str], tone: Tone, progress: float | None
) -> None:
    """No text is too long or too odd."""
    post = Post(head, tone, details=tuple(Details(*detail) for detail in details), footer=tuple(footer), progress=progress)
    with render_message(post).parameters() as parameters:
        form = BodyErrors()
        assert parameters.payload is not None
        MessageComponents(lambda _: None, is_v2=True).resolved(form, parameters.payload["components"])
    form.check()
