"""The picture of `/usage`: days on the left, people and models on the right."""

import io
from datetime import date
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from bot.domain.money import dollars
from bot.ports.plots import UsageSummary
from bot.providers.plots.panels import MARKS_WIDTH, draw_cost_by_day, draw_pictures_by_day, draw_shares
from bot.providers.plots.plot_text import FONT, MUTED_COLOUR, TEXT_COLOUR, shorten, to_displayable
from bot.text import pluralize

_INCHES = (12, 8)
_DPI = 120
_LEFT, _RIGHT = 0.07, 0.715
_TOP = 0.82
_WIDTH, _NARROW = 0.42, 0.28
_MODELS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
"""Colours that colour-blind people can tell apart (Okabe and Ito, 2008), one for each model that is named."""

_PEOPLE, _COST, _ESTIMATED, _REST = "#4C6A92", "#7A8B99", "#CBD3DA", "#B5BCC4"


def render_usage_png(summary: UsageSummary) -> bytes:
    """Return the plot as a PNG."""
    file = io.BytesIO()
    draw_usage(summary).savefig(file, format="png")
    return file.getvalue()


def draw_usage(summary: UsageSummary) -> Figure:
    """Return the figure."""
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    _headline(figure, summary)
    if summary.is_empty:
        _write(figure, 0.5, 0.45, "Nothing was drawn", fontsize=24, color=MUTED_COLOUR, ha="center")
    else:
        _panels(figure, summary)
    return figure


def _panels(figure: Figure, summary: UsageSummary) -> None:
    colours = [_REST if model.is_rest else _MODELS[number] for number, model in enumerate(summary.models)]
    # All others together are no bar: it would make those of single people too short to be compared.
    people = ["" if share.is_rest else _PEOPLE for share in summary.people]
    draw_pictures_by_day(figure.add_axes((_LEFT, 0.48, _WIDTH, _TOP - 0.48)), summary, colours)
    draw_cost_by_day(figure.add_axes((_LEFT, 0.06, _WIDTH, 0.29)), summary, _COST, _ESTIMATED)
    if summary.whose:
        draw_shares(figure.add_axes((_RIGHT, _TOP - 0.25, _NARROW, 0.25)), "Models", summary.models, colours, slots=6)
        return
    draw_shares(figure.add_axes((_RIGHT, 0.39, _NARROW, _TOP - 0.39)), "People", summary.people, people, slots=11)
    draw_shares(figure.add_axes((_RIGHT, 0.06, _NARROW, 0.23)), "Models", summary.models, colours, slots=6)


def _headline(figure: Figure, summary: UsageSummary) -> None:
    whose = f" by {to_displayable(summary.whose, 'one person')}" if summary.whose else ""
    people = "" if summary.whose else f"   ·   {pluralize(summary.head_count, 'person', 'people')}"
    pictures = pluralize(summary.pictures, "picture", "pictures")
    title = _write(figure, _LEFT - MARKS_WIDTH / figure.bbox.width, 0.945, f"Pictures drawn{whose}", fontsize=24, weight="bold")
    shorten(title, 0.92 * figure.bbox.width)
    cost = dollars(summary.microusd, is_estimate=summary.estimated > 0)
    totals = f"{_period(summary)}   ·   {pictures}   ·   {cost}{people}"
    _write(figure, _LEFT - MARKS_WIDTH / figure.bbox.width, 0.905, totals, fontsize=15, color=MUTED_COLOUR)


def _write(figure: Figure, x: float, y: float, words: str, **how: Any) -> Text:
    looks: dict[str, Any] = {"color": TEXT_COLOUR, "fontfamily": FONT, **how}
    return figure.text(x, y, words, parse_math=False, **looks)


def _period(summary: UsageSummary) -> str:
    first, last = summary.days[0].day, summary.days[-1].day
    return _day(last) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
