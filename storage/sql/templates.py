"""Templates in SQL."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import Insert

from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import InputPicture
from bot.domain.templates import KeptTemplate, Template, TemplateId, TemplateOwner, TemplateScope, check_name
from bot.errors import BadInput
from storage.schema.templates import templates
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import InsertInto, Upsert

_PICTURES = TypeAdapter(tuple[InputPicture, ...])
_CHANGING = ("name", "words", "defaults", "pictures", "changed_at")


def _save(insert_into: InsertInto) -> Insert:
    new = insert_into(templates)
    key = [templates.c.scope, templates.c.owner, templates.c.name_key]
    return new.on_conflict_do_update(index_elements=key, set_={name: new.excluded[name] for name in _CHANGING})


_SAVE = Upsert(_save)
_OWNERS = and_(templates.c.scope == bindparam("of_scope"), templates.c.owner == bindparam("of_owner"))
_NAMED = and_(_OWNERS, templates.c.name_key == bindparam("of_name"))
_FIND = select(templates).where(_NAMED)
_OTHERS = select(func.count()).select_from(templates).where(_OWNERS, templates.c.name_key != bindparam("of_name"))
_GET = select(templates).where(templates.c.id == bindparam("of_id"))
_REMOVE = delete(templates).where(_NAMED)


@retry_all_uncommitted
class SqlTemplates:
    """Keeps templates in SQL. There are few of an owner's, so that they are put into their order here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, owners: Sequence[TemplateOwner]) -> tuple[KeptTemplate, ...]:
        """Return the templates of all these owners, in one statement."""
        theirs = or_(*(_is_owned_by(owner) for owner in owners))
        async with self._database.read_statement() as connection:
            found = [_template_of(row) for row in await connection.execute(select(templates).where(theirs))]
        return tuple(sorted(found, key=lambda kept: (owners.index(kept.owner), kept.template.name.casefold())))

    async def find(self, owners: Sequence[TemplateOwner], name: str) -> KeptTemplate | None:
        """Return the templates of that name."""
        theirs = or_(*(_is_owned_by(owner) for owner in owners))
        named = select(templates).where(theirs, templates.c.name_key == check_name(name))
        async with self._database.read_statement() as connection:
            found = [_template_of(row) for row in await connection.execute(named)]
        return min(found, key=lambda kept: owners.index(kept.owner), default=None)

    async def get(self, template: TemplateId) -> KeptTemplate | None:
        """Return the template."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_GET, {"of_id": template})).first()
        return None if row is None else _template_of(row)

    async def save(self, kept: KeptTemplate, *, most: int) -> KeptTemplate:
        """Insert or change the template. Two at once may leave one more than `most`, which does no harm."""
        template = kept.template
        named = _by_name(kept.owner, template.name)
        values = {
            "id": kept.id,
            "scope": kept.owner.scope,
            "owner": kept.owner.id,
            "name_key": named["of_name"],
            "name": template.name,
            "words": template.words,
            "defaults": _defaults(template),
            "pictures": _PICTURES.dump_python(template.pictures, mode="json") if template.pictures else None,
            "changed_at": kept.changed_at,
        }
        async with self._database.write_transaction() as connection:
            if (await connection.execute(_OTHERS, named)).scalar_one() >= most:
                raise BadInput(f"{most} templates are the most, so it was not saved; /template remove makes room.")
            await _SAVE.run(connection, values)
            return _template_of((await connection.execute(_FIND, named)).one())

    async def remove(self, owner: TemplateOwner, name: str) -> bool:
        """Delete the template."""
        async with self._database.write_transaction() as connection:
            return (await connection.execute(_REMOVE, _by_name(owner, name))).rowcount > 0


def _is_owned_by(owner: TemplateOwner) -> ColumnElement[bool]:
    return and_(templates.c.scope == owner.scope, templates.c.owner == owner.id)


def _by_name(owner: TemplateOwner, name: str) -> dict[str, str]:
    return {"of_scope": owner.scope, "of_owner": owner.id, "of_name": check_name(name)}


def _defaults(template: Template) -> dict[str, str]:
    values = {name: getattr(template, name) for name in ("about", "shape", "size", "quality", "model")}
    return {name: str(value) for name, value in values.items() if value}


def _template_of(row: Row[Any]) -> KeptTemplate:
    defaults = row.defaults
    template = Template(
        row.name,
        row.words,
        about=defaults.get("about", ""),
        shape=Shape(defaults["shape"]) if "shape" in defaults else None,
        size=_size(defaults["size"]) if "size" in defaults else None,
        quality=Quality(defaults["quality"]) if "quality" in defaults else None,
        model=defaults.get("model"),
        pictures=_PICTURES.validate_python(row.pictures or ()),
    )
    owner = TemplateOwner(TemplateScope(row.scope), row.owner)
    return KeptTemplate(id=TemplateId(row.id), owner=owner, template=template, changed_at=row.changed_at)


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    return Size(int(width), int(height))
