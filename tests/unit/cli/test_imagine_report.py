"""Is what `easel imagine` prints complete, and harmless to print?"""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.imagine_report import ImagineProblem, ImagineReport, print_json, print_lines
from bot.domain.jobs import JobState
from bot.domain.money import Cost
from bot.services.job_views import JobView, PictureView

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PICTURE = PictureView(url="http://127.0.0.1:8420/p/x.png", width=3, height=2, media_type="image/png", size_bytes=9, sha256="ab")
JOB = JobView(
    id="j",
    state=JobState.DONE,
    prompt="ein Füchslein",
    drawn_prompt="A small\nfox \x1b]0;owned\x07",
    provider="openai",
    model="gpt-image-2",
    created_at=NOON,
    finished_at=None,
    cost_microusd=53_100,
    pictures=(PICTURE,),
    taken_down=0,
    error=None,
)
REPORT = ImagineReport(job=JOB, paths=(Path("/data/pictures/a.png"),), cost=Cost(53_100))


def test_the_object_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    """On one line, which is all there is."""
    print_json(REPORT)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "id": "j",
        "state": "done",
        "prompt": "ein Füchslein",
        "drawn_prompt": "A small\nfox \x1b]0;owned\x07",
        "provider": "openai",
        "model": "gpt-image-2",
        "created_at": "2026-07-01T12:00:00+00:00",
        "finished_at": None,
        "cost_microusd": 53_100,
        "pictures": [
            {
                "url": "http://127.0.0.1:8420/p/x.png",
                "width": 3,
                "height": 2,
                "media_type": "image/png",
                "size_bytes": 9,
                "sha256": "ab",
                "path": "/data/pictures/a.png",
            }
        ],
        "taken_down": 0,
        "error": None,
    }


def test_the_object_says_why_there_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the kind, people the text; the fields are all there where there is no job either."""
    print_json(ImagineReport(problem=ImagineProblem("quota_exceeded", "None left.", 2)))
    shown = json.loads(capsys.readouterr().out)
    assert shown["error"] == {"kind": "quota_exceeded", "text": "None left."}
    assert set(shown) == {field.name for field in fields(JobView)}
    assert (shown["id"], shown["pictures"]) == (None, [])


def test_a_picture_that_is_elsewhere_has_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    """Its link is all there is."""
    print_json(replace(REPORT, paths=(None,)))
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


@pytest.mark.parametrize(
    ("cost", "line"),
    [
        (Cost(40_000, is_estimate=True), "cost   about $0.0400"),
        (Cost(is_estimate=True), "cost   unknown"),
        (Cost(), "cost   free"),
    ],
)
def test_a_cost_that_nobody_billed_is_no_promise(capsys: pytest.CaptureFixture[str], cost: Cost, line: str) -> None:
    """What is estimated says so, and what is unknown is not free."""
    print_lines(replace(REPORT, cost=cost))
    assert capsys.readouterr().out.splitlines()[-1] == line


def test_the_exit_code_is_the_problems() -> None:
    """And 0 without one."""
    assert REPORT.exit_code == 0
    assert ImagineReport(problem=ImagineProblem("fault", "", 1)).exit_code == 1
