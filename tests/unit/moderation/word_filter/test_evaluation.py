"""Asks that the word filter catches what the sets of `make eval` say, and that these sets are worth something."""

import json

import pytest

from bot.moderation.word_filter import Matcher
from tests.evaluation.__main__ import main
from tests.evaluation.evaluating import evaluate, read_harmful, read_harmless
from tests.evaluation.tricks import TRICKS


def test_the_filter_reaches_its_aim(capsys: pytest.CaptureFixture[str]) -> None:
    """98 % of each category, and nothing of what is harmless."""
    assert main(["--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert set(counts) == set(read_harmful())
    for count in counts.values():
        assert count["caught"] >= 0.98 * (count["caught"] + count["missed"])
        assert count["wrongly_blocked"] == 0


def test_the_sets_are_large_enough() -> None:
    """And no trick does nothing: most words look different after it."""
    harmful = [text for texts in read_harmful().values() for text in texts]
    assert len(read_harmless()) >= 300
    assert len(set(read_harmless())) == len(read_harmless())
    for name, apply in TRICKS.items():
        changed = sum(apply(text) != text for text in harmful)
        assert name == "as it is" or changed > 0.4 * len(harmful), name


def test_a_filter_that_catches_nothing_would_be_noticed() -> None:
    """The counts are made by asking, not by believing."""
    result = evaluate(Matcher([]))
    assert result.share_caught == 0
    assert not result.reaches_aim
