"""One sentence for each wrong setting: its name, what is wrong, how to mend it; never its value unless it is harmless."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.field_types import SettingsConflict, echo
from bot.config.provider_settings import KINDS
from bot.config.settings import Settings
from bot.config.sources import PREFIX, Loc, SettingsSource, to_toml_name
from bot.text import join_words, suggest

_REQUIREMENTS = {
    "int_type": "must be a whole number without quotes",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "string_type": "must be a text in quotes",
    "path_type": "must be a text in quotes",
    "tuple_type": 'must be a list, such as ["one", "another"]',
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "missing": "is missing: add it, or take its section out",
}
_KIND_ERRORS = {"union_tag_invalid", "union_tag_not_found"}
_BOUNDS = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}


def describe_errors(error: ValidationError, sources: Sequence[SettingsSource]) -> str:
    """Return the sentences, one a line, in the order of the settings."""
    found = (_sentence(detail, sources) for detail in error.errors(include_url=False, include_input=False))
    return "\n".join(dict.fromkeys(found))


def _sentence(detail: ErrorDetails, sources: Sequence[SettingsSource]) -> str:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, SettingsConflict):
        return str(cause)
    loc = _path_of(detail)
    if detail["type"] in _KIND_ERRORS:
        return _kind_sentence(detail, loc)
    name, there = _locate(loc, sources)
    if detail["type"] == "extra_forbidden" and (elsewhere := _kinds_with(detail)):
        return f"{name} is not a setting of kind {detail['loc'][2]}, only of {join_words(elsewhere, 'and')}: take it out."
    if detail["type"] == "extra_forbidden" or len(there) > len(loc):
        return f"{name} is not a setting{_suggest(there, name)}"
    must = _requirement(detail, loc)
    return f"{name} {must}" if must.endswith("?") else f"{name} {must}."


def _path_of(detail: ErrorDetails) -> Loc:
    """Return the path of the setting; pydantic puts the kind of a provider between its name and what is in its section."""
    loc = tuple(str(step) for step in detail["loc"] if isinstance(step, str) and step != "[key]")
    return (*loc[:2], *loc[3:]) if loc[:1] == ("providers",) else loc


def _kinds_with(detail: ErrorDetails) -> list[str]:
    """Return the other kinds of provider that have a setting which this one has not."""
    loc = detail["loc"]
    is_of_provider = len(loc) == len(("providers", "NAME", "kind", "key")) and loc[0] == "providers"
    return [kind for kind, section in KINDS.items() if is_of_provider and loc[3] in section.model_fields]


def _kind_sentence(detail: ErrorDetails, loc: Loc) -> str:
    """Return which kinds of provider there are, where a section names none of them."""
    name, known = to_toml_name((*loc, "kind")), list(KINDS)
    if detail["type"] == "union_tag_not_found":
        return f"{name} is missing: set it to {join_words(known)}."
    given = str(detail.get("ctx", {}).get("tag", ""))
    return f"{name} can be {join_words(known)}, not {echo(given)}.{suggest(given, known)}"


def _requirement(detail: ErrorDetails, loc: Loc) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]}"
    if kind in {"literal_error", "enum"}:
        return f"must be {context['expected']}".replace("''", "empty").replace("'", "")
    if kind in {"model_type", "dict_type", "mapping_type", "model_attributes_type"}:
        return f"is a section, not a single setting: set what is in it one by one{_example(loc)}"
    return str(context["error"]) if kind == "value_error" else _REQUIREMENTS.get(kind, "is not usable")


def _locate(loc: Loc, sources: Sequence[SettingsSource]) -> tuple[str, Loc]:
    """Return what the setting is called where it was set (variables can reach below it), or else where it could be."""
    for source in sources:
        there = min((path for path in source.names if path[: len(loc)] == loc), key=len, default=None)
        if there is not None:
            return source.names[there], there
    return to_toml_name(loc), loc


def _suggest(loc: Loc, name: str) -> str:
    """Return what was probably meant: first among its neighbours, then anywhere."""
    is_variable = name.startswith(PREFIX)
    siblings = list(_field_names(_type_at(loc[:-1])))
    close = difflib.get_close_matches(loc[-1], siblings, n=1)
    if close and not is_variable:
        return f".{suggest(loc[-1], siblings)}"
    if loc[0] == "models" and len(loc) > 2:  # noqa: PLR2004 - [models.NAME] and a key
        return ': if it is a part of the model\'s name, put the whole name in quotes, as in [models."gpt-image-2.5"].'
    everywhere = {".".join(path): path for path in _setting_paths(Settings)}
    found = [path for path in everywhere.values() if path[-1] == loc[-1]] or [
        everywhere[match] for match in difflib.get_close_matches(".".join(loc), list(everywhere), n=1)
    ]
    if not found:
        return ": take it out, or look in config.example.toml for its right name."
    return f". Did you mean {to_variable(found[0]) if is_variable else to_toml_name(found[0])}?"


def to_variable(loc: Loc) -> str:
    """Return `EASEL_WEB__PORT`."""
    return PREFIX + "__".join(loc).upper()


def _example(loc: Loc) -> str:
    path = next((path for path in _setting_paths(Settings) if path[: len(loc)] == loc), loc)
    return ", as config.example.toml shows" if path == loc else f", such as {to_toml_name(path)} ({to_variable(path)})"


def _setting_paths(kind: type[BaseModel], above: Loc = ()) -> Iterator[Loc]:
    """Yield the paths of all settings that have names of their own."""
    for key in kind.model_fields:
        below = _type_at((key,), kind)
        if isinstance(below, type) and issubclass(below, BaseModel):
            yield from _setting_paths(below, (*above, key))
        else:
            yield (*above, key)


def _type_at(loc: Loc, kind: Any = Settings) -> Any:
    """Return the type that stands at a path: a section, the value type of a table, or something with no keys."""
    for step in loc:
        if sections := _sections(kind):
            field = next((section.model_fields[step] for section in sections if step in section.model_fields), None)
            kind = _unwrap(field.annotation) if field else None
        elif isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping):
            kind = _unwrap(get_args(kind)[1])
        else:
            return None
    return kind


def _unwrap(annotation: Any) -> Any:
    """Return the type without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _unwrap(get_args(annotation)[0])
    kinds = [kind for kind in get_args(annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return kinds[0] if kinds and type(None) in get_args(annotation) else annotation


def _sections(kind: Any) -> list[type[BaseModel]]:
    """Return the sections that a type stands for: itself, or those of a union; none where it has no keys."""
    members = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return [section for section in members if isinstance(section, type) and issubclass(section, BaseModel)]


def _field_names(kind: Any) -> Iterator[str]:
    for section in _sections(kind):
        yield from section.model_fields
