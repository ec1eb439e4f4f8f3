"""Can each count of a chaos run become more than zero? What is judged is doctored here, one thing at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from benchmarks.chaos.books import Tables
from benchmarks.chaos.judge import ChaosVerdict, Evidence, Outcome, Sight, judge

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 14)
DRAWN, FAILED = "0001-01", "0002-01"
KEY = "pictures/ab/abc.png"


def tables() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of two jobs: one was drawn, on credits, and the end of the other's paid call was not seen."""
    job = {"told_at": NOW, "words_microusd": 5}
    hold = {"community": "house", "account": "ann", "day": DAY, "n": 1, "each": 1}
    entry = {"community": "house", "account": "ann"}
    return {
        "jobs": [
            {**job, "id": "one", "prompt": f"a fox {DRAWN}", "state": "done"},
            {**job, "id": "two", "prompt": f"a fox {FAILED}", "state": "failed"},
        ],
        "drawings": [
            {"id": "d1", "job": "one", "state": "drawn", "microusd": 40},
            {"id": "d2", "job": "two", "state": "unknown", "microusd": 50},
        ],
        "pictures": [{"id": "p1", "job": "one", "key": KEY}],
        "holds": [
            {**hold, "job": "one", "state": "spent", "spent": 1, "from_credits": 1},
            {**hold, "job": "two", "state": "refunded", "spent": 0, "from_credits": 0},
        ],
        "usage": [{"community": "house", "account": "ann", "day": DAY, "held": 0, "spent": 0}],
        "spending": [{"scope": "house", "day": DAY, "held": 0, "spent": 100}],
        "credit_balances": [{"community": "house", "account": "ann", "balance": 9}],
        "credit_entries": [{**entry, "delta": 10, "job": None}, {**entry, "delta": -1, "job": "one"}],
    }


def evidence(rows: dict[str, list[dict[str, Any]]] | None = None) -> Evidence:
    """Return that of a run in which all went well."""
    return Evidence(
        promised=frozenset({DRAWN}),
        sights=(Sight("page", DRAWN, Outcome.DELIVERED), Sight("slack", FAILED, Outcome.NOTIFIED)),
        paid=(f"A careful picture of: a fox {DRAWN}", f"A careful picture of: a fox {FAILED}"),
        tables=Tables(**(rows or tables())),
        objects=frozenset({KEY, f"{KEY}.512.webp"}),
    )


def zeros(verdict: ChaosVerdict) -> dict[str, int]:
    """Return the counts that must be zero and are not."""
    return {name: n for name, n in verdict.counts().items() if n and name not in {"accepted", "delivered", "notified"}}


def test_what_is_right_is_found_right() -> None:
    """One was delivered, the other told; nothing else is counted."""
    verdict, findings = judge(evidence())
    assert verdict == ChaosVerdict(2, 1, 1, 0, 0, 0, 0, 0)
    assert verdict.is_clean
    assert findings == []


@pytest.mark.parametrize("outcome", [None, Outcome.WORKING, Outcome.UNREADABLE])
def test_an_accepted_job_that_nobody_sees_the_end_of_is_lost(outcome: Outcome | None) -> None:
    """Whether its message stands still or was never posted."""
    shown = () if outcome is None else (Sight("slack", FAILED, outcome),)
    verdict, findings = judge(replace(evidence(), sights=(Sight("page", DRAWN, Outcome.DELIVERED), *shown)))
    assert zeros(verdict) == {"lost": 1}
    assert findings[0].startswith(f"lost: {FAILED}")
    assert not verdict.is_clean


def test_a_promise_that_no_job_came_of_is_lost() -> None:
    """A front end said yes, and the table knows nothing of it."""
    verdict, _ = judge(replace(evidence(), promised=frozenset({DRAWN, "0003-01"})))
    assert zeros(verdict) == {"lost": 1}
    assert verdict.accepted == 3


