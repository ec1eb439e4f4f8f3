"""What an image call answered: pictures as text or as addresses, and what was used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

_URL_PREFIXES = ("data:", "https://", "http://")


@dataclass(frozen=True, slots=True)
class PictureSource:
    """One picture: base64 text, or else an address where it can be fetched."""

    base64: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens that will be on the bill."""

    text_in: int
    image_in: int
    out: int


@dataclass(frozen=True, slots=True)
class ImageResponse:
    """A whole answer; it may hold no picture at all."""

    pictures: tuple[PictureSource, ...]
    usage: TokenUsage | None = None


def parse_json_object(body: bytes) -> Mapping[str, object]:
    """Return the JSON object in `body`; it may be megabytes, so call this off the event loop.

    Raises:
        ValueError: It is none. The text of the error does not repeat it.
    """
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if isinstance(parsed, dict):
        return parsed
    raise ValueError("JSON, but no object")


def parse_image_response(fields: Mapping[str, object]) -> ImageResponse:
    """Return a whole answer (`data` lists the pictures), or a stream's last event (which is one picture itself)."""
    listed = fields.get("data")
    items = listed if isinstance(listed, list) else [fields]
    given = (_picture_source(item) for item in items if isinstance(item, Mapping))
    return ImageResponse(tuple(picture for picture in given if picture), parse_usage(fields.get("usage")))


def _picture_source(item: Mapping[str, object]) -> PictureSource | None:
    text, address = item.get("b64_json"), item.get("url")
    if isinstance(text, str) and text:
        # Some gateways put an address where base64 belongs.
        return PictureSource(address=text) if text.startswith(_URL_PREFIXES) else PictureSource(base64=text)
    return PictureSource(address=address) if isinstance(address, str) and address else None


def parse_usage(usage: object) -> TokenUsage | None:
    """Return what was used; None unless the service counts as OpenAI does (a picture cannot take no tokens)."""
    if not isinstance(usage, Mapping):
        return None
    total, out = token_count(usage.get("input_tokens")), token_count(usage.get("output_tokens"))
    if total is None or not out:
        return None
    details = usage.get("input_tokens_details")
    image_in = min(total, (token_count(details.get("image_tokens")) or 0) if isinstance(details, Mapping) else 0)
    return TokenUsage(text_in=total - image_in, image_in=image_in, out=out)


def token_count(value: object) -> int | None:
    """Return a number of tokens as a service counts it; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
