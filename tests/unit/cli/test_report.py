"""Is what `easel imagine` prints complete, and harmless to print?"""

import json
from pathlib import Path

import pytest

from bot.cli.report import Problem, Report, ShownPicture, print_json, print_lines
from bot.domain.money import Cost

PICTURE = ShownPicture(
    path=Path("/data/pictures/a.png"), url="http://127.0.0.1:8420/p/x.png", sha256="ab", width=3, height=2, size_bytes=9
)
REPORT = Report(
    job="j",
    state="done",
    prompt="ein Füchslein",
    drawn_prompt="A small\nfox \x1b]0;owned\x07",
    provider="openai",
    model="gpt-image-2",
    cost=Cost(53_100),
    pictures=(PICTURE,),
)


def test_the_object_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    """On one line, which is all there is."""
    print_json(REPORT)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "job": "j",
        "state": "done",
        "prompt": "ein Füchslein",
        "drawn_prompt": "A small\nfox \x1b]0;owned\x07",
        "provider": "openai",
        "model": "gpt-image-2",
        "cost_microusd": 53_100,
        "pictures": [
            {
                "path": "/data/pictures/a.png",
                "url": "http://127.0.0.1:8420/p/x.png",
                "sha256": "ab",
                "width": 3,
                "height": 2,
                "bytes": 9,
            }
        ],
    }


def test_the_object_says_why_there_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the kind, people the text."""
    print_json(Report(error=Problem("quota_exceeded", "None left.", 2)))
    assert json.loads(capsys.readouterr().out)["error"] == {"kind": "quota_exceeded", "text": "None left."}


def test_a_picture_that_is_elsewhere_has_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    """Its link is all there is."""
    picture = ShownPicture(path=None, url="http://x/p", sha256="ab", width=1, height=1, size_bytes=1)
    print_json(Report(pictures=(picture,)))
    assert json.loads(capsys.readouterr().out)["pictures"][0]["path"] is None


def test_people_get_one_fact_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a model put into its wording."""
    print_lines(REPORT)
    assert capsys.readouterr().out.splitlines() == [
        "/data/pictures/a.png",
        "  http://127.0.0.1:8420/p/x.png (3x2, while easel is running)",
        "asked  ein Füchslein",
        "drawn  A small fox ]0;owned",
        "model  gpt-image-2 (openai)",
        "cost   $0.0531",
    ]


def test_the_exit_code_is_the_problems() -> None:
    """And 0 without one."""
    assert REPORT.exit_code == 0
    assert Report(error=Problem("fault", "", 1)).exit_code == 1
