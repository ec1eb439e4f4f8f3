"""The panels of a plot: bars by day, and bars by share."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.domain.money import MILLION, dollars
from bot.ports.plots import UsageShare, UsageSummary
from bot.providers.plots.lettering import FONT, SOFT, cut, readable, write

_FEWEST_SLOTS = 8
"""Days that there is room for at least, so that the bar of a single day is no wall."""

_MOST_LABELS = 6
_GRID = "#e3e6ea"
_NAMES = 200
"""Pixels that names have beside their bars."""

MARKS = 65
"""Pixels that the marks of days have beside them."""

_GAP = 12
_ROOM_FOR_NUMBERS = 2.2
"""How long a panel is, in lengths of its longest bar."""

_LEAST_DOLLARS = 0.001
_SHORT_FROM = 100_000
_WHOLE_DOLLARS_FROM = 1000 * MILLION


def pictures_by_day(axes: Axes, summary: UsageSummary, colours: Sequence[str]) -> None:
    """Draw the pictures of each day, stacked by model in the colours of the models."""
    _bare(axes, "Pictures a day", indent=MARKS)
    places = range(len(summary.days))
    below = [0] * len(summary.days)
    for column, colour in enumerate(colours):
        heights = [day.pictures[column] for day in summary.days]
        axes.bar(places, heights, bottom=below, color=colour, width=0.82)
        below = [one + other for one, other in zip(below, heights, strict=True)]
    _days(axes, summary)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _mark(value, 0)))
    axes.set_ylim(0, max(below) * 1.06 or 1)
    if not any(below):
        axes.set_yticks([0])
        _say(axes, "No picture was finished")


def cost_by_day(axes: Axes, summary: UsageSummary, colour: str, pale: str) -> None:
    """Draw the dollars of each day, with what is an estimate in a paler colour on top."""
    _bare(axes, "Cost a day, estimates pale" if summary.estimated else "Cost a day", indent=MARKS)
    costs = [day.microusd / MILLION for day in summary.days]
    billed = [(day.microusd - day.estimated) / MILLION for day in summary.days]
    axes.bar(range(len(costs)), billed, color=colour, width=0.82)
    if summary.estimated:
        axes.bar(range(len(costs)), [day.estimated / MILLION for day in summary.days], bottom=billed, color=pale, width=0.82)
    _days(axes, summary)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    most = max(*costs, _LEAST_DOLLARS)
    decimals = _decimals(most)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${_mark(value, decimals)}"))
    axes.set_ylim(0, most * 1.06)
    if not any(costs):
        axes.set_yticks([0])
        _say(axes, "Nothing was spent")


def shares(axes: Axes, title: str, found: Sequence[UsageShare], colours: Sequence[str], *, slots: int) -> None:
    """Draw a bar for each share, its name on the left and its numbers at its end; without a colour there is no bar.

    The panel has room for so many `slots`. What cannot be read is called by its place: person 2.
    """
    _bare(axes, title, indent=_NAMES + _GAP)
    lengths = [share.pictures if colour else 0 for share, colour in zip(found, colours, strict=True)]
    axes.barh(range(len(found)), lengths, color=[colour or "none" for colour in colours], height=0.62)
    axes.set_xlim(0, max(lengths) * _ROOM_FOR_NUMBERS or 1)
    axes.set_ylim(slots - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    one = "person" if title == "People" else "model"
    for place, (share, length) in enumerate(zip(found, lengths, strict=True)):
        words = readable(share.name, f"{one} {place + 1}")
        beside = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        cut(write(axes, -_GAP / axes.bbox.width, place, words, **beside), _NAMES)
        write(axes, length, place, f" {_mark(share.pictures, 0)}  ·  {_brief(share)}", va="center", color=SOFT, fontsize=11)


def _bare(axes: Axes, title: str, indent: float) -> None:
    """Take the frame away, and put a title above, so many pixels to the left."""
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID, linewidth=1)
    axes.tick_params(length=0, labelsize=12, labelcolor=SOFT, labelfontfamily=FONT)
    left, above = -indent / axes.bbox.width, 1 + _GAP / axes.bbox.height
    write(axes, left, above, title, transform=axes.transAxes, fontsize=15, weight="bold")


def _days(axes: Axes, summary: UsageSummary) -> None:
    """Name a few of the days below the bars."""
    count = len(summary.days)
    step = -(-count // _MOST_LABELS)
    shown = range((count - 1) % step, count, step)
    axes.set_xticks(list(shown), [f"{summary.days[number].day.day} {summary.days[number].day:%b}" for number in shown])
    middle, half = (count - 1) / 2, max(count, _FEWEST_SLOTS) / 2
    axes.set_xlim(middle - half, middle + half)


def _say(axes: Axes, words: str) -> None:
    write(axes, 0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=SOFT, fontsize=14)


def _decimals(most: float) -> int:
    """Give the decimals that tell the marks of an axis apart."""
    return 0 if most >= 10 else 2 if most >= 0.05 else 4  # noqa: PLR2004 - dollars


def _mark(value: float, decimals: int) -> str:
    """Give a number that fits beside an axis or a bar."""
    if not value:
        return "0"
    if value < _SHORT_FROM:
        return f"{value:,.{decimals}f}"
    return f"{value / MILLION:.3g}M" if value >= MILLION else f"{value / 1000:.3g}k"


def _brief(share: UsageShare) -> str:
    """Give what a share cost, with a sign before it that says about."""
    microusd = share.microusd
    whole = dollars(microusd) if microusd < _WHOLE_DOLLARS_FROM else f"${_mark(microusd / MILLION, 0)}"
    return f"~{whole}" if share.estimated else whole
