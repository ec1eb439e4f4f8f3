"""Asks what `easel provenance` says of pictures that are ours, of others, and of what is none."""

import json
from pathlib import Path

import pytest
from PIL import Image

from bot.cli.program import main


def type_in(*arguments: str) -> int:
    """Type a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_a_stranger_is_told_as_one_and_makes_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To look at a file changes nothing."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    assert type_in("provenance", "plain.png", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["ai"], report["ours"], report["says"]["format"]) == (None, None, "PNG")
    assert type_in("provenance", "plain.png") == 0
    assert "does not say how it was made" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["plain.png"]


@pytest.mark.parametrize(("name", "sentence"), [("nowhere.png", "cannot be read: No such file"), ("text.png", "no picture")])
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    """And a code that is not 0."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.png").write_text("no picture")
    assert type_in("provenance", name) == 2
    assert sentence in capsys.readouterr().err
