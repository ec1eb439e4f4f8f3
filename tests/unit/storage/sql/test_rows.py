"""Asks whether every value survives being spelled in columns and JSON, whatever is in it."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row

from bot.domain.jobs import Drawing, Job
from bot.domain.pictures import Picture
from storage.schema.jobs import drawings, jobs, pictures
from storage.sql.rows import drawing_of, drawing_values, job_of, job_values, picture_of, picture_values

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""


def with_one_state(job: Job) -> Job:
    """Have its ending agree with it: the table has one state for both."""
    return job if job.ending is None else replace(job, state=job.ending.state)


def through_a_table(values: dict[str, Any]) -> Row[Any]:
    """Return the row that these columns come back as."""
    spelled = {name: json.loads(json.dumps(value)) if isinstance(value, dict | list) else value for name, value in values.items()}
    return cast("Row[Any]", SimpleNamespace(**spelled, _mapping=spelled))


@UNHURRIED
@given(st.builds(Job).map(with_one_state))
def test_a_job_survives(job: Job) -> None:
    """Whole, in columns that there are."""
    values = job_values(job)
    assert job_of(through_a_table(values)) == job
    assert set(jobs.c.keys()) - set(values) == {"lease_until", "not_before", "missing_since", "waits_for", "told_at"}


@UNHURRIED
@given(st.builds(Drawing))
def test_a_drawing_survives(drawing: Drawing) -> None:
    """Whole, in all the columns there are."""
    values = drawing_values(drawing)
    assert drawing_of(through_a_table(values)) == drawing
    assert set(values) == set(drawings.c.keys())


@UNHURRIED
@given(st.builds(Picture))
def test_a_picture_survives(picture: Picture) -> None:
    """Whole; whose it is and since when stands beside it."""
    values = picture_values(picture)
    assert picture_of(through_a_table(values)) == picture
    assert set(pictures.c.keys()) - set(values) == {"account", "community", "kept_at", "remove_at"}
