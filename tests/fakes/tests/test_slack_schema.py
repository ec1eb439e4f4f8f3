"""Asks whether the fake refuses what only Slack's own SDK and schema know to be wrong."""

import pytest

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.schemas import block_complaint, view_complaint


def test_the_sdk_is_asked_about_blocks_and_views() -> None:
    """A good one passes, a bad one is told, and one that is newer than the SDK is not its business."""
    section = {"type": "section", "text": {"type": "plain_text", "text": "a fox"}}
    assert block_complaint(section) == block_complaint({"type": "newer than the SDK"}) == ""
    assert "3000" in block_complaint({"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}})
    view = {"type": "home", "blocks": [section]}
    assert view_complaint(view) == ""
    assert "blocks" in view_complaint({**view, "blocks": []})


async def test_a_manifest_that_slack_refuses_sets_nothing_up() -> None:
    """It fails the test that sent it."""
    async with FakeSlack() as slack:
        with pytest.raises(ValueError, match="name"):
            slack.app.follow({"display_information": {}})
