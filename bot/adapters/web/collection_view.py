"""What the page of a collection says, to people and to crawlers; every word of somebody's is escaped."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from bot.commands.reports import REASON_LABELS
from bot.domain.collections import Collection
from bot.domain.images import Picture
from bot.services.picture_links import PictureLinks, picture_path
from bot.text import pluralize

_PAGE = """<!doctype html>
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
</head>
<body class="share">
<main>
<h1 class="words" dir="auto">{title}</h1>
<p class="facts"><strong>AI-generated</strong> {count}</p>
<ul class="grid">
{pictures}
</ul>
<nav aria-label="What you can do"><a class="pill primary" href="../">Make your own</a></nav>
</main>
</body>
</html>
"""

_ITEM = """<li>
<a href="{path}"><img src="{path}?edge=512" width="{width}" height="{height}" loading="lazy" alt="{alt}"></a>
<details><summary class="pill" aria-label="Report {alt}">Report</summary>
<form method="post" aria-label="What is wrong with {alt}?">{reasons}</form></details>
</li>"""


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection with the pictures of it that are shown, at `address`, with the page's own files of a version."""

    collection: Collection
    pictures: tuple[Picture, ...]
    links: PictureLinks
    address: str
    version: str = ""

    @property
    def page(self) -> str:
        """The page as HTML."""
        return _PAGE.format(
            title=html.escape(self.collection.name),
            tags="\n".join(self._tags()),
            version=self.version,
            count=pluralize(len(self.pictures), "picture"),
            pictures="\n".join(self._item(number, one) for number, one in enumerate(self.pictures, start=1)),
        )

    @property
    def oembed(self) -> dict[str, object]:
        """What oEmbed's readers get (https://oembed.com, version 1.0)."""
        first = self.pictures[0]
        return {
            "version": "1.0",
            "type": "link",
            "title": self.collection.name,
            "provider_name": "easel",
            "cache_age": 1,
            "thumbnail_url": self.links.picture(first),
            "thumbnail_width": first.file.width,
            "thumbnail_height": first.file.height,
        }

    def _tags(self) -> Iterator[str]:
        image, first = self.links.picture(self.pictures[0]), self.pictures[0].file
        title, description = self.collection.name, f"A collection of {pluralize(len(self.pictures), 'AI-generated picture')}"
        for kind, name, content in (
            ("property", "og:type", "website"),
            ("property", "og:site_name", "easel"),
            ("property", "og:title", title),
            ("property", "og:description", description),
            ("property", "og:url", self.address),
            ("property", "og:image", image),
            ("property", "og:image:type", first.media_type),
            ("property", "og:image:width", str(first.width)),
            ("property", "og:image:height", str(first.height)),
            ("name", "description", description),
            ("name", "twitter:card", "summary_large_image"),
            ("name", "twitter:title", title),
            ("name", "twitter:description", description),
            ("name", "twitter:image", image),
        ):
            yield f'<meta {kind}="{name}" content="{html.escape(content)}">'
        embed = f"{self.address.rpartition('/s/')[0]}/oembed?format=json&url={quote(self.address, safe='')}"
        yield f'<link rel="alternate" type="application/json+oembed" href="{html.escape(embed)}" title="{html.escape(title)}">'

    def _item(self, number: int, picture: Picture) -> str:
        page = self.address.rpartition("/")[2]
        reasons = (
            f'<button type="submit" class="pill" formaction="{page}/report/{reason}?picture={picture.id}">{label}</button>'
            for reason, label in REASON_LABELS.items()
        )
        return _ITEM.format(
            path=html.escape(f"..{picture_path(picture)}"),
            width=picture.file.width,
            height=picture.file.height,
            alt=f"picture {number} of {len(self.pictures)}",
            reasons="".join(reasons),
        )
