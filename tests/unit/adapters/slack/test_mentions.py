"""Are people, channels and groups shown by name to whoever reads alone, and is nothing else changed?"""

import pytest

from bot.adapters.slack.mentions import mention_ids
from bot.adapters.slack.rendering import render_message
from bot.domain.chat import Button, Details, Post
from tests.fakes.slack import blocks_view
from tests.fakes.slack.block_rules import checked_blocks

NAMES = {"U0ANN00001": "ann", "C0GENERAL1": "general"}


def read(post: Post) -> str:
    """Return what a person reads."""
    body = mention_ids(render_message(post), "T1")
    checked_blocks(body["blocks"], lambda _: True)
    return blocks_view.shown_words(body["blocks"], lambda id_: NAMES.get(id_, id_))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The limit of slack:T1:U0ANN00001 is now 3.", "The limit of @ann is now 3."),
        ("It is now slack:T1:C0GENERAL1; it was all.", "It is now #general; it was all."),
        ("slack:T1:U0ANN00001 has 3", "@ann has 3"),
        ("Grace (slack:T1:U0ANN00001)", "Grace (slack:T1:U0ANN00001)"),
        ("slack:T2:U0ANN00001 and all of slack:T1 together", "slack:T2:U0ANN00001 and all of slack:T1 together"),
        ("<@U0ANN00001> *bold*", "<@U0ANN00001> *bold*"),
    ],
)
def test_ids_of_the_workspace_are_names(said: str, shown: str) -> None:
    """In the words and in what is folded below them."""
    assert read(Post(said)) == shown
    assert shown in read(Post("x", details=(Details("Changes", said),)))


def test_a_group_is_one_of_the_workspaces() -> None:
    """Slack calls roles so."""
    [block] = mention_ids(render_message(Post("The limit of the role S0FAKE00010 is 7")), "T1")["blocks"]
    assert block["elements"][0]["elements"][1] == {"type": "usergroup", "usergroup_id": "S0FAKE00010"}


def test_the_rest_of_a_message_stays_as_it_is() -> None:
    """Buttons, titles, and words without ids."""
    body = render_message(Post("Nothing", details=(Details("Title", "Words"),), buttons=(Button("Undo", "undo", "1"),)))
    assert mention_ids(body, "T1") == body
