"""Modals: what the platform accepts as one, and how a person fills it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fakes.changes import NotSeen
from tests.fakes.discord.component_rules import check_options
from tests.fakes.discord.components_view import SELECTS, STRING_SELECT
from tests.fakes.discord.errors import BodyErrors
from tests.fakes.discord.wire import Json

_ROW, _INPUT, _TEXT, _LABEL, _UPLOAD, _RADIO, _BOXES, _BOX = 1, 4, 10, 18, 19, 21, 22, 23
_LABELLED = (_INPUT, *SELECTS, _UPLOAD, _RADIO, _BOXES, _BOX)
_LONGEST_INPUT = 4000


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a modal asks for."""

    label: str
    custom_id: str
    kind: int
    is_required: bool
    raw: Json

    @property
    def value(self) -> str:
        """What stands in a text field before anybody types."""
        return str(self.raw.get("value") or "")

    @property
    def preset(self) -> "str | list[str] | None":
        """What is sent where nobody touches it: what stands there, or is chosen already."""
        if self.kind == _INPUT:
            return self.value
        chosen = [str(option["value"]) for option in self.raw.get("options", []) if option.get("default")]
        return (chosen[0] if self.kind == _RADIO else chosen) if chosen else None


@dataclass(frozen=True, slots=True)
class Modal:
    """A form that somebody sees."""

    custom_id: str
    title: str
    raw: tuple[Json, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What it asks for, in reading order."""
        return tuple(field for one in self.raw if (field := _field(one)) is not None)

    def submission(self, answers: Mapping[str, object], value_of: "Callable[[Field, object], Json]") -> list[Json]:
        """Fill it in: `answers` by label or custom id; `value_of` turns an answer into what is sent.

        Raises:
            NotSeen: It asks for no such thing, or something that it requires is not answered.
        """
        fields = {field.custom_id: field for field in self.fields}
        given = {self._named(name): answer for name, answer in answers.items()}
        missing = [one.label for one in fields.values() if one.is_required and one.custom_id not in given and not one.preset]
        if missing:
            raise NotSeen(f"the modal {self.title!r} wants {missing}")
        return [self._filled(index, one, given, value_of) for index, one in enumerate(self.raw, 1)]

    def _named(self, name: str) -> str:
        for field in self.fields:
            if name in {field.custom_id, field.label} or name.casefold() == field.label.casefold():
                return field.custom_id
        raise NotSeen(f"the modal {self.title!r} has no {name!r}, only {[field.label for field in self.fields]}")

    @staticmethod
    def _filled(index: int, one: Json, given: Mapping[str, object], value_of: "Callable[[Field, object], Json]") -> Json:
        field = _field(one)
        if field is None:
            return {"type": one["type"], "id": index}
        answer = given.get(field.custom_id, field.preset)
        inner = {"type": field.kind, "id": 100 + index, "custom_id": field.custom_id, **value_of(field, answer)}
        if one["type"] == _ROW:
            return {"type": _ROW, "id": index, "components": [inner]}
        return {"type": _LABEL, "id": index, "component": inner}


def _field(one: Json) -> Field | None:
    if one["type"] == _TEXT:
        return None
    inner: Json = one["components"][0] if one["type"] == _ROW else one["component"]
    label = one.get("label") or inner.get("label") or ""
    is_required = inner["type"] != _BOX and bool(inner.get("required", True))
    return Field(label, inner["custom_id"], inner["type"], is_required, inner)


def plain_value(field: Field, answer: object) -> Json:
    """Return what is sent for an answer of words, or a choice of them.

    Raises:
        NotSeen: The field does not let anybody enter that.
    """
    if field.kind == _INPUT:
        return {"value": _typed(field, str(answer if answer is not None else ""))}
    if field.kind == _BOX:
        return {"value": bool(answer)}
    if field.kind == _RADIO:
        return {"value": answer}
    chosen = [] if answer is None else [answer] if isinstance(answer, str) else list(answer)  # type: ignore[call-overload]  # whoever fills it in gives one word or several
    offered = [option["value"] for option in field.raw.get("options", [])]
    if field.kind in {STRING_SELECT, _BOXES} and not set(chosen) <= set(offered):
        raise NotSeen(f"{field.label!r} offers {offered}, not {chosen}")
    return {"values": chosen}


def _typed(field: Field, text: str) -> str:
    least, most = field.raw.get("min_length") or 0, field.raw.get("max_length") or _LONGEST_INPUT
    if text and not least <= len(text) <= most:
        raise NotSeen(f"{field.label!r} takes {least} to {most} characters, not {len(text)}")
    return text


def check_modal(form: BodyErrors, data: Json) -> Modal:
    """Note in `form` what is wrong with a modal, and give it."""
    form.at("custom_id").between(data.get("custom_id"), 1, 100)
    form.at("title").between(data.get("title"), 1, 45)
    components: list[Json] = data.get("components") or []
    inner = form.at("components")
    inner.between(components, 1, 5)
    for index, one in enumerate(components):
        _check_top(inner.at(index), one)
    return Modal(str(data.get("custom_id")), str(data.get("title")), tuple(components))


def _check_top(form: BodyErrors, one: Json) -> None:
    if not form.at("type").one_of(one.get("type"), (_ROW, _TEXT, _LABEL)):
        return
    if one["type"] == _LABEL:
        form.at("label").between(one.get("label"), 1, 45)
        form.at("description").longest(one.get("description"), 100)
        _check_field(form.at("component"), one.get("component") or {}, _LABELLED)
    elif one["type"] == _ROW:
        children = one.get("components") or []
        form.at("components").between(children, 1, 1)
        for child in children[:1]:
            form.at("components", 0, "label").between(child.get("label"), 1, 45)
            _check_field(form.at("components", 0), child, (_INPUT,))


def _check_field(form: BodyErrors, field: Json, allowed: tuple[int, ...]) -> None:
    if not form.at("type").one_of(field.get("type"), allowed):
        return
    form.at("custom_id").between(field.get("custom_id"), 1, 100)
    if field.get("disabled"):
        form.at("disabled").wrong("COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled")
    if field["type"] == _INPUT:
        form.at("style").one_of(field.get("style"), (1, 2))
        form.at("placeholder").longest(field.get("placeholder"), 100)
        form.at("value").longest(field.get("value"), _LONGEST_INPUT)
        if (field.get("max_length") or 1) > _LONGEST_INPUT:
            form.at("max_length").wrong("NUMBER_TYPE_MAX", f"int value should be less than or equal to {_LONGEST_INPUT}.")
    elif field["type"] == STRING_SELECT:
        check_options(form.at("options"), field.get("options"))
    elif field["type"] in {_RADIO, _BOXES}:
        form.at("options").between(field.get("options"), 2 if field["type"] == _RADIO else 1, 10)
