"""What the platform accepts as embeds."""

from collections.abc import Callable

from tests.fakes.discord.errors import BodyErrors
from tests.fakes.discord.wire import Json

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
_MOST_FIELDS = 25
_SCHEMES = ("http", "https", "attachment")


def check_embeds(form: BodyErrors, embeds: object) -> None:
    """Note in `form` what is wrong with `embeds`."""
    if not isinstance(embeds, list):
        form.wrong("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    form.longest(embeds, MOST_EMBEDS)
    for index, embed in enumerate(embeds):
        _check_one(form.at(index), embed)
    if sum(_characters(embed) for embed in embeds) > MOST_CHARACTERS:
        form.wrong("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_CHARACTERS}")


def _check_one(form: BodyErrors, embed: Json) -> None:
    form.at("title").longest(embed.get("title"), 256)
    form.at("description").longest(embed.get("description"), 4096)
    form.at("footer", "text").longest((embed.get("footer") or {}).get("text"), 2048)
    form.at("author", "name").longest((embed.get("author") or {}).get("name"), 256)
    colour = embed.get("color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        form.at("color").wrong("NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
    _check_fields(form.at("fields"), embed.get("fields") or [])
    for key in ("image", "thumbnail"):
        if (media := embed.get(key)) is not None:
            check_url(form.at(key, "url"), media.get("url", ""), _SCHEMES)
    if embed.get("url"):
        check_url(form.at("url"), embed["url"], ("http", "https"))


def _check_fields(form: BodyErrors, fields: list[Json]) -> None:
    form.longest(fields, _MOST_FIELDS)
    for index, one in enumerate(fields):
        for key, most in (("name", 256), ("value", 1024)):
            inner = form.at(index, key)
            if not one.get(key):
                inner.required()
            else:
                inner.longest(one[key], most)


def check_url(form: BodyErrors, url: str, schemes: tuple[str, ...]) -> None:
    """Note when `url` is none of the allowed kinds."""
    scheme, separator, rest = url.partition("://")
    if not separator or not rest:
        form.wrong("URL_TYPE_INVALID_URL", "Not a well formed URL.")
    elif scheme.lower() not in schemes:
        form.wrong("URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" is not one of {schemes}.')


def _characters(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [one.get(key) for one in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def resolve_embeds(embeds: list[Json], find: Callable[[str], Json | None]) -> tuple[Json, ...]:
    """Return the embeds with `attachment://` links made real; `find` gives a file's media item by name.

    A link to a file that is not there stays as it is: the platform shows no picture then, and says nothing.
    """
    return tuple({**embed, "type": "rich", **_resolved(embed, find)} for embed in embeds)


def _resolved(embed: Json, find: Callable[[str], Json | None]) -> Json:
    changed: Json = {}
    for part, key in (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url")):
        scheme, _, name = ((embed.get(part) or {}).get(key) or "").partition("://")
        media = find(name) if scheme == "attachment" else None
        if media is not None:
            more = {"width": media["width"], "height": media["height"]} if key == "url" else {}
            changed[part] = {**embed[part], key: media["url"], f"proxy_{key}": media["proxy_url"], **more}
    return changed
