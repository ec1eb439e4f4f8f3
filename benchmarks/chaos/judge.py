"""Judges what a run left behind. It knows no code of easel's: only what people see, what was paid, rows, and keys of objects."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from benchmarks.chaos.books import Tables, find_mismatches

_MARK = re.compile(r"\b\d{4}-\d{2}\b")
_COPY = re.compile(r"\.\d+\.webp$")
"""The end of a smaller copy's key, behind the key of its picture."""


class Outcome(StrEnum):
    """What a message shows: pictures, or how it ended without any, or that it goes on, or pictures that cannot be opened."""

    DELIVERED = "delivered"
    NOTIFIED = "notified"
    WORKING = "working"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Sight:
    """A message as its readers see it at the end; `mark` is the wish's that it speaks of.

    Slack shows a picture that lies in a file of a message's thread: `is_file` is
    for that file, of which there may be one as well.
    """

    front_end: str
    mark: str
    outcome: Outcome
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run is judged by.

    `promised` are the wishes that a front end said were accepted, `paid` the
    prompts of all calls that OpenAI took money for, `objects` what is in the
    bucket, without its prefix.
    """

    promised: frozenset[str]
    sights: tuple[Sight, ...]
    paid: tuple[str, ...]
    tables: Tables
    objects: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChaosVerdict:
    """The counts. All from `lost` on must be zero."""

    accepted: int
    delivered: int
    notified: int
    lost: int
    delivered_twice: int
    paid_twice: int
    ledger_mismatch: int
    orphan_objects: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, done twice, or does not add up."""
        return not (self.lost or self.delivered_twice or self.paid_twice or self.ledger_mismatch or self.orphan_objects)

    def counts(self) -> dict[str, int]:
        """Return it by name."""
        return asdict(self)


def mark_in(text: str) -> str:
    """Return what no two wishes share; empty where there is none."""
    found = _MARK.search(text)
    return found[0] if found else ""


def judge(evidence: Evidence) -> tuple[ChaosVerdict, list[str]]:
    """Count, and say what each count that is not zero consists of."""
    jobs = Counter(mark_in(job["prompt"]) for job in evidence.tables.jobs)
    sights = _by_mark(sight for sight in evidence.sights if not sight.is_file)
    files = Counter(sight.mark for sight in evidence.sights if sight.is_file)
    accepted = {mark for mark in (*jobs, *evidence.promised, *sights) if mark}
    delivered = {mark for mark in accepted if Outcome.DELIVERED in sights[mark]}
    notified = {mark for mark in accepted - delivered if Outcome.NOTIFIED in sights[mark]}
    lost = accepted - delivered - notified
    extra_messages = _excess({mark: len(shown) for mark, shown in sights.items()})
    extra_files = _excess(files)
    extra_jobs = _excess(jobs)
    paid = Counter(mark_in(prompt) for prompt in evidence.paid)
    paid_again = _excess(paid)
    mismatches = find_mismatches(evidence.tables, paid=paid, delivered=delivered, objects=evidence.objects)
    orphans = _orphans(evidence)
    verdict = ChaosVerdict(
        accepted=len(accepted),
        delivered=len(delivered),
        notified=len(notified),
        lost=len(lost),
        delivered_twice=sum(map(sum, (more.values() for more in (extra_messages, extra_files, extra_jobs)))),
        paid_twice=sum(paid_again.values()),
        ledger_mismatch=len(mismatches),
        orphan_objects=len(orphans),
    )
    findings = [
        *(f"lost: {mark}, of which people see {list(map(str, sights[mark])) or 'nothing'}" for mark in sorted(lost)),
        *(f"delivered twice: {mark}, in {more + 1} messages" for mark, more in sorted(extra_messages.items())),
        *(f"delivered twice: {mark}, with {more + 1} files" for mark, more in sorted(extra_files.items())),
        *(f"delivered twice: {mark}, as {more + 1} jobs" for mark, more in sorted(extra_jobs.items())),
        *(f"paid twice: {mark}, {more + 1} times" for mark, more in sorted(paid_again.items())),
        *(f"ledger: {mismatch}" for mismatch in mismatches),
        *(f"orphan: {key}" for key in orphans),
    ]
    return verdict, findings


def _by_mark(sights: Iterable[Sight]) -> Mapping[str, list[Outcome]]:
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    for sight in sights:
        found[sight.mark].append(sight.outcome)
    return found


def _excess(counts: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each is more than one."""
    return {mark: count - 1 for mark, count in counts.items() if count > 1}


def _orphans(evidence: Evidence) -> list[str]:
    """Return the objects that no picture has, as itself or as a smaller copy of it."""
    known = {picture["key"] for picture in evidence.tables.pictures}
    return sorted(key for key in evidence.objects if _COPY.sub("", key) not in known)
