"""Are rows that earlier versions wrote still read, and new ones written so that those versions and SQL can read them?"""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Row

from bot.domain.chat import MessageRef, Place
from bot.domain.images import Background, DrawingId, FileFormat, Quality, Shape, Size
from bot.domain.inputs import InputPicture, InputRole
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobId, JobState, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.people import HOUSE, PREMIUM, AccountId, Identity, Person, Platform
from bot.domain.pictures import ImageFile, Picture, PictureId, PictureState
from bot.domain.wishes import Rewriting, Wish
from bot.ports.page_messages import PageMessage
from storage.sql.rows import (
    drawing_of,
    drawing_values,
    job_of,
    job_values,
    message_values,
    picture_of,
    picture_values,
    stored_message_of,
)

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 14, 12, 5, tzinfo=UTC)

AUTHOR = {
    "platform": "slack",
    "realm": "T1",
    "user": "U1",
    "name": "Ada",
    "locale": "de",
    "is_moderator": True,
    "is_admin": True,
    "roles": ["S1", "S2"],
    "entitlements": ["sku"],
}
PLACE = {"platform": "slack", "tenant": "T1", "channel": "C1", "thread": "12.5"}
WISH = {
    "prompt": "a fox",
    "shape": "wide",
    "size": [1536, 1024],
    "quality": "high",
    "count": 3,
    "rewriting": "off",
    "model": "flux",
    "variation_of": "a fox at dusk",
    "previews": False,
    "lane": "fast",
}
FILE = {
    "key": "pictures/ab/abc.png",
    "sha256": "abc",
    "fingerprint": "f0f1",
    "media_type": "image/png",
    "width": 1536,
    "height": 1024,
    "size_bytes": 4711,
}
BROUGHT: dict[str, Any] = {
    "key": "inputs/1",
    "source": "abc",
    "media_type": "image/png",
    "width": 30,
    "height": 20,
    "size_bytes": 4711,
}
JOB_ROW = {
    "id": "j1",
    "key": "slack:1",
    "community": "house",
    "lane": "fast",
    "account": "a1",
    "tier": "premium",
    "platform": "slack",
    "quality": "high",
    "author": AUTHOR,
    "place": PLACE,
    "wish": WISH,
    "created_at": NOON,
    "state": "refused",
    "attempt": 2,
    "lapses": 1,
    "message": {"place": PLACE, "id": "12.6", "ticket": "https://hooks.test/1", "names_asker": True},
    "message_key": "C1/12.6",
    "ending": {"kind": "prompt_refused", "text": "No.", "safer": "a tame fox"},
    "started_at": NOON,
    "kept_at": None,
    "finished_at": LATER,
    "erased_at": None,
    "batch": None,
    "words": "a fox in the snow",
    "words_microusd": 120,
    "words_is_estimate": True,
}
JOB = Job(
    id=JobId("j1"),
    key="slack:1",
    community=HOUSE,
    account=AccountId("a1"),
    tier=PREMIUM,
    author=Person(
        Identity(Platform("slack"), "T1", "U1"),
        "Ada",
        "de",
        is_moderator=True,
        is_admin=True,
        roles=("S1", "S2"),
        entitlements=("sku",),
    ),
    place=Place(Platform("slack"), "T1", "C1", "12.5"),
    wish=Wish(
        prompt="a fox",
        shape=Shape.WIDE,
        size=Size(1536, 1024),
        quality=Quality.HIGH,
        count=3,
        rewriting=Rewriting.OFF,
        model="flux",
        variation_of="a fox at dusk",
        previews=False,
    ),
    created_at=NOON,
    state=JobState.REFUSED,
    attempt=2,
    lapses=1,
    message=MessageRef(Place(Platform("slack"), "T1", "C1", "12.5"), "12.6", "https://hooks.test/1", names_asker=True),
    prepared_prompt=PreparedPrompt("a fox in the snow", Cost(120, is_estimate=True)),
    ending=Ending(JobState.REFUSED, "prompt_refused", "No.", "a tame fox"),
    started_at=NOON,
    finished_at=LATER,
)
FIRST_RELEASE = JOB_ROW | {
    "author": {"platform": "discord", "realm": "", "user": "7", "name": "Ada", "locale": "en", "is_moderator": False},
    "place": {"platform": "discord", "tenant": "1", "channel": "2", "thread": ""},
    "wish": {
        "prompt": "a fox",
        "shape": "square",
        "size": None,
        "quality": "medium",
        "count": 1,
        "rewriting": "on",
        "variation_of": None,
    },
    "message": {"place": {"platform": "discord", "tenant": "1", "channel": "2", "thread": ""}, "id": "9", "ticket": ""},
    "state": "queued",
    "ending": None,
    "words": None,
    "words_microusd": 0,
    "words_is_estimate": False,
}
"""A row as 0.1 wrote it, before people had roles and wishes had previews."""

