"""Whether ledger, usage, credits, budgets and pictures add up: sums over the rows as they are, by the rules on paper."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]

HOUSE = "house"
_FINAL = {"done", "failed", "refused", "cancelled"}
_MARK = re.compile(r"\b\d{4}-\d{2}\b")


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows. Those of `jobs` have `id`, `prompt`, `count`, `state`, `told_at` and `words_microusd`; all others are whole."""

    jobs: Sequence[Row]
    drawings: Sequence[Row]
    pictures: Sequence[Row]
    holds: Sequence[Row]
    usage: Sequence[Row]
    spending: Sequence[Row]
    credit_balances: Sequence[Row]
    credit_entries: Sequence[Row]


def find_mismatches(
    tables: Tables, *, paid: Mapping[str, int], delivered: Collection[str], objects: Collection[str]
) -> list[str]:
    """Return a sentence for each thing that does not add up. `paid` and `delivered` are by the mark in a wish's words."""
    return [
        *_jobs(tables, delivered),
        *_paid_calls(tables, paid),
        *_usage(tables),
        *_credits(tables),
        *_spending(tables),
        *(f"picture {one['id']} has no object" for one in tables.pictures if one["key"] not in objects),
    ]


def _jobs(tables: Tables, delivered: Collection[str]) -> Iterator[str]:
    """Each job is over and told of, and has spent what it shows and nothing else."""
    holds = {hold["job"]: hold for hold in tables.holds}
    pictures = Counter(picture["job"] for picture in tables.pictures)
    for job in tables.jobs:
        name, hold = f"job {job['id']} ({job['prompt']})", holds.get(job["id"])
        is_done = job["state"] == "done"
        if job["state"] not in _FINAL or job["told_at"] is None:
            yield f"{name} is {job['state']}, told at {job['told_at']}"
        if hold is None:
            yield f"{name} has no hold"
            continue
        counted = pictures[job["id"]] * hold["each"]
        if hold["state"] != ("spent" if counted else "refunded") or hold["spent"] != counted:
            yield f"{name} has pictures that count {counted}, and its hold is {hold['state']}, {hold['spent']} spent"
        if is_done != (pictures[job["id"]] > 0):
            yield f"{name} is {job['state']} with {pictures[job['id']]} pictures"
        if is_done != (_mark_in(job["prompt"]) in delivered):
            yield f"{name} is {job['state']}, and people see {'no ' if is_done else ''}pictures"


def _paid_calls(tables: Tables, paid: Mapping[str, int]) -> Iterator[str]:
    """Each paid call is a drawing that is closed, and its money is on the books."""
    drawings = defaultdict(list)
    for drawing in tables.drawings:
        drawings[drawing["job"]].append(drawing)
        if drawing["state"] == "open":
            yield f"drawing {drawing['id']} is open"
    for job in tables.jobs:
        of_job, calls = drawings[job["id"]], paid.get(_mark_in(job["prompt"]), 0)
        booked = sum(1 for drawing in of_job if drawing["microusd"] > 0)
        if calls > booked:
            yield f"job {job['id']} ({job['prompt']}): {calls} calls were paid, {booked} drawings have a cost"
    known = {_mark_in(job["prompt"]) for job in tables.jobs}
    yield from (f"{mark or 'something'} was paid for, and there is no job" for mark in paid if mark not in known)


def _usage(tables: Tables) -> Iterator[str]:
    """Of each day, what was spent is what its holds spent beside credits, and nothing is held."""
    wanted: Counter[tuple[object, ...]] = Counter()
    for hold in tables.holds:
        wanted[hold["community"], hold["account"], hold["day"]] += min(hold["spent"], hold["n"] - hold["from_credits"])
    there = {(row["community"], row["account"], row["day"]): row for row in tables.usage}
    for key in wanted.keys() | there.keys():
        held, spent = (there[key]["held"], there[key]["spent"]) if key in there else (0, 0)
        if (held, spent) != (0, wanted[key]):
            yield f"usage of {key}: held {held}, spent {spent}; its holds spent {wanted[key]}"


def _credits(tables: Tables) -> Iterator[str]:
    """Each balance is the sum of its entries, and the entries of a job are what its hold spent beyond the day."""
    sums: Counter[tuple[object, ...]] = Counter()
    of_jobs: Counter[object] = Counter()
    for entry in tables.credit_entries:
        sums[entry["community"], entry["account"]] += entry["delta"]
        if entry["job"] is not None:
            of_jobs[entry["job"]] -= entry["delta"]
    balances: dict[tuple[object, ...], int] = {
        (row["community"], row["account"]): row["balance"] for row in tables.credit_balances
    }
    for key in sums.keys() | balances.keys():
        if sums[key] != balances.get(key, 0):
            yield f"credits of {key}: balance {balances.get(key, 0)}, entries {sums[key]}"
    for hold in tables.holds:
        beyond = max(0, hold["spent"] - (hold["n"] - hold["from_credits"]))
        if of_jobs[hold["job"]] != beyond:
            yield f"credits of job {hold['job']}: {of_jobs[hold['job']]} taken, {beyond} spent"


def _spending(tables: Tables) -> Iterator[str]:
    """Of each day and scope, what was spent is what words and drawings of its jobs cost, and nothing is held."""
    costs: Counter[object] = Counter()
    for job in tables.jobs:
        costs[job["id"]] += job["words_microusd"]
    for drawing in tables.drawings:
        costs[drawing["job"]] += drawing["microusd"]
    wanted: Counter[tuple[object, ...]] = Counter()
    for hold in tables.holds:
        for scope in {hold["community"], HOUSE}:
            wanted[scope, hold["day"]] += costs[hold["job"]]
    there = {(row["scope"], row["day"]): row for row in tables.spending}
    for key in wanted.keys() | there.keys():
        held, spent = (there[key]["held"], there[key]["spent"]) if key in there else (0, 0)
        if (held, spent) != (0, wanted[key]):
            yield f"spending of {key}: held {held}, spent {spent}; its jobs cost {wanted[key]}"


def _mark_in(text: str) -> str:
    found = _MARK.search(text)
    return found[0] if found else ""
