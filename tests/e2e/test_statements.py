"""How often is the database asked for one accepted wish? Each statement and each commit is paid for by everybody who waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from bot.app.commands import build_dispatcher
from bot.app.foundation import open_foundation
from bot.app.services import build_services
from bot.config import Settings
from bot.domain.chat import Place
from tests.fakes.engine import ManualEngine
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

MOST_STATEMENTS = 12
MOST_COMMITS = 2
"""One to accept the wish with what is set aside for it, one for its message."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note each statement, and each commit of what was written."""
    heard: list[str] = []

    def note_statement(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            heard.append(statement)

    def note_commit(_connection: Connection) -> None:
        heard.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", note_statement)
    event.listen(Engine, "commit", note_commit)
    yield heard
    event.remove(Engine, "before_cursor_execute", note_statement)
    event.remove(Engine, "commit", note_commit)


@pytest.mark.parametrize("parts_tenants", [False, True], ids=["one community", "a community for each server"])
async def test_an_accepted_wish_asks_the_database_no_more_often_than_it_must(tmp_path: Path, parts_tenants: bool) -> None:
    """And no more often where servers have limits of their own."""
    settings = Settings.model_validate({"data_dir": tmp_path, "quotas": {"parts_tenants": parts_tenants}})
    async with open_foundation(settings) as base:
        surface = RecordingSurface()
        dispatcher = build_dispatcher(build_services(base, {LOOM: surface}, ManualEngine(base.clock)).features)
        place = Place(LOOM, "guild-7", "market square")
        await dispatcher.dispatch("imagine", {"prompt": "a fox, who makes the account"}, FakeCall(surface, key="first", at=place))
        with counted() as heard:
            await dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key="second", at=place))
    assert heard.count("COMMIT") <= MOST_COMMITS, heard
    assert len(heard) - heard.count("COMMIT") <= MOST_STATEMENTS, heard
    assert sum("FROM rules" in one for one in heard) <= 1, heard
