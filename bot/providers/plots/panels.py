"""The panels of a plot: bars by day, and bars by share."""

from collections.abc import Sequence
from datetime import date

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.domain.money import MILLION, dollars
from bot.ports.plots import ModerationCount, ModerationSummary, UsageShare, UsageSummary
from bot.providers.plots.plot_text import FONT, MUTED_COLOUR, shorten, to_displayable, write

_FEWEST_SLOTS = 8
"""Days that there is room for at least, so that the bar of a single day is no wall."""

_MOST_LABELS = 6
_GRID = "#e3e6ea"
_NAMES_WIDTH = 200
"""Pixels that names have beside their bars."""

MARKS_WIDTH = 65
"""Pixels that the marks of days have beside them."""

_GAP = 12
_ROOM_FOR_NUMBERS = 2.2
"""How long a panel is, in lengths of its longest bar."""

_LEAST_DOLLARS = 0.001
_SHORT_FROM = 100_000
_WHOLE_DOLLARS_FROM = 1000 * MILLION


def draw_pictures_by_day(axes: Axes, summary: UsageSummary, colours: Sequence[str]) -> None:
    """Draw the pictures of each day, stacked by model in the colours of the models."""
    _prepare_panel(axes, "Pictures a day", indent=MARKS_WIDTH)
    places = range(len(summary.days))
    below = [0] * len(summary.days)
    for column, colour in enumerate(colours):
        heights = [day.pictures[column] for day in summary.days]
        axes.bar(places, heights, bottom=below, color=colour, width=0.82)
        below = [one + other for one, other in zip(below, heights, strict=True)]
    _label_days(axes, [day.day for day in summary.days])
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _format_number(value, 0)))
    axes.set_ylim(0, max(below) * 1.06 or 1)
    if not any(below):
        axes.set_yticks([0])
        _write_message(axes, "No picture was finished")


def draw_cost_by_day(axes: Axes, summary: UsageSummary, colour: str, pale: str) -> None:
    """Draw the dollars of each day, with what is an estimate in a paler colour on top."""
    _prepare_panel(axes, "Cost a day, estimates pale" if summary.estimated else "Cost a day", indent=MARKS_WIDTH)
    costs = [day.microusd / MILLION for day in summary.days]
    billed = [(day.microusd - day.estimated) / MILLION for day in summary.days]
    axes.bar(range(len(costs)), billed, color=colour, width=0.82)
    if summary.estimated:
        axes.bar(range(len(costs)), [day.estimated / MILLION for day in summary.days], bottom=billed, color=pale, width=0.82)
    _label_days(axes, [day.day for day in summary.days])
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    most = max(*costs, _LEAST_DOLLARS)
    decimals = _decimals(most)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${_format_number(value, decimals)}"))
    axes.set_ylim(0, most * 1.06)
    if not any(costs):
        axes.set_yticks([0])
        _write_message(axes, "Nothing was spent")


def draw_shares(axes: Axes, title: str, found: Sequence[UsageShare], colours: Sequence[str], *, slots: int) -> None:
    """Draw a bar for each share, its name on the left and its numbers at its end; without a colour there is no bar.

    The panel has room for so many `slots`. What cannot be read is called by its place: person 2.
    """
    _prepare_panel(axes, title, indent=_NAMES_WIDTH + _GAP)
    lengths = [share.pictures if colour else 0 for share, colour in zip(found, colours, strict=True)]
    axes.barh(range(len(found)), lengths, color=[colour or "none" for colour in colours], height=0.62)
    axes.set_xlim(0, max(lengths) * _ROOM_FOR_NUMBERS or 1)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    one = "person" if title == "People" else "model"
    for place, (share, length) in enumerate(zip(found, lengths, strict=True)):
        words = to_displayable(share.name, f"{one} {place + 1}")
        beside = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        shorten(write(axes, -_GAP / axes.bbox.width, place, words, **beside), _NAMES_WIDTH)
        write(
            axes,
            length,
            place,
            f" {_format_number(share.pictures, 0)}  ·  {_format_dollars(share)}",
            va="center",
            color=MUTED_COLOUR,
            fontsize=11,
        )


