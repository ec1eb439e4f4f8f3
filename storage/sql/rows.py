"""Between rows and the domain's values, by the values' declarations: a field that is added there is written and read here.

A field that a row lacks has its default, and what is no field is passed over.
Where JSON differs from the declaration it is because rows and queries of
earlier versions have it so.
"""

from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.domain.chat import MessageRef
from bot.domain.jobs import Drawing, Ending, Job, PreparedPrompt
from bot.domain.money import FREE, Cost
from bot.domain.pictures import Picture
from bot.domain.wishes import Wish
from bot.ports.page_messages import PageMessage

Json = dict[str, Any]

_JOB = TypeAdapter(Job)
_MESSAGE_REF = TypeAdapter(MessageRef)
_ENDING = TypeAdapter(Ending)
_DRAWING = TypeAdapter(Drawing)
_PICTURE = TypeAdapter(Picture)
_STORED_MESSAGE = TypeAdapter(PageMessage)

_ALWAYS_WRITTEN = frozenset(
    {"prompt", "shape", "size", "quality", "count", "rewriting", "model", "variation_of", "previews", "lane"},
)
"""What stands in the JSON of every wish, as programs of before expect; an option that came later is there if it is unusual."""

_USUAL = {field.name: field.default for field in fields(Wish)}


def columns_of(row: Row[Any]) -> Json:
    """Return the columns of a row by their names."""
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name, kept out of the columns' way


def job_values(job: Job) -> Json:
    """Return the columns of a job; nobody has a lease on it."""
    values: Json = _JOB.dump_python(job, exclude={"place": {"parent"}, "message": True, "ending": True, "prepared_prompt": True})
    identity = values["author"].pop("identity")
    wish = {name: value for name, value in values["wish"].items() if name in _ALWAYS_WRITTEN or value != _USUAL[name]}
    return {
        **values,
        "platform": job.place.platform,
        "quality": job.wish.quality,
        "lane": job.wish.lane,
        "author": identity | values["author"],
        "wish": wish | {"size": job.wish.size and [job.wish.size.width, job.wish.size.height]},
        **message_values(job.message),
        "ending": job.ending and ending_json(job.ending),
        **prepared_prompt_values(job.prepared_prompt),
    }


def job_of(row: Row[Any]) -> Job:
    """Return the job that a whole row of `jobs` holds."""
    author, wish, message, ending = row.author, row.wish, row.message, row.ending
    fields = {
        "author": {**author, "identity": author},
        "wish": {**wish, "size": wish["size"] and dict(zip(("width", "height"), wish["size"], strict=True))},
        "message": message and {**message, "reply_token": message["ticket"]},
        "ending": ending and {**ending, "state": row.state},
        "prepared_prompt": prepared_prompt_of(row),
    }
    return _JOB.validate_python(columns_of(row) | fields)


def message_values(message: MessageRef | None) -> Json:
    """Return the columns of the message that speaks of a job."""
    if message is None:
        return {"message": None, "message_key": None}
    json: Json = _MESSAGE_REF.dump_python(message, exclude={"place": {"parent"}})
    json["ticket"] = json.pop("reply_token")  # as stored rows call it
    if not message.names_asker:
        del json["names_asker"]
    return {"message": json, "message_key": message_key(message.place.channel, message.id)}


def message_key(channel: str, message: str) -> str:
    """Return what a message is found by within its platform."""
    return f"{channel}/{message}"


def prepared_prompt_values(prompt: PreparedPrompt | None) -> Json:
    """Return the columns of the settled words; words that are not settled cost nothing."""
    cost = FREE if prompt is None else prompt.cost
    return {
        "words": None if prompt is None else prompt.text,
        "words_microusd": cost.microusd,
        "words_is_estimate": cost.is_estimate,
    }


def prepared_prompt_of(row: Row[Any]) -> PreparedPrompt | None:
    """Return the settled words of a row of `jobs`, if they are settled."""
    return None if row.words is None else PreparedPrompt(row.words, Cost(row.words_microusd, row.words_is_estimate))


def ending_json(ending: Ending) -> Json:
    """Return an ending's JSON, but for its state, which is the job's own."""
    json: Json = _ENDING.dump_python(ending, exclude={"state"})
    return json


def drawing_values(drawing: Drawing) -> Json:
    """Return the columns of a drawing."""
    values: Json = _DRAWING.dump_python(drawing)
    cost: Json = values.pop("cost")
    ticket: Json | None = values["ticket"]
    return values | cost | {"ticket_expires_at": ticket and ticket.pop("expires_at")}


def drawing_of(row: Row[Any]) -> Drawing:
    """Return the drawing that a whole row of `drawings` holds."""
    columns = columns_of(row)
    ticket = row.ticket and {**row.ticket, "expires_at": row.ticket_expires_at}
    return _DRAWING.validate_python(columns | {"cost": columns, "ticket": ticket})


def picture_values(picture: Picture) -> Json:
    """Return the columns of a picture, but for whose it is and since when."""
    values: Json = _PICTURE.dump_python(picture)
    file: Json = values.pop("file")
    return values | file


def picture_of(row: Row[Any]) -> Picture:
    """Return the picture that a whole row of `pictures` holds."""
    columns = columns_of(row)
    return _PICTURE.validate_python(columns | {"file": columns})


def stored_message_of(row: Row[Any]) -> PageMessage:
    """Return the message that a whole row of `messages` holds."""
    return _STORED_MESSAGE.validate_python(columns_of(row) | {"is_deleted": row.deleted_at is not None})
