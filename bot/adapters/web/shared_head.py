"""What a shared page's head says to browsers and crawlers: OpenGraph, Twitter's card, and where oEmbed is."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

_HEAD = """<!doctype html>
<html lang="en" prefix="og: https://ogp.me/ns#">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · easel</title>
{tags}
<link rel="icon" href="../static/{version}/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="../static/{version}/base.css">
<link rel="stylesheet" href="../static/{version}/share.css">
</head>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedHead:
    """What is said of a page at `address`, and of the picture that chats show of it. Every word is escaped."""

    title: str
    description: str
    address: str
    image: str
    alt: str
    media_type: str
    width: int
    height: int

    def render(self, version: str) -> str:
        """Return the page's head as HTML, with the page's own files of a version."""
        return _HEAD.format(title=html.escape(self.title), tags="\n".join(self._tags()), version=version)

    def _tags(self) -> Iterator[str]:
        for kind, name, content in (
            ("property", "og:type", "website"),
            ("property", "og:site_name", "easel"),
            ("property", "og:title", self.title),
            ("property", "og:description", self.description),
            ("property", "og:url", self.address),
            ("property", "og:image", self.image),
            ("property", "og:image:type", self.media_type),
            ("property", "og:image:width", str(self.width)),
            ("property", "og:image:height", str(self.height)),
            ("property", "og:image:alt", self.alt),
            ("name", "description", self.description),
            ("name", "twitter:card", "summary_large_image"),
            ("name", "twitter:title", self.title),
            ("name", "twitter:description", self.description),
            ("name", "twitter:image", self.image),
            ("name", "twitter:image:alt", self.alt),
        ):
            yield f'<meta {kind}="{name}" content="{html.escape(content)}">'
        root = self.address.rpartition("/s/")[0]
        embed = html.escape(f"{root}/oembed?format=json&url={quote(self.address, safe='')}")
        yield f'<link rel="alternate" type="application/json+oembed" href="{embed}" title="{html.escape(self.title)}">'