def draw_counts_by_day(axes: Axes, summary: ModerationSummary, colours: Sequence[str]) -> None:
    """Draw the entries of each day, stacked by kind in the colours of the kinds."""
    _prepare_panel(axes, "Entries a day", indent=MARKS_WIDTH)
    below = [0] * len(summary.days)
    for column, colour in enumerate(colours):
        heights = [counts[column] for counts in summary.by_day]
        axes.bar(range(len(heights)), heights, bottom=below, color=colour, width=0.82)
        below = [one + other for one, other in zip(below, heights, strict=True)]
    _label_days(axes, summary.days)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _format_number(value, 0)))
    axes.set_ylim(0, max(below) * 1.06 or 1)
    if not any(below):
        axes.set_yticks([0])
        _write_message(axes, "Nothing was moderated")


def draw_counts(axes: Axes, title: str, found: Sequence[ModerationCount], colours: Sequence[str], *, slots: int) -> None:
    """Draw a bar for each count, its name on the left and its number at its end."""
    _prepare_panel(axes, title, indent=_NAMES_WIDTH + _GAP)
    axes.barh(range(len(found)), [one.count for one in found], color=list(colours), height=0.62)
    axes.set_xlim(0, max((one.count for one in found), default=0) * _ROOM_FOR_NUMBERS or 1)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    for place, one in enumerate(found):
        beside = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        words = to_displayable(one.name, f"number {place + 1}")
        shorten(write(axes, -_GAP / axes.bbox.width, place, words, **beside), _NAMES_WIDTH)
        number = f" {_format_number(one.count, 0)}"
        write(axes, one.count, place, number, va="center", color=MUTED_COLOUR, fontsize=11)


def _prepare_panel(axes: Axes, title: str, indent: float) -> None:
    """Take the frame away, and put a title above, so many pixels to the left."""
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID, linewidth=1)
    axes.tick_params(length=0, labelsize=12, labelcolor=MUTED_COLOUR, labelfontfamily=FONT)
    left, above = -indent / axes.bbox.width, 1 + _GAP / axes.bbox.height
    write(axes, left, above, title, transform=axes.transAxes, fontsize=15, weight="bold")


def _label_days(axes: Axes, days: Sequence[date]) -> None:
    """Name a few of the days below the bars."""
    count = len(days)
    step = -(-count // _MOST_LABELS)
    shown = range((count - 1) % step, count, step)
    axes.set_xticks(list(shown), [f"{days[number].day} {days[number]:%b}" for number in shown])
    middle, half = (count - 1) / 2, max(count, _FEWEST_SLOTS) / 2
    axes.set_xlim(middle - half, middle + half)


def _write_message(axes: Axes, words: str) -> None:
    write(axes, 0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=MUTED_COLOUR, fontsize=14)


def _decimals(most: float) -> int:
    """Return the decimals that tell the marks of an axis apart."""
    return 0 if most >= 10 else 2 if most >= 0.05 else 4  # noqa: PLR2004 - dollars


def _format_number(value: float, decimals: int) -> str:
    """Return a number that fits beside an axis or a bar."""
    if not value:
        return "0"
    if value < _SHORT_FROM:
        return f"{value:,.{decimals}f}"
    return f"{value / MILLION:.3g}M" if value >= MILLION else f"{value / 1000:.3g}k"


def _format_dollars(share: UsageShare) -> str:
    """Return what a share cost, with a sign before it that says about."""
    microusd = share.microusd
    whole = dollars(microusd) if microusd < _WHOLE_DOLLARS_FROM else f"${_format_number(microusd / MILLION, 0)}"
    return f"~{whole}" if share.estimated else whole
