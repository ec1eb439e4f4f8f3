"""What the platform accepts as components of a message, in both systems."""

from collections.abc import Callable
from typing import Any

from tests.fakes.discord.components_view import LINK, PREMIUM, SELECTS, STRING_SELECT
from tests.fakes.discord.embed_rules import check_url
from tests.fakes.discord.errors import BodyErrors
from tests.fakes.discord.wire import Json

MOST_COMPONENTS = 40
MOST_CHARACTERS = 4000
_MOST_ROWS = 5
_ROW, _BUTTON, _SECTION, _TEXT, _THUMBNAIL, _GALLERY, _FILE, _SEPARATOR, _CONTAINER = 1, 2, 9, 10, 11, 12, 13, 14, 17
_TOP = (_ROW, _SECTION, _TEXT, _GALLERY, _FILE, _SEPARATOR, _CONTAINER)
_INSIDE = tuple(kind for kind in _TOP if kind != _CONTAINER)


class MessageComponents:
    """Checks one message's components, and makes their `attachment://` links real.

    `find` gives a file's media item by name. Nothing is changed in what was
    sent: `resolved` is a copy, with a running `id` on every component.
    """

    def __init__(self, find: Callable[[str], Json | None], *, is_v2: bool) -> None:
        self._find = find
        self._is_v2 = is_v2
        self._count = 0
        self._characters = 0
        self._custom_ids: set[str] = set()

    def resolved(self, form: BodyErrors, components: object) -> tuple[Json, ...]:
        """Note in `form` what is wrong, and give the components as they will stand in the message."""
        if not isinstance(components, list):
            form.wrong("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return ()
        allowed = _TOP if self._is_v2 else (_ROW,)
        if not self._is_v2:
            form.longest(components, _MOST_ROWS)
        made = tuple(self._one(form.at(index), component, allowed) for index, component in enumerate(components))
        if self._count > MOST_COMPONENTS:
            form.wrong("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"Message exceeds {MOST_COMPONENTS} total components")
        if self._characters > MOST_CHARACTERS:
            text = f"Components displayable text size exceeds maximum size of {MOST_CHARACTERS}"
            form.wrong("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text)
        return made

    def _one(self, form: BodyErrors, component: Json, allowed: tuple[int, ...]) -> Json:
        kind = component.get("type")
        if kind not in allowed:
            choices = f"({', '.join(map(str, allowed))}{',' if len(allowed) == 1 else ''})"
            form.wrong("UNION_TYPE_CHOICES", f'Value of field "type" must be one of {choices}.')
            return {"type": 0}
        self._count += 1
        made = {**component, "id": component.get("id") or self._count}
        checks: dict[int, Callable[[BodyErrors, Json], Json]] = {
            _ROW: self._row,
            _BUTTON: self._button,
            _SECTION: self._section,
            _TEXT: self._text,
            _THUMBNAIL: self._thumbnail,
            _GALLERY: self._gallery,
            _FILE: self._file,
            _SEPARATOR: self._separator,
            _CONTAINER: self._container,
        }
        return {**made, **checks.get(kind, self._select)(form, made)}

    def _children(self, form: BodyErrors, component: Json, allowed: tuple[int, ...]) -> list[Json]:
        inner = form.at("components")
        return [self._one(inner.at(index), child, allowed) for index, child in enumerate(component.get("components") or [])]

    def _row(self, form: BodyErrors, row: Json) -> Json:
        children = row.get("components") or []
        form.at("components").between(children, 1, 5)
        if any(child.get("type") in SELECTS for child in children) and len(children) > 1:
            form.at("components", 1).wrong("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
        return {"components": self._children(form, row, (_BUTTON, *SELECTS))}

    def _container(self, form: BodyErrors, container: Json) -> Json:
        if not container.get("components"):
            form.at("components").between([], 1, MOST_COMPONENTS)
        colour: Any = container.get("accent_color")
        if colour is not None and not 0 <= colour <= 0xFFFFFF:
            form.at("accent_color").wrong("NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
        return {"components": self._children(form, container, _INSIDE)}

    def _section(self, form: BodyErrors, section: Json) -> Json:
        form.at("components").between(section.get("components"), 1, 3)
        if not section.get("accessory"):
            form.at("accessory").required()
            return {"components": self._children(form, section, (_TEXT,))}
        accessory = self._one(form.at("accessory"), section["accessory"], (_BUTTON, _THUMBNAIL))
        return {"components": self._children(form, section, (_TEXT,)), "accessory": accessory}

    def _text(self, form: BodyErrors, text: Json) -> Json:
        content = text.get("content")
        form.at("content").between(content, 1, MOST_CHARACTERS)
        self._characters += len(content or "")
        return {}

    def _thumbnail(self, form: BodyErrors, thumbnail: Json) -> Json:
        form.at("description").longest(thumbnail.get("description"), 1024)
        return {"media": self._media(form.at("media", "url"), thumbnail.get("media"))}

    def _gallery(self, form: BodyErrors, gallery: Json) -> Json:
        items = gallery.get("items")
        form.at("items").between(items, 1, 10)
        made = []
        for index, item in enumerate(items or []):
            inner = form.at("items", index)
            inner.at("description").longest(item.get("description"), 1024)
            made.append({**item, "media": self._media(inner.at("media", "url"), item.get("media"))})
        return {"items": made}

    def _file(self, form: BodyErrors, file: Json) -> Json:
        inner = form.at("file", "url")
        url = (file.get("file") or {}).get("url", "")
        if not url.startswith("attachment://"):
            inner.wrong("URL_TYPE_INVALID_SCHEME", "File components only support attachment references.")
            return {}
        return {"file": self._media(inner, file.get("file"))}

    def _separator(self, form: BodyErrors, separator: Json) -> Json:
        form.at("spacing").one_of(separator.get("spacing", 1), (1, 2))
        return {}

    def _media(self, form: BodyErrors, media: Json | None) -> Json:
        url = (media or {}).get("url", "")
        scheme, _, name = url.partition("://")
        if scheme != "attachment":
            check_url(form, url, ("http", "https"))
            return {"url": url, "proxy_url": url, "width": None, "height": None, "loading_state": 1, "flags": 0}
        found = self._find(name)
        if found is None:
            form.wrong(
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", f'The referenced attachment ("{url}") was not found'
            )
        return found or {}

    def _button(self, form: BodyErrors, button: Json) -> Json:
        if not form.at("style").one_of(button.get("style"), (1, 2, 3, 4, LINK, PREMIUM)):
            return {}
        form.at("label").longest(button.get("label"), 80)
        if button["style"] == PREMIUM:
            self._needs(form, button, "sku_id", forbidden=("custom_id", "label", "url", "emoji"))
        elif button["style"] == LINK:
            self._needs(form, button, "url", forbidden=("custom_id", "sku_id"))
            form.at("url").longest(button.get("url"), 512)
            check_url(form.at("url"), button.get("url") or "", ("http", "https", "discord"))
        else:
            self._needs(form, button, "custom_id", forbidden=("url", "sku_id"))
            self._custom_id(form.at("custom_id"), button.get("custom_id"))
        if button["style"] != PREMIUM and not button.get("label") and not button.get("emoji"):
            form.wrong("COMPONENT_BUTTON_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji")
        return {}

    @staticmethod
    def _needs(form: BodyErrors, button: Json, key: str, *, forbidden: tuple[str, ...]) -> None:
        if not button.get(key):
            form.at(key).required()
        for other in forbidden:
            if button.get(other):
                form.at(other).wrong("COMPONENT_BUTTON_FIELD_NOT_ALLOWED", f"A button of this style cannot have a {other}")

    def _select(self, form: BodyErrors, select: Json) -> Json:
        self._custom_id(form.at("custom_id"), select.get("custom_id"))
        form.at("placeholder").longest(select.get("placeholder"), 150)
        if select["type"] == STRING_SELECT:
            check_options(form.at("options"), select.get("options"))
        return {}

    def _custom_id(self, form: BodyErrors, custom_id: str | None) -> None:
        form.between(custom_id, 1, 100)
        if custom_id in self._custom_ids:
            form.wrong("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        self._custom_ids.add(custom_id or "")


def check_options(form: BodyErrors, options: list[Json] | None) -> None:
    """Note what is wrong with the options of a menu of words."""
    form.between(options, 1, 25)
    seen: set[str] = set()
    for index, option in enumerate(options or []):
        inner = form.at(index)
        inner.at("label").between(option.get("label"), 1, 100)
        inner.at("value").between(option.get("value"), 1, 100)
        inner.at("description").longest(option.get("description"), 100)
        if option.get("value") in seen:
            inner.wrong("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
        seen.add(option.get("value", ""))
