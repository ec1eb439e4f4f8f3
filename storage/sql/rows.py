"""Between rows and the domain's values: every nested value has its JSON spelled out here, both ways."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from bot.domain.chat import MessageRef, Place
from bot.domain.images import DrawingId, ImageFile, Picture, PictureId, PictureState, Quality, Shape, Size
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobId, JobState, PreparedPrompt, Rewriting, Wish
from bot.domain.money import Cost
from bot.domain.people import AccountId, CommunityId, Identity, Person, Platform, Tier
from bot.ports.messages import StoredMessage

Json = dict[str, Any]


def job_values(job: Job) -> Json:
    """Return the columns of a job; nobody has a lease on it."""
    return {
        "id": job.id,
        "key": job.key,
        "community": job.community,
        "account": job.account,
        "tier": job.tier,
        "platform": job.place.platform,
        "quality": job.wish.quality,
        "author": _person_json(job.author),
        "place": _place_json(job.place),
        "wish": _wish_json(job.wish),
        "created_at": job.created_at,
        "state": job.state,
        "attempt": job.attempt,
        **message_values(job.message),
        "ending": None if job.ending is None else ending_json(job.ending),
        "started_at": job.started_at,
        "kept_at": job.kept_at,
        "finished_at": job.finished_at,
        **prepared_prompt_values(job.prepared_prompt),
    }


def job_of(row: Row[Any]) -> Job:
    """Return the job that a whole row of `jobs` holds."""
    return Job(
        id=JobId(row.id),
        key=row.key,
        community=CommunityId(row.community),
        account=AccountId(row.account),
        tier=Tier(row.tier),
        author=_person_of(row.author),
        place=_place_of(row.place),
        wish=_wish_of(row.wish),
        created_at=row.created_at,
        state=JobState(row.state),
        attempt=row.attempt,
        message=None if row.message is None else _message_of(row.message),
        prepared_prompt=prepared_prompt_of(row),
        ending=None if row.ending is None else _ending_of(row.ending, JobState(row.state)),
        started_at=row.started_at,
        kept_at=row.kept_at,
        finished_at=row.finished_at,
    )


def message_values(message: MessageRef | None) -> Json:
    """Return the columns of the message that speaks of a job."""
    if message is None:
        return {"message": None, "message_key": None}
    return {"message": _message_json(message), "message_key": message_key(message.place.channel, message.id)}


def message_key(channel: str, message: str) -> str:
    """Return what a message is found by within its platform."""
    return f"{channel}/{message}"


def prepared_prompt_values(prompt: PreparedPrompt | None) -> Json:
    """Return the columns of the settled words; words that are not settled cost nothing."""
    cost = Cost() if prompt is None else prompt.cost
    return {
        "words": None if prompt is None else prompt.text,
        "words_microusd": cost.microusd,
        "words_is_estimate": cost.is_estimate,
    }


def prepared_prompt_of(row: Row[Any]) -> PreparedPrompt | None:
    """Return the settled words of a row of `jobs`, if they are settled."""
    return None if row.words is None else PreparedPrompt(row.words, Cost(row.words_microusd, row.words_is_estimate))


def drawing_values(drawing: Drawing) -> Json:
    """Return the columns of a drawing."""
    return {
        "id": drawing.id,
        "job": drawing.job,
        "attempt": drawing.attempt,
        "provider": drawing.provider,
        "model": drawing.model,
        "state": drawing.state,
        "started_at": drawing.started_at,
        "asked": drawing.asked,
        "microusd": drawing.cost.microusd,
        "is_estimate": drawing.cost.is_estimate,
        "request_id": drawing.request_id,
        "files": [_file_values(file) for file in drawing.files],
        "notes": list(drawing.notes),
    }


def drawing_of(row: Row[Any]) -> Drawing:
    """Return the drawing that a whole row of `drawings` holds."""
    return Drawing(
        id=DrawingId(row.id),
        job=JobId(row.job),
        attempt=row.attempt,
        provider=row.provider,
        model=row.model,
        state=DrawingState(row.state),
        started_at=row.started_at,
        asked=row.asked,
        cost=Cost(row.microusd, row.is_estimate),
        request_id=row.request_id,
        files=tuple(_file_of(file) for file in row.files),
        notes=tuple(row.notes),
    )


def picture_values(picture: Picture) -> Json:
    """Return the columns of a picture, but for whose it is and since when."""
    return {
        "id": picture.id,
        "job": picture.job,
        "position": picture.position,
        "state": picture.state,
        **_file_values(picture.file),
    }


def picture_of(row: Row[Any]) -> Picture:
    """Return the picture that a whole row of `pictures` holds."""
    return Picture(
        id=PictureId(row.id),
        job=row.job,
        position=row.position,
        file=_file_of(row._mapping),  # noqa: SLF001 - SQLAlchemy's public name, kept out of the columns' way
        state=PictureState(row.state),
    )


def stored_message_of(row: Row[Any]) -> StoredMessage:
    """Return the message that a whole row of `messages` holds."""
    return StoredMessage(
        id=row.id,
        channel=row.channel,
        author=row.author,
        body=row.body,
        version=row.version,
        created_at=row.created_at,
        is_deleted=row.deleted_at is not None,
    )


def _message_json(message: MessageRef) -> Json:
    """Spell a message's reference."""
    named = {"names_asker": True} if message.names_asker else {}
    return {"place": _place_json(message.place), "id": message.id, "ticket": message.reply_token, **named}


