"""Asks of every implementation of `Plots`: does it draw whatever there is to draw, and in peace?"""

import asyncio
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import pytest
from PIL import Image

from bot.domain.people import AccountId
from bot.ports.plots import ModerationCount, ModerationSummary, Plots, UsageSummary
from bot.ports.statistics import UsageLine
from bot.providers.plots.matplotlib_plots import MatplotPlots
from bot.services.usage import summarize_usage
from tests.fakes.plots import GreyPlots

LAST = date(2026, 3, 14)
ODD_NAMES = (
    "山田太郎",
    "🦊🦊",
    "$x^2$ and $",
    "\\frac{",
    "<@123> @everyone",
    "W" * 300,
    "a\nb\x00\u202ec",
    "محمد",
    "",
    "e\u0301",
    "\ud800",
)


@pytest.fixture(params=[MatplotPlots, GreyPlots])
def plots(request: pytest.FixtureRequest) -> Plots:
    """Return each of them."""
    made: Plots = request.param()
    return made


def a_summary(*, days: int = 30, people: int = 3, models: int = 2, names: Sequence[str] = (), whose: str = "") -> UsageSummary:
    """Return the same chance numbers each time."""
    chance, first = random.Random(7), LAST - timedelta(days=days - 1)  # noqa: S311 - numbers, not secrets
    lines = [
        UsageLine(
            day=first + timedelta(days=day),
            account=AccountId(f"account-{person}"),
            name=names[person] if names else f"Person {person}",
            model=f"model-{chance.randrange(models)}",
            pictures=chance.randrange(20),
            microusd=chance.randrange(2_000_000),
        )
        for day in range(days)
        for person in range(people)
    ]
    return summarize_usage(lines, first, LAST, whose=whose)


def size_of(picture: bytes) -> tuple[int, int]:
    """Look at a picture, which must be a whole PNG."""
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        assert opened.format == "PNG"
        return opened.size


@pytest.mark.parametrize(
    "summary",
    [
        pytest.param(a_summary, id="a month"),
        pytest.param(partial(a_summary, days=1, people=1, models=1), id="one day of one person"),
        pytest.param(partial(a_summary, days=60, people=500, models=9), id="many"),
        pytest.param(partial(a_summary, people=len(ODD_NAMES), names=ODD_NAMES), id="odd names"),
        pytest.param(partial(a_summary, people=1, whose="山田太郎 $x$"), id="somebody's alone"),
        pytest.param(partial(summarize_usage, (), LAST, LAST), id="nothing"),
    ],
)
async def test_whatever_there_is_can_be_drawn(plots: Plots, summary: Callable[[], UsageSummary]) -> None:
    """Without a warning, and always of the same size."""
    nothing = summarize_usage((), LAST, LAST)
    assert size_of(await plots.usage(summary())) == size_of(await plots.usage(nothing))


async def test_several_admins_may_ask_at_once(plots: Plots) -> None:
    """Each gets their own."""
    asked = [a_summary(days=days) for days in (1, 7)]
    alone = [await plots.usage(summary) for summary in asked]
    assert await asyncio.gather(*map(plots.usage, asked)) == alone


async def test_the_loop_goes_on_meanwhile(plots: Plots) -> None:
    """Others are answered while one is drawn."""
    turns, drawing = 0, asyncio.ensure_future(plots.usage(a_summary()))
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0)
    assert await drawing
    assert turns >= 1


@pytest.mark.parametrize(
    ("days", "kinds", "people"), [(1, 1, 0), (30, 6, len(ODD_NAMES)), (90, 3, 2)], ids=["one day", "odd names", "a season"]
)
async def test_moderation_can_be_drawn_whatever_there_is(plots: Plots, days: int, kinds: int, people: int) -> None:
    """Also where nothing was done."""
    nothing = ModerationSummary(days=(LAST,), by_day=((),), actions=(), moderators=())
    summary = ModerationSummary(
        days=tuple(LAST - timedelta(days=number) for number in reversed(range(days))),
        by_day=tuple(tuple((day + kind) % 7 for kind in range(kinds)) for day in range(days)),
        actions=tuple(ModerationCount(f"kind {number}", number + 1) for number in range(kinds)),
        moderators=tuple(ModerationCount(name, 9) for name in ODD_NAMES[:people]),
    )
    assert size_of(await plots.moderation(summary)) == size_of(await plots.moderation(nothing))
