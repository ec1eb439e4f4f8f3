"""Asks whether whoever runs the bot can see and decide cases on the command line, without a chat."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli.program import main
from bot.domain.cases import Case, CaseKind, NewCase
from bot.domain.people import HOUSE, AccountId, Platform
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor
from storage.sql.cases import SqlCases
from storage.sql.database import open_database
from tests.e2e.tables import give_tables
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

MO = Actor(AccountId("mo"), "Mo")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Have a picture reported, and return its case, with a note on it."""
    (tmp_path / "config.toml").write_text(f'data_dir = "{tmp_path}"\n')
    monkeypatch.setenv("EASEL_CONFIG", str(tmp_path / "config.toml"))
    new = NewCase(
        kind=CaseKind.REPORT,
        community=HOUSE,
        platform=Platform("discord"),
        tenant="1",
        account=AccountId("ann"),
        picture=PictureId("fox.0"),
        reason="violent",
    )

    async def open_case() -> Case:
        await give_tables(tmp_path)
        async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'easel.db'}") as database:
            cases = SqlCases(database, StoppedClock(), CountingIds())
            opened = await cases.open(new)
            await cases.add_note(opened.case.id, "looks staged", MO)
            return opened.case

    return asyncio.run(open_case())


def type_in(*arguments: str) -> int:
    """Type a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["cases", *arguments])
    return int(ended.value.code or 0)


def test_a_case_is_listed_shown_decided_and_undone(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """For people and for programs; nothing that follows is done by this program."""
    assert type_in("list") == 0
    assert capsys.readouterr().out == f"{case.id}  2026-03-14 12:00  house  report (violent)  open\n1 open\n"
    assert type_in("decide", case.id, "ban") == 0
    assert "The easel that runs does it within a minute" in capsys.readouterr().out
    assert type_in("list", "--state", "decided", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["open"], [one["decision"] for one in listed["cases"]]) == (0, ["ban"])
    assert listed["median_time_to_decision_s"] > 0
    assert type_in("show", case.id, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert [note["text"] for note in shown["notes"]] == ["looks staged"]
    assert [line["action"] for line in shown["log"]] == ["opened", "noted", "decided"]
    assert type_in("undo", case.id) == 0
    assert type_in("show", case.id) == 0
    assert "  2026-03-14 12:00 Mo: looks staged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "nothing"), "There is no such case"),
        (("decide", "{case}", "allow"), "cannot be decided so: remove, keep, warn, mute or ban"),
        (("undo", "{case}"), "Only a decision of the last ten minutes"),
    ],
)
def test_what_does_not_work_is_one_sentence(
    case: Case, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    """And changes nothing."""
    assert type_in(*(one.format(case=case.id) for one in arguments)) == 2
    assert sentence in capsys.readouterr().err


def test_a_case_is_decided_once(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """The second one is told what stands."""
    type_in("decide", case.id, "keep")
    assert type_in("decide", case.id, "ban") == 2
    assert "keep by whoever runs this bot" in capsys.readouterr().err
