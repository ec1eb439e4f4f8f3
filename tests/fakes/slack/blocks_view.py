"""Reading blocks: their words, buttons, pictures and inputs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack import words
from tests.fakes.slack.wire import Json

_INSIDE = ("elements", "accessory", "element", "fields", "blocks", "actions", "hero_image", "icon", "tasks", "rows")
_WORDS = ("title", "subtitle", "text", "body", "label", "hint", "description", "details")


@dataclass(frozen=True, slots=True)
class ShownBlockButton:
    """A button that can be pressed."""

    label: str
    action_id: str
    block_id: str
    value: str
    url: str
    style: str
    raw: Json


@dataclass(frozen=True, slots=True)
class Input:
    """Something to fill in. `options` are value and label."""

    block_id: str
    action_id: str
    kind: str
    label: str
    options: tuple[tuple[str, str], ...]
    is_optional: bool
    initial: Any
    raw: Json


def walk(blocks: Iterable[Json]) -> Iterator[tuple[Json, str]]:
    """Yield every block and element with the id of the block it stands in, in reading order."""
    for block in blocks:
        yield from _walk(block, str(block.get("block_id", "")))


def _walk(one: Json, block_id: str) -> Iterator[tuple[Json, str]]:
    yield one, block_id
    for child in _flat([one.get(key) for key in _INSIDE]):
        yield from _walk(child, block_id)


def _flat(values: list[Any]) -> Iterator[Json]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        elif isinstance(value, dict):
            yield value


def text_objects(blocks: Iterable[Json]) -> Iterator[Json]:
    """Yield every piece of text that is shown, but for the labels of buttons, as text objects."""
    for one, _ in walk(blocks):
        if one.get("type") == "button":
            continue
        if one.get("type") in ("mrkdwn", "plain_text") and isinstance(one.get("text"), str):
            yield one
            continue
        if one.get("type") in ("markdown", "text", "link", "raw_text") and isinstance(one.get("text"), str):
            yield {"type": "markdown", "text": one["text"]}
            continue
        yield from (one[key] for key in _WORDS if isinstance(one.get(key), dict) and isinstance(one[key].get("text"), str))
        yield from ({"type": "plain_text", "text": option} for option in _option_words(one))


def _option_words(one: Json) -> list[str]:
    shown = one.get("options", []) if one.get("type") in ("checkboxes", "radio_buttons") else []
    return [str(option["text"]["text"]) for option in shown]


def shown_words(blocks: Iterable[Json], name_of: Callable[[str], str]) -> str:
    """Return all words, one piece a line."""
    joined = _joined(list(blocks), name_of)
    texts = (words.read(one["text"], name_of) if one["type"] == "mrkdwn" else one["text"] for one in text_objects(joined))
    return "\n".join(text for text in texts if text)


def _joined(value: Any, name_of: Callable[[str], str]) -> Any:
    """Make one text of each section of rich text, with the names of whom it mentions."""
    if isinstance(value, list):
        return [_joined(one, name_of) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "rich_text_section":
        return {"type": "markdown", "text": "".join(_inline(one, name_of) for one in value["elements"])}
    return {key: _joined(one, name_of) for key, one in value.items()}


def _inline(element: Json, name_of: Callable[[str], str]) -> str:
    for kind, sign in (("user", "@"), ("channel", "#"), ("usergroup", "@")):
        if element.get("type") == kind:
            return f"{sign}{name_of(str(element[f'{kind}_id']))}"
    return str(element.get("text") or element.get("url") or "")


def mrkdwn(blocks: Iterable[Json]) -> str:
    """Return the text in which marks work."""
    return "\n".join(one["text"] for one in text_objects(blocks) if one["type"] == "mrkdwn")


def buttons(blocks: Iterable[Json]) -> tuple[ShownBlockButton, ...]:
    """Return the buttons, in reading order."""
    return tuple(
        ShownBlockButton(
            label=str(one["text"]["text"]),
            action_id=str(one.get("action_id", "")),
            block_id=block_id,
            value=str(one.get("value", "")),
            url=str(one.get("url", "")),
            style=str(one.get("style", "")),
            raw=one,
        )
        for one, block_id in walk(blocks)
        if one.get("type") == "button" and isinstance(one.get("text"), dict)
    )


def actions(blocks: Iterable[Json]) -> dict[str, tuple[Json, str]]:
    """Return every element that has an action, by its id."""
    return {str(one["action_id"]): (one, block_id) for one, block_id in walk(blocks) if one.get("action_id")}


def images(blocks: Iterable[Json]) -> tuple[Json, ...]:
    """Return the image blocks and elements."""
    return tuple(one for one, _ in walk(blocks) if one.get("type") == "image")


def inputs(blocks: Iterable[Json]) -> tuple[Input, ...]:
    """Return what can be filled in, in reading order."""
    return tuple(
        Input(
            block_id=str(block["block_id"]),
            action_id=str(block["element"].get("action_id", "")),
            kind=str(block["element"]["type"]),
            label=str(block["label"]["text"]),
            options=tuple(_options(block["element"])),
            is_optional=bool(block.get("optional")),
            initial=_initial(block["element"]),
            raw=block["element"],
        )
        for block in blocks
        if block.get("type") == "input"
    )


def _options(element: Json) -> Iterator[tuple[str, str]]:
    groups = element.get("option_groups", [])
    for option in [*element.get("options", []), *(one for group in groups for one in group["options"])]:
        yield str(option.get("value", "")), str(option["text"]["text"])


def _initial(element: Json) -> Any:
    for key, value in element.items():
        if not key.startswith("initial_"):
            continue
        if isinstance(value, dict):
            return value.get("value")
        return [one["value"] if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value
    return None