def _message_of(json: Json) -> MessageRef:
    return MessageRef(_place_of(json["place"]), json["id"], json["ticket"], names_asker=json.get("names_asker", False))


def ending_json(ending: Ending) -> Json:
    """Spell an ending, but for its state, which is the job's own."""
    return {"kind": ending.kind, "text": ending.text, "safer": ending.safer}


def _ending_of(json: Json, state: JobState) -> Ending:
    return Ending(state, json["kind"], json["text"], json["safer"])


def _place_json(place: Place) -> Json:
    return {"platform": place.platform, "tenant": place.tenant, "channel": place.channel, "thread": place.thread}


def _place_of(json: Json) -> Place:
    return Place(Platform(json["platform"]), json["tenant"], json["channel"], json["thread"])


def _person_json(person: Person) -> Json:
    identity = person.identity
    return {
        "platform": identity.platform,
        "realm": identity.realm,
        "user": identity.user,
        "name": person.name,
        "locale": person.locale,
        "is_moderator": person.is_moderator,
        "is_admin": person.is_admin,
        "roles": person.roles,
        "entitlements": person.entitlements,
    }


def _person_of(json: Json) -> Person:
    """Read a person; rows of the first release know less of them."""
    return Person(
        Identity(Platform(json["platform"]), json["realm"], json["user"]),
        json["name"],
        json["locale"],
        is_moderator=json["is_moderator"],
        is_admin=json.get("is_admin", False),
        roles=tuple(json.get("roles", ())),
        entitlements=tuple(json.get("entitlements", ())),
    )


def _wish_json(wish: Wish) -> Json:
    return {
        "prompt": wish.prompt,
        "shape": wish.shape,
        "size": None if wish.size is None else [wish.size.width, wish.size.height],
        "quality": wish.quality,
        "count": wish.count,
        "rewriting": wish.rewriting,
        "variation_of": wish.variation_of,
        "previews": wish.previews,
    }


def _wish_of(json: Json) -> Wish:
    return Wish(
        prompt=json["prompt"],
        shape=Shape(json["shape"]),
        size=None if json["size"] is None else Size(*json["size"]),
        quality=Quality(json["quality"]),
        count=json["count"],
        rewriting=Rewriting(json["rewriting"]),
        variation_of=json["variation_of"],
        previews=json.get("previews", True),
    )


def _file_values(file: ImageFile) -> Json:
    return {
        "key": file.key,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "width": file.width,
        "height": file.height,
        "size_bytes": file.size_bytes,
    }


def _file_of(values: Mapping[Any, Any]) -> ImageFile:
    return ImageFile(
        key=values["key"],
        sha256=values["sha256"],
        media_type=values["media_type"],
        width=values["width"],
        height=values["height"],
        size_bytes=values["size_bytes"],
    )
