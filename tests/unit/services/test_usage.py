"""Asks whether lines of usage add up, day by day, and whether the table is one that can be opened without fear."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import AccountId
from bot.ports.statistics import UsageLine
from bot.services.usage import MOST_MODELS, MOST_PEOPLE, summarize_usage, usage_csv

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 14)


def a_line(
    name: str = "Ann",
    *,
    day: date = LAST,
    account: str = "",
    model: str = "crayons",
    pictures: int = 1,
    microusd: int = 50_000,
    estimated: int = 0,
) -> UsageLine:
    """Return a line."""
    whose = AccountId(account or f"account of {name}")
    line = UsageLine(day=day, account=whose, name=name, model=model, pictures=pictures, microusd=microusd)
    return replace(line, estimated=estimated)


def rows(*lines: UsageLine) -> list[list[str]]:
    """Read the table back, as a spreadsheet does."""
    table = usage_csv(lines, {line.account: f"loom:{line.name}" for line in lines})
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def test_every_day_is_there() -> None:
    """Also those on which nothing was drawn."""
    summary = summarize_usage([a_line(day=FIRST), a_line(day=FIRST + timedelta(days=2), pictures=3)], FIRST, LAST)
    assert [day.day for day in summary.days] == [FIRST + timedelta(days=number) for number in range(14)]
    assert [sum(day.pictures) for day in summary.days] == [1, 0, 3, *([0] * 11)]
    assert [day.microusd for day in summary.days[:3]] == [50_000, 0, 50_000]


def test_who_drew_most_comes_first() -> None:
    """Then who cost most; two people of one name are two people."""
    lines = [a_line("Bob", pictures=2), a_line("Ann", account="1"), a_line("Ann", account="2", microusd=60_000), a_line("Bob")]
    people = summarize_usage(lines, FIRST, LAST).people
    assert [(share.name, share.key, share.pictures, share.microusd) for share in people] == [
        ("Bob", "account of Bob", 3, 100_000),
        ("Ann", "2", 1, 60_000),
        ("Ann", "1", 1, 50_000),
    ]


def test_a_person_has_the_name_they_went_by_last() -> None:
    """Lines come in order of days."""
    lines = [a_line("Ann", account="1", day=FIRST), a_line("Annabel", account="1")]
    assert [share.name for share in summarize_usage(lines, FIRST, LAST).people] == ["Annabel"]


def test_those_beyond_the_most_are_taken_together() -> None:
    """They are counted, and not named."""
    people = [
        a_line(f"Person {number:02}", pictures=100 - number, model=f"model {number:02}") for number in range(MOST_PEOPLE + 2)
    ]
    summary = summarize_usage(people, FIRST, LAST)
    assert (len(summary.people), len(summary.models)) == (MOST_PEOPLE + 1, MOST_MODELS + 1)
    assert (summary.people[-1].name, summary.people[-1].pictures, summary.people[-1].is_rest) == ("2 other people", 179, True)
    assert summary.models[-1].name == f"{MOST_PEOPLE + 2 - MOST_MODELS} other models"
    assert summary.head_count == MOST_PEOPLE + 2
    assert summary.days[-1].pictures == tuple(share.pictures for share in summary.models)
    assert summarize_usage(people[:-1], FIRST, LAST).people[-1].name == "1 other person"


def test_words_that_were_paid_for_alone_have_no_model() -> None:
    """They cost something, and are no pictures."""
    [model] = summarize_usage([a_line(model="", pictures=0, microusd=130)], FIRST, LAST).models
    assert (model.name, model.pictures, model.microusd) == ("words only", 0, 130)


def test_nothing_is_an_empty_summary() -> None:
    """With its days; one that cost something is not empty."""
    assert summarize_usage([], FIRST, LAST).is_empty
    assert len(summarize_usage([], FIRST, LAST).days) == 14
    assert not summarize_usage([a_line(pictures=0, microusd=1)], FIRST, LAST).is_empty


LINES = st.lists(
    st.builds(
        a_line,
        st.sampled_from([f"Person {number}" for number in range(25)]),
        day=st.dates(FIRST, LAST),
        model=st.sampled_from(["", *"abcdefgh"]),
        pictures=st.integers(0, 1000),
        microusd=st.integers(0, 10**9),
        estimated=st.sampled_from([0, 0, 7]),
    )
)


@given(lines=LINES)
def test_all_ways_of_adding_up_agree(lines: list[UsageLine]) -> None:
    """By day, by person and by model."""
    summary = summarize_usage(lines, FIRST, LAST)
    pictures, microusd = sum(line.pictures for line in lines), sum(line.microusd for line in lines)
    assert (summary.pictures, summary.microusd) == (pictures, microusd)
    assert sum(share.pictures for share in summary.people) == sum(sum(day.pictures) for day in summary.days) == pictures
    assert sum(share.microusd for share in summary.people) == sum(share.microusd for share in summary.models) == microusd
    estimated = sum(line.estimated for line in lines)
    assert summary.estimated == estimated
    assert sum(share.estimated for share in summary.people) == sum(share.estimated for share in summary.models) == estimated
    assert all(len(day.pictures) == len(summary.models) for day in summary.days)


def test_the_table_has_every_line() -> None:
    """With whole micro-dollars."""
    assert rows(a_line(pictures=2, microusd=1_234_567), a_line("Bob", model="", pictures=0, microusd=5, estimated=4)) == [
        ["day", "person", "id", "model", "pictures", "dollars", "estimated"],
        ["2026-03-14", "Ann", "loom:Ann", "crayons", "2", "1.234567", "0.000000"],
        ["2026-03-14", "Bob", "loom:Bob", "", "0", "0.000005", "0.000004"],
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "\t=", "\r=", " =", "\n@"])
def test_no_cell_is_a_formula(sign: str) -> None:
    """Whatever people call themselves."""
    [_, row] = rows(a_line(f"{sign}HYPERLINK(1)", model=f"{sign}cmd|'/c calc'!A0"))
    assert (row[1][0], row[3][0]) == ("'", "'")


@pytest.mark.parametrize("name", ['Ann "the pen", of Riga', "山田太郎 🦊", "a\nb\x00c", "\ud800", ""])
def test_any_name_stays_in_its_cell(name: str) -> None:
    """On one line, with what cannot be written left out."""
    [_, row] = rows(a_line(name, account="1"))
    assert len(row) == 7
    assert "\n" not in row[1]
    if name.isprintable():
        assert row[1] == name
