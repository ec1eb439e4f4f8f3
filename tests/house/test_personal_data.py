"""No table is forgotten by what gives people their data, removes it, or removes what is old."""

import re
from pathlib import Path

import pytest

from storage.schema import metadata
from storage.sql.old_records import DELETED_WITH_JOBS
from storage.sql.personal_data import PERSONAL_DATA
from storage.sql.personal_tables import PersonalTable, WhenForgotten

PAGE = (Path(__file__).parents[2] / "docs/privacy.md").read_text()

KEEP_THEIR_JOBS = {"credit_entries"}
"""Tables whose rows keep the job that they refer to: `storage/sql/old_records.py` looks for them."""

FORGET_WHICH = {"blocked_pictures"}
"""Tables whose rows stay, without the reference."""

NAMES_PEOPLE = re.compile(r"(account|_by|by_|reporter|author|holder|user_id|subject|assignee|prompt|wish|words|name)")
"""What columns are called that may hold somebody or their words."""

NOBODYS = {
    ("channels", "name"),
    ("providers", "name"),
    ("leader_leases", "name"),
    ("leader_leases", "holder"),
    ("blocked_pictures", "blocked_by"),  # an operator or a moderator, by a number
}


def test_every_table_says_what_becomes_of_a_persons_rows() -> None:
    """A new one: name it in storage/sql/personal_data.py, with what `/export-me` and `/forget-me` do with it."""
    said = [personal.table.name for personal in PERSONAL_DATA]
    assert sorted(said) == sorted(metadata.tables)


def test_a_table_that_may_name_people_says_which_rows_are_whose() -> None:
    """By a column that is called like that."""
    silent = {
        (personal.table.name, column.name)
        for personal in PERSONAL_DATA
        if personal.rows is None
        for column in personal.table.columns
        if NAMES_PEOPLE.search(column.name)
    }
    assert silent - NOBODYS == set()


@pytest.mark.parametrize("personal", [one for one in PERSONAL_DATA if one.rows is not None], ids=lambda one: one.table.name)
def test_what_is_kept_of_people_has_a_reason(personal: PersonalTable) -> None:
    """People are told; and only columns that are there are hidden from them."""
    assert personal.reason or personal.when_forgotten is WhenForgotten.REMOVED
    assert personal.hidden <= set(personal.table.c.keys())


def data_table() -> str:
    """Draw the table of docs/privacy.md from the declarations."""
    rows = ["| table | what it has of you | `/export-me` | `/forget-me` | what stays, and why |", "|---|---|---|---|---|"]
    for one in PERSONAL_DATA:
        if one.rows is not None:
            exported = "yes" if one.is_exported else "no"
            rows.append(f"| `{one.table.name}` | {one.what} | {exported} | {one.when_forgotten} | {one.reason or 'nothing'} |")
    nobodys = ", ".join(f"`{one.table.name}` ({one.what})" for one in PERSONAL_DATA if one.rows is None)
    return "\n".join([*rows, "", f"Nothing of one person is in: {nobodys}."])


def test_the_page_says_what_each_table_has() -> None:
    """Whoever changes a declaration pastes what this prints."""
    found = re.search(r"<!-- tables -->\n(.*?)\n?<!-- /tables -->", PAGE, re.DOTALL)
    assert found
    assert found[1] == data_table(), f"put this between the marks in docs/privacy.md:\n{data_table()}"


def test_what_refers_to_a_job_or_a_picture_goes_with_it_or_keeps_it() -> None:
    """A table that did neither would stop every deletion of old jobs by its reference."""
    going = {table.name for table in DELETED_WITH_JOBS}
    referring = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"jobs", "pictures", "removals"}
    }
    assert referring - going == KEEP_THEIR_JOBS | FORGET_WHICH