DRAWING_ROW = {
    "id": "d1",
    "job": "j1",
    "attempt": 1,
    "provider": "openai",
    "model": "gpt-image-1",
    "state": "drawn",
    "started_at": NOON,
    "asked": 3,
    "microusd": 40_000,
    "is_estimate": True,
    "request_id": "req_1",
    "files": [FILE],
    "notes": ["Drawn smaller."],
    "ticket": None,
    "ticket_expires_at": None,
    "shortfall": None,
}
DRAWING = Drawing(
    id=DrawingId("d1"),
    job=JobId("j1"),
    attempt=1,
    provider="openai",
    model="gpt-image-1",
    state=DrawingState.DRAWN,
    started_at=NOON,
    asked=3,
    cost=Cost(40_000, is_estimate=True),
    request_id="req_1",
    files=(
        ImageFile(
            key="pictures/ab/abc.png",
            sha256="abc",
            media_type="image/png",
            width=1536,
            height=1024,
            size_bytes=4711,
            fingerprint="f0f1",
        ),
    ),
    notes=("Drawn smaller.",),
)
PICTURE_ROW = {"id": "p1", "job": "j1", "position": 1, "state": "hidden", **FILE}
PICTURE = Picture(id=PictureId("p1"), job="j1", position=1, file=DRAWING.files[0], state=PictureState.HIDDEN)
MESSAGE_ROW = {
    "id": "m1",
    "channel": "c1",
    "author": "web:1",
    "body": "{}",
    "version": 4,
    "created_at": NOON,
    "deleted_at": LATER,
}


def as_row(columns: dict[str, Any]) -> Row[Any]:
    """Return the row that has these columns."""
    return cast("Row[Any]", SimpleNamespace(**columns, _mapping=columns))


def test_a_job_is_read_from_its_row() -> None:
    """Typed through and through: two values that are equal may still be of two kinds."""
    job = job_of(as_row(JOB_ROW | {"lease_until": None, "not_before": None, "told_at": LATER}))
    assert job == JOB
    assert repr(job) == repr(JOB)


def test_a_job_is_written_as_ever() -> None:
    """Queries look into this JSON, and whoever goes back a version finds it readable."""
    values = job_values(JOB)
    assert {name: _listed(value) for name, value in values.items()} == JOB_ROW


def test_a_plain_wish_is_written_as_ever() -> None:
    """Programs and queries of before find what they look for; an option that came later is there where it is unusual."""
    plain = job_values(replace(JOB, wish=Wish(prompt="a fox")))["wish"]
    assert plain == {
        "prompt": "a fox",
        "shape": "square",
        "size": None,
        "quality": "medium",
        "count": 1,
        "rewriting": "on",
        "model": None,
        "variation_of": None,
        "previews": True,
        "lane": "fast",
    }
    more = Wish(
        prompt="a fox",
        background=Background.CLEAR,
        format=FileFormat.WEBP,
        seed=0,
        inputs=(InputPicture(role=InputRole.MASK, **BROUGHT),),
    )
    unusual = {"background": "clear", "format": "webp", "seed": 0, "inputs": [BROUGHT | {"role": "mask", "parent": None}]}
    assert _listed(job_values(replace(JOB, wish=more))["wish"]) == plain | unusual


