"""No table is forgotten by what removes what people have left."""

from storage.schema import metadata
from storage.sql.old_records import DELETED_WITH_JOBS

KEEP_THEIR_JOBS = {"credit_entries"}
"""Tables whose rows keep the job that they refer to: `storage/sql/old_records.py` looks for them."""

FORGET_WHICH = {"blocked_pictures"}
"""Tables whose rows stay, without the reference."""


def test_what_refers_to_a_job_or_a_picture_goes_with_it_or_keeps_it() -> None:
    """A table that did neither would stop every deletion of old jobs by its reference."""
    going = {table.name for table in DELETED_WITH_JOBS}
    referring = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"jobs", "pictures"}
    }
    assert referring - going == KEEP_THEIR_JOBS | FORGET_WHICH
