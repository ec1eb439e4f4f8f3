"""Asks what stands in the picture of `/usage`, and whether anything runs over its place."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bot.domain.people import AccountId
from bot.ports.plots import UsageSummary
from bot.ports.statistics import UsageLine
from bot.providers.plots.plot_text import to_displayable
from bot.providers.plots.usage_figure import draw_usage
from bot.services.usage import summarize_usage

LAST = date(2026, 3, 14)


def a_line(
    number: int, name: str, *, pictures: int = 1, microusd: int = 50_000, model: str = "crayons", estimated: int = 0
) -> UsageLine:
    """Return a line of the day that is so many days before the last."""
    line = UsageLine(
        day=LAST - timedelta(days=number),
        account=AccountId(f"account of {name}"),
        name=name,
        model=model,
        pictures=pictures,
        microusd=microusd,
    )
    return replace(line, estimated=estimated)


def summary(*lines: UsageLine, days: int = 30, whose: str = "") -> UsageSummary:
    """Add them up."""
    return summarize_usage(lines, LAST - timedelta(days=days - 1), LAST, whose=whose)


def texts(figure: Figure) -> list[Text]:
    """Return every text that can be seen, laid out; marks outside a panel are there and not drawn."""
    figure.draw_without_rendering()
    marks = [
        tick.label1
        for axes in figure.axes
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
        for tick in axis.get_major_ticks()
        if low <= tick.get_loc() <= high
    ]
    written = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    return [text for text in (*written, *marks) if text.get_text().strip()]


def words(figure: Figure) -> list[str]:
    """Return what can be read."""
    return [text.get_text().strip() for text in texts(figure)]


CROWDED = [
    a_line(
        day,
        f"Person number {person} with a long name",
        pictures=10**5,
        microusd=10**11,
        model=f"company/model-{person}-of-many",
        estimated=1,
    )
    for day in range(60)
    for person in range(14)
]


@pytest.mark.parametrize(
    "crowded",
    [
        pytest.param(summary(*CROWDED, days=60), id="huge numbers"),
        pytest.param(summary(*CROWDED, days=90), id="90 days"),
        pytest.param(summary(a_line(0, "Ann"), days=1), id="one day"),
        pytest.param(summary(a_line(0, "W" * 200, model="M" * 200), days=2), id="wide letters"),
        pytest.param(summary(a_line(0, "Ann", pictures=0, microusd=1)), id="hardly anything"),
        pytest.param(summary(a_line(0, "Ann", microusd=0)), id="for nothing"),
        pytest.param(summary(a_line(0, "Ann"), whose="W" * 200), id="a long name in the title"),
        pytest.param(summary(), id="nothing"),
    ],
)
def test_no_text_runs_over_another_or_over_the_edge(crowded: UsageSummary) -> None:
    """However much there is."""
    figure = draw_usage(crowded)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for words_, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, words_  # noqa: PT018 - one box
    over = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]
    assert over == []


def test_the_title_says_the_period_and_the_totals() -> None:
    """At a glance."""
    said = words(draw_usage(summary(a_line(0, "Ann", pictures=1200, microusd=63_500_000), a_line(3, "Bob"))))
    assert said[0] == "Pictures drawn"
    assert said[1] == "13 February 2026 to 14 March 2026   ·   1,201 pictures   ·   $63.55   ·   2 people"


def test_an_estimate_is_called_one() -> None:
    """In the totals, beside whoever it is a part of, and above the days."""
    ann, bob = a_line(0, "Ann", microusd=70_000, estimated=20_000), a_line(0, "Bob", pictures=2, model="oils")
    said = words(draw_usage(summary(ann, bob)))
    assert "   ·   about $0.12   ·   " in said[1]
    assert {"1  ·  ~$0.07", "2  ·  $0.05", "Cost a day, estimates pale"} <= set(said)
    assert "Cost a day" in words(draw_usage(summary(bob)))


def test_people_and_models_have_their_numbers_beside_them() -> None:
    """Who drew most comes first."""
    said = words(draw_usage(summary(a_line(0, "Ann", pictures=3, microusd=150_000), a_line(0, "Bob", pictures=5, microusd=0))))
    people = said[said.index("People") :]
    assert [people.index(name) for name in ("Bob", "Ann")] == sorted(people.index(name) for name in ("Bob", "Ann"))
    assert {"3  ·  $0.15", "5  ·  $0.00", "8  ·  $0.15"} <= set(people)


def test_one_persons_picture_names_them_and_no_others() -> None:
    """There is nobody to compare them with."""
    said = words(draw_usage(summary(a_line(0, "Ann"), whose="Ann")))
    assert "Pictures drawn by Ann" in said
    assert "People" not in said


def test_nothing_is_said_to_be_nothing() -> None:
    """No empty axes; and what cost nothing, or came to nothing, says so in its panel."""
    assert words(draw_usage(summary()))[-1] == "Nothing was drawn"
    assert "Nothing was spent" in words(draw_usage(summary(a_line(0, "Ann", microusd=0))))
    assert "No picture was finished" in words(draw_usage(summary(a_line(0, "Ann", pictures=0))))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann", "Ann"),
        ("Ann 🦊", "Ann"),
        ("𝓐𝓷𝓷", "Ann"),
        ("a\nb\u202ec", "a b c"),
        ("Ünal", "Ünal"),
        ("$x^2$", "$x^2$"),
        ("山田太郎", "person 1"),
        ("🦊", "person 1"),
        ("…", "person 1"),
        ("", "person 1"),
        ("\ud800", "person 1"),
    ],
)
def test_names_are_made_of_letters_that_the_font_has(name: str, shown: str) -> None:
    """Who cannot be written down is called by their place."""
    assert to_displayable(name, "person 1") == shown


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    """It would make every start a second slower."""
    rooms = "bot.app.serving, bot.providers.plots.matplotlib_plots, bot.doctor"
    look = f"import sys, {rooms}; print('matplotlib' in sys.modules, 'stripe' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert found.stdout.split() == ["False", "False"]