@pytest.mark.parametrize(
    "more",
    [
        (Sight("page", DRAWN, Outcome.DELIVERED),),
        (Sight("page", DRAWN, Outcome.WORKING),),
        (Sight("page", FAILED, Outcome.NOTIFIED),),
        (Sight("slack", DRAWN, Outcome.DELIVERED, is_file=True),) * 2,
    ],
)
def test_a_second_message_is_a_second_delivery(more: tuple[Sight, ...]) -> None:
    """Also one that only stands there, and a file that lies in the thread twice."""
    good = evidence()
    verdict, _ = judge(replace(good, sights=(*good.sights, *more)))
    assert zeros(verdict) == {"delivered_twice": 1}


def test_one_wish_that_became_two_jobs_is_a_second_delivery() -> None:
    """Each of them has its books in order."""
    rows = tables()
    rows["jobs"].append({**rows["jobs"][1], "id": "three", "words_microusd": 0})
    rows["holds"].append({**rows["holds"][1], "job": "three"})
    rows["drawings"].append({**rows["drawings"][1], "job": "three", "microusd": 0})
    verdict, _ = judge(replace(evidence(rows), paid=evidence().paid[:1]))
    assert zeros(verdict) == {"delivered_twice": 1}


def test_a_second_paid_call_is_paid_twice() -> None:
    """Even where both are on the books."""
    rows = tables()
    rows["drawings"].append({"id": "d3", "job": "one", "state": "unknown", "microusd": 40})
    rows["spending"][0]["spent"] += 40
    good = evidence(rows)
    verdict, _ = judge(replace(good, paid=(*good.paid, f"a fox {DRAWN}")))
    assert zeros(verdict) == {"paid_twice": 1}


def test_an_object_that_no_picture_has_is_an_orphan() -> None:
    """So is a copy of it."""
    good = evidence()
    verdict, _ = judge(replace(good, objects=good.objects | {"pictures/cd/cde.png", "pictures/cd/cde.png.512.webp"}))
    assert zeros(verdict) == {"orphan_objects": 2}


@pytest.mark.parametrize(
    ("table", "row", "changes"),
    [
        ("jobs", 0, {"state": "kept"}),
        ("jobs", 1, {"state": "done"}),
        ("jobs", 1, {"told_at": None}),
        ("jobs", 1, {"words_microusd": 6}),
        ("drawings", 1, {"state": "open"}),
        ("drawings", 1, {"microusd": 0}),
        ("drawings", 0, {"microusd": 41}),
        ("pictures", 0, {"job": "two"}),
        ("pictures", 0, {"key": "pictures/not/there.png"}),
        ("holds", 0, {"state": "held"}),
        ("holds", 0, {"spent": 0}),
        ("holds", 0, {"from_credits": 0}),
        ("holds", 0, {"job": "nobody's"}),
        ("holds", 1, {"state": "spent"}),
        ("holds", 1, {"spent": 1}),
        ("usage", 0, {"held": 1}),
        ("usage", 0, {"spent": 1}),
        ("spending", 0, {"held": 1}),
        ("spending", 0, {"spent": 99}),
        ("spending", 0, {"scope": "elsewhere"}),
        ("credit_balances", 0, {"balance": 10}),
        ("credit_entries", 0, {"delta": 11}),
        ("credit_entries", 1, {"job": "two"}),
    ],
)
def test_whatever_does_not_add_up_is_found(table: str, row: int, changes: dict[str, Any]) -> None:
    """In each table, by each of its columns that count."""
    rows = tables()
    rows[table][row].update(changes)
    verdict, findings = judge(evidence(rows))
    assert verdict.ledger_mismatch > 0
    assert any(finding.startswith("ledger: ") for finding in findings)


def test_money_that_is_on_no_books_is_found() -> None:
    """A paid call for words that no job has."""
    verdict, findings = judge(replace(evidence(), paid=("a fox 0009-01", *evidence().paid)))
    assert zeros(verdict) == {"ledger_mismatch": 1}
    assert findings == ["ledger: 0009-01 was paid for, and there is no job"]
