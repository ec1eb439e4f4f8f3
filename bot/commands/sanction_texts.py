"""Texts about sanctions, for moderators and for sanctioned people."""

from zoneinfo import ZoneInfo

from bot.commands.formatting import moment_text, until_text
from bot.domain.people import HOUSE
from bot.domain.sanctions import Sanction, SanctionKind, SanctionRecord
from bot.text import pluralize


def summary_text(record: SanctionRecord) -> str:
    """Return what follows `You have`: how many there are, and whether one bars now."""
    if not record.count:
        return " no warnings, mutes or bans here."
    barring = record.barring
    now = "" if barring is None else " and may ask for no pictures now"
    return f" {pluralize(record.count, 'sanction')} on record here{now}."


def done_text(sanction: Sanction, zone: ZoneInfo) -> str:
    """Return what follows the sanctioned person's name, for the moderator."""
    end = f" {until_text(sanction.until, zone)}" if sanction.until else ""
    where = "everywhere" if sanction.community == HOUSE else "here"
    done = {
        SanctionKind.WARNING: "was warned. It stays on record.",
        SanctionKind.MUTE: f"is muted {where}{end}.",
        SanctionKind.BAN: (f"is banned {where}{end or ' for good'}. What was being drawn for them has ended."),
    }[sanction.kind]
    return f"{done}{why_text(sanction)} They are told in private where that is possible."


def sanction_line(sanction: Sanction, zone: ZoneInfo, record: SanctionRecord | None = None) -> str:
    """Return `14 March 2026, 12:00: ban until …, everywhere. Why: …`; with the record, whether it has ended."""
    end = f" {until_text(sanction.until, zone)}" if sanction.until else ""
    where = ", everywhere" if sanction.community == HOUSE else ""
    over = ""
    if record is not None and sanction not in record.active:
        over = ", taken back" if sanction.lifted_at else ", over"
    return f"{moment_text(sanction.imposed_at, zone)}: {sanction.kind}{end}{where}{over}.{why_text(sanction)}"


def why_text(sanction: Sanction) -> str:
    """Return the reason as a sentence of its own, after a space."""
    return f" Why: {sanction.reason.rstrip('.')}." if sanction.reason else ""
