"""The picture of `/moderation stats`: days on the left, kinds and moderators on the right."""

import io
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.ports.plots import ModerationSummary
from bot.providers.plots.panels import MARKS_WIDTH, draw_counts, draw_counts_by_day
from bot.providers.plots.plot_text import FONT, MUTED_COLOUR, TEXT_COLOUR
from bot.text import pluralize

_INCHES = (12, 8)
_DPI = 120
_LEFT, _RIGHT = 0.07, 0.715
_TOP = 0.82
_WIDTH, _NARROW = 0.42, 0.28
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#B5BCC4")
"""Colours that colour-blind people can tell apart (Okabe and Ito, 2008), and grey for all other kinds together."""

_PEOPLE = "#4C6A92"


def render_moderation_png(summary: ModerationSummary) -> bytes:
    """Return the plot as a PNG."""
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    left = _LEFT - MARKS_WIDTH / figure.bbox.width
    looks: dict[str, Any] = {"parse_math": False, "fontfamily": FONT}
    figure.text(left, 0.945, "Moderation", fontsize=24, weight="bold", color=TEXT_COLOUR, **looks)
    first, last = summary.days[0], summary.days[-1]
    period = f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}   ·   {pluralize(summary.total, 'entry', 'entries')}"
    figure.text(left, 0.905, period, fontsize=15, color=MUTED_COLOUR, **looks)
    colours = _COLOURS[: len(summary.actions)]
    draw_counts_by_day(figure.add_axes((_LEFT, 0.06, _WIDTH, _TOP - 0.06)), summary, colours)
    draw_counts(figure.add_axes((_RIGHT, 0.52, _NARROW, _TOP - 0.52)), "Kinds", summary.actions, colours, slots=6)
    people = [_PEOPLE] * len(summary.moderators)
    draw_counts(figure.add_axes((_RIGHT, 0.06, _NARROW, 0.36)), "Moderators", summary.moderators, people, slots=11)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
