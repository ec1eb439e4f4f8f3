"""`easel cases`: the cases of all communities, for operators."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import typer

from bot.app.data_folder import make_data_folder
from bot.app.stores import open_records
from bot.app.system import RandomIds, SystemClock
from bot.cli.logs import configure_logging
from bot.cli.system_user import terminal_identity
from bot.config import Settings, load
from bot.domain.cases import Case, CaseDecision, CaseId, CaseState
from bot.domain.rules import Actor
from bot.errors import BadInput, Conflict
from bot.ports.cases import Cases
from bot.ports.moderation_log import ModerationLog
from bot.text import duration_text, join_words
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.cases import SqlCases
from storage.sql.moderation_log import SqlModerationLog

_NAME = "whoever runs this bot"
_MOST_MEASURED = 200


@dataclass(frozen=True, slots=True)
class _Records:
    """What the commands read and write. `operator` is the account of this system's user."""

    cases: Cases
    log: ModerationLog
    operator: Actor


def list_cases(state: CaseState, count: int, config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Print cases, and return the exit code."""

    async def act(records: _Records) -> None:
        found = await records.cases.page(None, state=state, most=count)
        many = await records.cases.count_open(None)
        decided = await records.cases.page(None, state=CaseState.DECIDED, most=_MOST_MEASURED)
        took = [case.time_to_decision.total_seconds() for case in decided if case.time_to_decision is not None]
        middle = median(took) if took else None
        if as_json:
            seconds = None if middle is None else round(middle, 3)
            facts = {"open": many, "median_time_to_decision_s": seconds, "cases": [_facts(case) for case in found]}
            typer.echo(json.dumps(facts, ensure_ascii=False))
            return
        for case in found:
            typer.echo(_line(case))
        waited = (
            ""
            if middle is None
            else f"; of the last {len(took)} decided, half took {duration_text(timedelta(seconds=middle))} or less"
        )
        typer.echo(f"{many} open{waited}")

    return _run(act, config, is_verbose=is_verbose)


def show_case(case_id: str, config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Print a case with its notes and its story, and return the exit code."""

    async def act(records: _Records) -> None:
        case = await _find(records, case_id)
        notes, story = await records.cases.notes(case.id), await records.log.of_case(case.id)
        facts = {
            **_facts(case),
            "words": case.words,
            "scores": dict(case.scores),
            "notes": [{"at": note.at.isoformat(), "by": note.by.name, "text": note.text} for note in notes],
            "log": [
                {"at": line.at.isoformat(), "by": line.by and line.by.name, "action": line.action, "detail": line.detail}
                for line in story
            ],
        }
        if as_json:
            typer.echo(json.dumps(facts, ensure_ascii=False))
            return
        typer.echo(_line(case))
        for note in notes:
            typer.echo(f"  {note.at:%Y-%m-%d %H:%M} {note.by.name}: {note.text}")
        for line in story:
            who = f" by {line.by.name}" if line.by else ""
            typer.echo(f"  {line.at:%Y-%m-%d %H:%M} {line.action} {line.detail}{who}".replace("  by", " by"))

    return _run(act, config, is_verbose=is_verbose)


def decide_case(case_id: str, decision: CaseDecision, config: Path | None, *, is_verbose: bool) -> int:
    """Write a decision, which a running easel enforces, and return the exit code."""

    async def act(records: _Records) -> None:
        case = await _find(records, case_id)
        if decision not in case.decisions:
            raise BadInput(f"This case cannot be decided so: {join_words(case.decisions)}. Nothing was changed.")
        if not await records.cases.decide(case.id, decision, records.operator):
            raise Conflict(f"This case is decided already: {_line(await _find(records, case_id))}. Nothing was changed.")
        typer.echo(f"Decided: {decision.outcome}. The easel that runs does it within a minute; easel cases undo takes it back.")

    return _run(act, config, is_verbose=is_verbose)


def undo_case(case_id: str, config: Path | None, *, is_verbose: bool) -> int:
    """Open a case again, whose effects a running easel takes back, and return the exit code."""

    async def act(records: _Records) -> None:
        case = await _find(records, case_id)
        if not await records.cases.undo(case.id, records.operator):
            raise Conflict("Only a decision of the last ten minutes can be undone; nothing was changed.")
        typer.echo("Undone: the case is open again.")

    return _run(act, config, is_verbose=is_verbose)


def _run(act: Callable[[_Records], Coroutine[Any, Any, None]], config: Path | None, *, is_verbose: bool) -> int:
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    make_data_folder(settings.home)

    async def run() -> None:
        async with _open(settings) as records:
            await act(records)

    asyncio.run(run())
    return 0


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[_Records]:
    """Open the records without the rest of the house, and yield them."""
    await upgrade(settings.records_url)
    clock, ids = SystemClock(), RandomIds()
    async with open_records(settings) as database:
        identity = terminal_identity()
        account = await SqlAccounts(database, clock, ids).get_or_create(
            identity, settings.quotas.first_tier_of(identity.platform)
        )
        yield _Records(SqlCases(database, clock, ids), SqlModerationLog(database, clock), Actor(account.id, _NAME))


async def _find(records: _Records, case_id: str) -> Case:
    case = await records.cases.get(CaseId(case_id))
    if case is None:
        raise BadInput("There is no such case; easel cases list shows those that are open.")
    return case


def _line(case: Case) -> str:
    stands = "open" if case.decision is None or case.decided_by is None else f"{case.decision} by {case.decided_by.name}"
    reason = f" ({case.reason})" if case.reason else ""
    return f"{case.id}  {case.opened_at:%Y-%m-%d %H:%M}  {case.community}  {case.kind}{reason}  {stands}"


def _facts(case: Case) -> dict[str, object]:
    took = case.time_to_decision
    return {
        "id": case.id,
        "kind": case.kind,
        "reason": case.reason,
        "community": case.community,
        "platform": case.platform,
        "tenant": case.tenant,
        "account": case.account,
        "picture": case.picture,
        "job": case.job,
        "state": case.state,
        "opened_at": case.opened_at.isoformat(),
        "assignee": case.assignee and case.assignee.name,
        "decision": case.decision,
        "decided_by": case.decided_by and case.decided_by.name,
        "decided_at": case.decided_at and case.decided_at.isoformat(),
        "time_to_decision_s": took and round(took.total_seconds(), 3),
    }
