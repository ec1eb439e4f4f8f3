"""Does a post become a message that Slack takes, whatever is in it?"""

from collections.abc import Iterator

import pytest

from bot.adapters.slack.rendering import ImageSource, Json, render_message
from bot.domain.chat import Button, Details, Link, Post, Tone
from tests.fakes.slack import blocks_view
from tests.fakes.slack.block_rules import checked_blocks
from tests.fakes.slack.schemas import block_complaint

HOSTILE = "<!channel> <@U123> *bold* _it_ https://evil.example <https://evil.example|x> :smile: &amp;"


def taken(post: Post, *shown: ImageSource) -> Json:
    """Return the message once the rules have had no objections."""
    body = render_message(post, shown)
    checked_blocks(body["blocks"], lambda _: True)
    assert sum(len(text) for text in texts(body["blocks"])) <= 13_200
    assert 1 <= len(body["text"]) <= 4000
    return body


def texts(blocks: object) -> Iterator[str]:
    """Yield every text in them."""
    if isinstance(blocks, dict):
        yield from ([blocks["text"]] if isinstance(blocks.get("text"), str) else [])
        for inner in blocks.values():
            yield from texts(inner)
    elif isinstance(blocks, list | tuple):
        for inner in blocks:
            yield from texts(inner)


def kinds(body: Json) -> list[str]:
    """Name the blocks."""
    return [block["type"] for block in body["blocks"]]


def test_a_finished_picture_is_one_message() -> None:
    """Headline, picture, wordings, facts, buttons."""
    post = Post(
        "a fox",
        Tone.DONE,
        details=(Details("Drawn as", "a red fox in the snow"),),
        footer=("AI-generated", "12 s"),
        buttons=(Button("Again", "again", "job1"), Button("Delete", "delete", "job1", is_dangerous=True)),
    )
    body = taken(post, ImageSource("a red fox", file="F1"))
    assert kinds(body) == ["section", "image", "context", "context", "actions"]
    assert body["text"] == "a fox"
    assert body["blocks"][1] == {"type": "image", "alt_text": "a red fox", "slack_file": {"id": "F1"}}
    assert "AI-generated · 12 s" in list(texts(body["blocks"]))


def test_buttons_carry_their_call() -> None:
    """Their ids tell them apart."""
    buttons = (Button("Again", "again", "job1"), Button("Delete", "delete", "job1", is_dangerous=True))
    again, delete = blocks_view.buttons(taken(Post("a fox", buttons=buttons))["blocks"])
    assert (again.action_id, again.value, again.style) == ("easel:0", "again:job1", "")
    assert (delete.action_id, delete.value, delete.style) == ("easel:1", "delete:job1", "danger")


@pytest.mark.parametrize(("share", "bar"), [(0.0, "▱▱▱▱▱▱▱▱▱▱ 0 %"), (0.3, "▰▰▰▱▱▱▱▱▱▱ 30 %"), (7.0, "▰▰▰▰▰▰▰▰▰▰ 100 %")])
def test_progress_is_a_bar(share: float, bar: str) -> None:
    """Within its bounds."""
    assert bar in list(texts(taken(Post("Drawing", Tone.WORKING, progress=share))["blocks"]))


@pytest.mark.parametrize("tone", list(Tone))
def test_what_people_typed_stays_words(tone: Tone) -> None:
    """No mark of mrkdwn is read anywhere, and the words are all there."""
    post = Post(HOSTILE, tone, details=(Details("You asked for", f"{HOSTILE}!"),), footer=(HOSTILE,))
    body = taken(post, ImageSource(HOSTILE, url="https://easel.example/p.png"))
    assert blocks_view.mrkdwn(body["blocks"]) == ""
    shown = blocks_view.shown_words(body["blocks"], str)
    assert shown.count(HOSTILE) == 3


def test_a_fold_that_says_the_headline_again_is_left_out() -> None:
    """Nobody reads it twice."""
    assert kinds(taken(Post("a fox", Tone.DONE, details=(Details("You asked for", "a fox"),)))) == ["section"]


def test_what_a_person_asked_to_read_has_bold_titles() -> None:
    """Help and settings are no fine print."""
    body = taken(Post("Help", details=(Details("/imagine", "draws"), Details("/help", "helps"))))
    assert kinds(body) == ["section", "rich_text", "rich_text"]


@pytest.mark.parametrize("tone", [Tone.PLAIN, Tone.DONE])
def test_everything_may_be_far_too_long(tone: Tone) -> None:
    """It is cut, and never refused."""
    long = "snow " * 8000
    post = Post(
        long,
        tone,
        progress=0.5,
        details=tuple(Details(long, f"{number} {long}") for number in range(60)),
        footer=(long,),
        buttons=tuple(Button(long, "again", str(number)) for number in range(40)),
    )
    assert len(taken(post, *(ImageSource(long, file=f"F{number}") for number in range(20)))["blocks"]) <= 50


def test_two_long_prompts_are_both_readable_to_the_end() -> None:
    """4000 characters are the most that a prompt has."""
    asked, drawn = "fox " * 999 + "end1", "owl " * 999 + "end2"
    body = taken(Post("a fox", Tone.DONE, details=(Details("You asked for", asked), Details("Drawn as", drawn))))
    shown = "".join(texts(body["blocks"]))
    assert "end1" in shown
    assert "end2" in shown


def test_a_post_without_a_word_is_still_a_message() -> None:
    """Slack takes no empty ones."""
    assert taken(Post(""))["text"] == "…"


def test_originals_are_buttons_with_an_address() -> None:
    """Beside the others, one for each picture, and as Slack's own models have them."""
    links = (Link("Original 1", "https://easel.example/p/1.png"), Link("Original 2", "https://easel.example/p/2.png"))
    [section, actions] = render_message(Post("a fox", buttons=(Button("Again", "again", "j"),), links=links))["blocks"]
    assert block_complaint(actions) == block_complaint(section) == ""
    assert [one.get("url") for one in actions["elements"]] == [None, *(link.address for link in links)]
    assert len({one["action_id"] for one in actions["elements"]}) == 3
    assert "value" not in actions["elements"][1]


def test_an_address_that_slack_refuses_is_left_out() -> None:
    """The picture is there all the same."""
    [section] = render_message(Post("a fox", links=(Link("Original", "https://easel.example/" + "x" * 3000),)))["blocks"]
    assert section["type"] == "section"


@pytest.mark.parametrize(("count", "kind"), [(2, "overflow"), (6, "static_select")])
def test_what_is_needed_less_often_is_a_menu(count: int, kind: str) -> None:
    """Behind three dots, where there is room for it."""
    more = tuple(Button(f"Do {number}", "again", f"job{number}") for number in range(count))
    rendered = taken(Post("a fox", buttons=(Button("Edit", "ask_edit", "job"),), more=more))
    [block] = [one for one in rendered["blocks"] if one["type"] == "actions"]
    assert [one["type"] for one in block["elements"]] == ["button", kind]
    assert [one["value"] for one in block["elements"][1]["options"]] == [one.action for one in more]