def test_a_row_of_the_first_release_is_read() -> None:
    """What it does not say is as it was then."""
    job = job_of(as_row(FIRST_RELEASE))
    assert job.author == Person(Identity(Platform("discord"), "", "7"), "Ada", "en")
    assert job.wish == Wish(prompt="a fox")
    assert job.message == MessageRef(Place(Platform("discord"), "1", "2"), "9")
    assert (job.ending, job.prepared_prompt) == (None, None)


def test_a_field_that_a_later_version_wrote_is_left_alone() -> None:
    """Whoever goes back a version reads what it knows."""
    wish, author = WISH | {"template": "poster"}, AUTHOR | {"pronouns": "they"}
    assert job_of(as_row(JOB_ROW | {"wish": wish, "author": author})) == JOB


def test_half_a_character_in_a_name_loses_no_job() -> None:
    """JSON can hold what is no text; a platform that sends it in a name gets its picture all the same."""
    job = job_of(as_row(JOB_ROW | {"author": AUTHOR | {"name": "A\ud800"}}))
    assert job.author.name == "A\ud800"
    assert job_values(job)["author"]["name"] == "A\ud800"


@pytest.mark.parametrize("names_asker", [True, False])
def test_a_message_says_only_what_is_unusual(names_asker: bool) -> None:
    """As it ever did; no message leaves both columns empty."""
    message = MessageRef(JOB.place, "12.6", names_asker=names_asker)
    unusual = {"names_asker": True} if names_asker else {}
    assert message_values(message) == {
        "message": {"place": PLACE, "id": "12.6", "ticket": "", **unusual},
        "message_key": "C1/12.6",
    }
    assert message_values(None) == {"message": None, "message_key": None}


def test_a_drawing_is_read_and_written_as_ever() -> None:
    """Both ways."""
    drawing = drawing_of(as_row(DRAWING_ROW))
    assert drawing == DRAWING
    assert repr(drawing) == repr(DRAWING)
    assert {name: _listed(value) for name, value in drawing_values(DRAWING).items()} == DRAWING_ROW


def test_a_picture_is_read_and_written_as_ever() -> None:
    """Whatever else stands in its row."""
    picture = picture_of(as_row(PICTURE_ROW | {"account": "a1", "community": "house", "kept_at": NOON, "remove_at": None}))
    assert picture == PICTURE
    assert repr(picture) == repr(PICTURE)
    assert picture_values(PICTURE) == PICTURE_ROW | {"starred_at": None}


def test_a_picture_of_before_has_no_fingerprint() -> None:
    """Neither in a table of its own, where the column is empty, nor in what a drawing lists."""
    file = {name: value for name, value in FILE.items() if name != "fingerprint"}
    assert picture_of(as_row(PICTURE_ROW | {"fingerprint": None})) == replace(
        PICTURE, file=replace(PICTURE.file, fingerprint=None)
    )
    assert drawing_of(as_row(DRAWING_ROW | {"files": [file]})).files == (replace(DRAWING.files[0], fingerprint=None),)


def test_a_stored_message_is_read() -> None:
    """A deleted one says so."""
    found = stored_message_of(as_row(MESSAGE_ROW))
    assert found == PageMessage(
        id="m1",
        channel="c1",
        author="web:1",
        body="{}",
        version=4,
        created_at=NOON,
        is_deleted=True,
    )
    assert stored_message_of(as_row(MESSAGE_ROW | {"deleted_at": None})).is_deleted is False


def _listed(value: Any) -> Any:
    """Return a value as JSON gives it back."""
    if isinstance(value, dict):
        return {name: _listed(inner) for name, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, list | tuple) else value
