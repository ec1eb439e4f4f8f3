"""How often is the database asked for one accepted wish? Each statement and each commit is paid for by everybody who waits.

So is each way to the thread of SQLite's driver and back: a statement that is sent from here is one, and a transaction that
runs there is one with all that is in it.
"""

import threading
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

MOST_CROSSINGS = MOST_COMMITS + 5
"""The others read: who it is, the rules, sanctions, what is open, and the place in line."""


@contextmanager
def counted() -> Iterator[tuple[list[str], list[str]]]:
    """Note each statement, and each commit of what was written; and of these what crossed to the driver's thread."""
    received: list[str] = []
    crossed: list[str] = []

    def note_statement(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            received.append(statement)
            note_crossing(statement)

    def note_commit(_connection: Connection) -> None:
        received.append("COMMIT")
        note_crossing("COMMIT")

    def note_crossing(what: str) -> None:
        if what == "COMMIT" or threading.current_thread() is threading.main_thread():
            crossed.append(what)

    event.listen(Engine, "before_cursor_execute", note_statement)
    event.listen(Engine, "commit", note_commit)
    yield received, crossed
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
        with counted() as (received, crossed):
            await dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key="second", at=place))
    assert received.count("COMMIT") <= MOST_COMMITS, received
    assert len(received) - received.count("COMMIT") <= MOST_STATEMENTS, received
    assert sum("FROM rules" in one for one in received) <= 1, received
    assert len(crossed) <= MOST_CROSSINGS, crossed
