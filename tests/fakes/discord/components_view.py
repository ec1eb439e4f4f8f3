"""Reading components as a person sees them: texts, buttons, menus, media."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fakes.discord.wire import Json

BUTTON, STRING_SELECT, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE = 2, 3, 10, 11, 12, 13
SELECTS = (3, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6


@dataclass(frozen=True, slots=True)
class ShownComponentButton:
    """A button under a message. `style` is 1-4, 5 for a link, 6 for a purchase."""

    label: str
    custom_id: str
    style: int
    emoji: str = ""
    url: str = ""
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A select menu; `options` are the values of a menu of words."""

    custom_id: str
    kind: int
    options: tuple[str, ...] = ()
    is_disabled: bool = False
    raw: Json = field(default_factory=dict)


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """Yield every component, parents before their children, accessories and a label's one child included."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        yield from walk([component[key] for key in ("accessory", "component") if key in component])


def media_of(component: Json) -> list[Json]:
    """Return the media items that a component shows."""
    if component["type"] == GALLERY:
        return [item["media"] for item in component.get("items", [])]
    key = {THUMBNAIL: "media", FILE: "file"}.get(component["type"])
    return [component[key]] if key is not None else []


def buttons_of(components: Sequence[Json]) -> tuple[ShownComponentButton, ...]:
    """Return the buttons, in reading order."""
    return tuple(
        ShownComponentButton(
            label=one.get("label") or "",
            custom_id=one.get("custom_id", ""),
            style=one["style"],
            emoji=(one.get("emoji") or {}).get("name") or "",
            url=one.get("url", ""),
            is_disabled=bool(one.get("disabled")),
        )
        for one in walk(components)
        if one["type"] == BUTTON
    )


def menus_of(components: Sequence[Json]) -> tuple[Menu, ...]:
    """Return the select menus, in reading order."""
    return tuple(
        Menu(
            custom_id=one["custom_id"],
            kind=one["type"],
            options=tuple(option["value"] for option in one.get("options", [])),
            is_disabled=bool(one.get("disabled")),
            raw=one,
        )
        for one in walk(components)
        if one["type"] in SELECTS
    )


def texts_of(components: Sequence[Json]) -> list[str]:
    """Return what the text displays say, in reading order."""
    return [one["content"] for one in walk(components) if one["type"] == TEXT_DISPLAY]
