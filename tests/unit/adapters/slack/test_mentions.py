"""Are people, channels and groups that a post refers to shown by name, and is nothing else?"""

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.rendering import render_message
from bot.domain.chat import Button, Details, Post, rich_post
from bot.domain.people import Identity, Platform
from bot.domain.rich_text import Code, PlatformChannel, PlatformRole, RichText, TextPart
from tests.fakes.slack import blocks_view
from tests.fakes.slack.block_rules import checked_blocks

NAMES = {"U0ANN00001": "ann", "C0GENERAL1": "general"}
ANN, GENERAL = Identity(SLACK, "T1", "U0ANN00001"), PlatformChannel(SLACK, "T1", "C0GENERAL1")


def read(post: Post) -> str:
    """Return what a person reads."""
    body = render_message(post, team="T1")
    checked_blocks(body["blocks"], lambda _: True)
    return blocks_view.shown_words(body["blocks"], lambda id_: NAMES.get(id_, id_))


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("The limit of ", ANN, " is now 3."), "The limit of @ann is now 3."),
        (("It is now ", GENERAL, "; it was all."), "It is now #general; it was all."),
        ((ANN, " has 3"), "@ann has 3"),
        ((ANN,), "@ann"),
        (("Grace (slack:T1:U0ANN00001)",), "Grace (slack:T1:U0ANN00001)"),
        (("Why: slack:T1:U0ANN00001 in slack:T1:C0GENERAL1",), "Why: slack:T1:U0ANN00001 in slack:T1:C0GENERAL1"),
        (("The role S0FAKE00010",), "The role S0FAKE00010"),
        ((Identity(SLACK, "T2", "U0ANN00001"), " elsewhere"), "slack:T2:U0ANN00001 elsewhere"),
        ((Identity(Platform("discord"), "T1", "U0ANN00001"),), "discord:T1:U0ANN00001"),
        ((Identity(SLACK, "T1", "nobody"), " has 3"), "slack:T1:nobody has 3"),
        ((Code("easel_abc"),), "easel_abc"),
        (("<@U0ANN00001> *bold*",), "<@U0ANN00001> *bold*"),
    ],
)
def test_who_and_what_is_of_the_workspace_has_a_name(parts: tuple[TextPart, ...], shown: str) -> None:
    """In the words and in what is folded below them; what somebody typed is words."""
    assert read(rich_post(RichText.of(*parts))) == shown
    assert shown in read(Post("x", details=(Details.of("Changes", RichText.of(*parts)),)))


def test_a_group_is_one_of_the_workspaces() -> None:
    """Slack calls roles so."""
    post = rich_post(RichText.of("The limit of the role ", PlatformRole(SLACK, "T1", "S0FAKE00010"), " is 7"))
    [block] = render_message(post, team="T1")["blocks"]
    assert block["elements"][0]["elements"][1] == {"type": "usergroup", "usergroup_id": "S0FAKE00010"}


def test_a_long_text_with_names_is_cut_and_keeps_slacks_rules() -> None:
    """What was cut off names nobody."""
    shown = read(rich_post(RichText.of(ANN, " x" * 4000, ANN)))
    assert shown.startswith("@ann x")
    assert shown.endswith("…")
    assert shown.count("@ann") == 1


def test_without_names_a_message_is_as_it_ever_was() -> None:
    """Buttons, titles, and words."""
    post = Post("Nothing", details=(Details("Title", "Words"),), buttons=(Button("Undo", "undo", "1"),))
    assert render_message(post, team="T1") == render_message(post)
