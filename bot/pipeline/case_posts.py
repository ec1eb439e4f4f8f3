"""Builds the post of a case, as moderators see it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.cases import Case, CaseDecision, CaseKind, CaseState
from bot.domain.chat import Button, Details, Post, PostPicture
from bot.domain.sanctions import Sanction, SanctionKind, SanctionRecord
from bot.services.case_details import CaseDetails
from bot.text import duration_text, join_words, pluralize

LABELS = {
    CaseDecision.REMOVE: "Remove",
    CaseDecision.KEEP: "Keep",
    CaseDecision.WARN: "Warn",
    CaseDecision.MUTE: "Mute 1 d",
    CaseDecision.BAN: "Ban",
    CaseDecision.ALLOW: "Allow these words",
    CaseDecision.RESTORE: "Take it back",
    CaseDecision.UPHOLD: "Leave it so",
}
"""What the buttons are called."""

DANGEROUS = {CaseDecision.REMOVE, CaseDecision.BAN}

_HEADLINES = {
    CaseKind.REPORT: "A picture by {name} was reported",
    CaseKind.DOUBT: "A picture by {name} should be looked at",
    CaseKind.MISTAKE: "{name} says that it was a mistake to refuse their words",
    CaseKind.APPEAL: "{name} appeals against a decision",
    CaseKind.TAKEDOWN: "Somebody demands that a picture by {name} is taken down",
}
_DOUBT_OF_WORDS = "What {name} keeps asking for should be looked at"
_DELETED = (
    "Its author has deleted it, or it was older than pictures are kept here: others cannot see it, and soon it is gone for good. "
    "Remove keeps it from coming back."
)
_MOST_NOTES = 10


def case_post(details: CaseDetails) -> Post:
    """Return the whole post but for its picture, which `with_picture` adds where it is to be seen."""
    case = details.case
    return Post(
        "\n".join(_lines(details)),
        details=tuple(_details(details)),
        footer=(f"opened {_moment(case.opened_at)}", f"case {case.id}"),
        buttons=tuple(_buttons(details)),
    )


def with_picture(post: Post, picture: PostPicture) -> Post:
    """Return the post with its picture, which only those see who open it."""
    return replace(post, pictures=(picture,), is_sensitive=True)


def shows_picture(details: CaseDetails) -> bool:
    """Whether the picture belongs into the message: while somebody has to look at it, and it is there."""
    return details.has_picture and details.case.state is CaseState.OPEN


def case_line(case: Case) -> str:
    """Return a case in a line of a list."""
    reason = f", {case.reason}" if case.reason else ""
    who = f", {case.assignee.name} looks after it" if case.assignee else ""
    stands = "" if case.decision is None else f": {case.decision.outcome}"
    return f"{case.kind.value}{reason}, opened {_moment(case.opened_at)}{who}{stands}"


def _lines(details: CaseDetails) -> Iterator[str]:
    case = details.case
    reason = f": {case.reason}" if case.reason else ""
    is_about_words = case.kind is CaseKind.DOUBT and case.picture is None
    headline = _DOUBT_OF_WORDS if is_about_words else _HEADLINES[case.kind]
    yield f"{headline.format(name=details.author_name)}{reason}."
    if details.appealed is not None:
        yield _format_appealed(details.appealed)
    if details.reporters:
        more = details.reporter_count - len(details.reporters)
        named = [*details.reporters, *([f"{more} more"] if more > 0 else [])]
        yield f"{pluralize(details.reporter_count, 'person', 'people')} reported it: {join_words(named, 'and')}."
    if case.picture is not None and not details.has_picture:
        yield "The picture is gone."
    if details.is_hidden and case.state is CaseState.OPEN:
        yield "It is hidden from everybody until this is decided."
    if details.is_deleted and case.state is CaseState.OPEN:
        yield _DELETED
    if details.others:
        yield f"The same request gave {pluralize(details.others, 'more picture', 'more pictures')}."
    if case.state is CaseState.OPEN:
        yield f"{case.assignee.name} looks after it." if case.assignee else "Nobody looks after it yet."
    elif case.decision and case.decided_by and case.time_to_decision is not None:  # pragma: no branch - a decided one has all
        yield f"{case.decided_by.name} decided after {duration_text(case.time_to_decision)}: {case.decision.outcome}."


def _format_appealed(against: Case | Sanction) -> str:
    """Return what an appeal is against: who decided it, when, and why."""
    if isinstance(against, Sanction):
        until = f" until {_moment(against.until)}" if against.until else ""
        why = f": {against.reason.rstrip('.')}" if against.reason else ""
        return f"{against.by.name} {_IMPOSED[against.kind]} them on {_moment(against.imposed_at)}{until}{why}."
    if against.decided_by is None or against.decision is None or against.decided_at is None:
        return "That decision was undone meanwhile."
    why = f" Why it was looked at: {against.reason}." if against.reason else ""
    return f"{against.decided_by.name} decided on {_moment(against.decided_at)}: {against.decision.outcome}.{why}"


_IMPOSED = {SanctionKind.WARNING: "warned", SanctionKind.MUTE: "muted", SanctionKind.BAN: "banned"}


def _details(details: CaseDetails) -> Iterator[Details]:
    case, job = details.case, details.job
    if case.words:
        yield Details("Why" if case.kind is CaseKind.APPEAL else "Words", case.words)
    if job is not None and job.wish.prompt:
        yield Details("Asked for", job.wish.prompt)
        if job.prepared_prompt is not None and job.prepared_prompt.text != job.wish.prompt:
            yield Details("Drawn as", job.prepared_prompt.text)
    if case.scores:
        highest = sorted(case.scores.items(), key=lambda one: -one[1])
        yield Details("What the model found", " · ".join(f"{category} {score:.2f}" for category, score in highest))
    who = f" ({details.author})" if details.author is not None and str(details.author) != details.author_name else ""
    yield Details("Author", f"{details.author_name}{who}: {_history(details.earlier)}; {_format_record(details.record)}.")
    if details.notes:
        yield Details("Notes", "\n".join(f"{note.by.name}: {note.text}" for note in details.notes[-_MOST_NOTES:]))


def _history(earlier: tuple[Case, ...]) -> str:
    if not earlier:
        return "no earlier case"
    ends = Counter("open" if case.decision is None else _ENDS.get(case.decision, "other") for case in earlier)
    parts = [f"{number} {end}" for end, number in sorted(ends.items())]
    return f"{pluralize(len(earlier), 'other case')} ({', '.join(parts)})"


_ENDS = {decision: "removed" if decision.removes_picture else "kept" for decision in CaseDecision}


def _format_record(record: SanctionRecord) -> str:
    barring = record.barring
    if barring is not None:
        return _barring(barring)
    warnings = sum(one.kind is SanctionKind.WARNING and one.lifted_at is None for one in record.sanctions)
    past = record.count - warnings
    found = [
        *([pluralize(warnings, "warning")] if warnings else []),
        *([f"muted or banned {pluralize(past, 'time')} before"] if past else []),
    ]
    return ", ".join(found) or "never warned, muted or banned"


def _barring(sanction: Sanction) -> str:
    what = "banned" if sanction.kind is SanctionKind.BAN else "muted"
    return f"{what} until {_moment(sanction.until)}" if sanction.until else f"{what} for good"


def _buttons(details: CaseDetails) -> Iterator[Button]:
    case = details.case
    if case.state is CaseState.DECIDED:
        if case.closed_at is None:
            yield Button("Undo", "case-undo", case.id)
        yield Button("Note…", "case-note", case.id)
        return
    for decision in case.decisions:
        yield Button(LABELS[decision], f"case-{decision}", case.id, is_dangerous=decision in DANGEROUS)
    if details.has_picture:
        yield Button("Show picture", "case-look", case.id)
        yield Button("Similar pictures", "case-similar", case.id)
    if case.kind not in {CaseKind.MISTAKE, CaseKind.APPEAL}:
        yield Button("Block phrase…", "case-block", case.id)
    yield Button("Note…", "case-note", case.id)
    if case.assignee is None:
        yield Button("I look after it", "case-take", case.id)
    else:
        yield Button("Give it back", "case-drop", case.id)


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
