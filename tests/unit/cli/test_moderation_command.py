"""Asks what `easel moderation try` says of words, of files of them, and of typing mistakes."""

import json
from pathlib import Path

import pytest

from bot.cli.program import main


def type_in(*arguments: str) -> int:
    """Type a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["moderation", "try", *arguments])
    return int(ended.value.code or 0)


def test_words_are_judged_and_the_entry_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """As one JSON object, or as a line to read."""
    assert type_in("a", "n.4.k.3.d", "child", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "words": "a n.4.k.3.d child",
        "verdict": "block",
        "rule": "naked child",
        "category": "minors",
        "stage": "filter",
        "matched_after": "a n a k e d chiid",
    }
    assert type_in("a shooting star") == 0
    assert capsys.readouterr().out == "allow  a shooting star\n"


def test_a_file_is_judged_line_by_line_with_a_list_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON or not."""
    (tmp_path / "own.toml").write_text('[[list]]\ncategory = "brands"\nseverity = "review"\nphrases = ["our mascot"]\n')
    (tmp_path / "prompts.jsonl").write_text('"a fox"\n\n{"prompt": "our mascot", "id": 7}\nour m4scot\n')
    assert type_in("--file", str(tmp_path / "prompts.jsonl"), "--list", str(tmp_path / "own.toml"), "--json") == 0
    judged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["verdict"], one["category"]) for one in judged] == [("allow", ""), ("review", "brands"), ("review", "brands")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give words to try"),
        (["a", "--file", "b"], "Give words to try"),
        (["--file", "nowhere"], "nowhere cannot be read: No such file"),
        (["a", "--list", "nowhere"], "The word list nowhere cannot be read"),
    ],
)
def test_mistakes_are_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And no traceback."""
    assert type_in(*arguments) != 0
    assert sentence in capsys.readouterr().err


def test_a_line_without_a_prompt_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number."""
    (tmp_path / "prompts.jsonl").write_text('"a fox"\n{"words": "a hen"}\n')
    assert type_in("--file", str(tmp_path / "prompts.jsonl")) == 2
    assert "line 2 has no prompt" in capsys.readouterr().err
