"""What the page of a collection says, to people and to crawlers; every word of somebody's is escaped."""

import html
from dataclasses import dataclass

from bot.adapters.web.shared_head import SharedHead
from bot.commands.reports import REASON_LABELS
from bot.domain.collections import Collection
from bot.domain.pictures import Picture
from bot.services.picture_links import PictureLinks, picture_path
from bot.text import pluralize

_PAGE = """{head}
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
        """Return the page as HTML."""
        return _PAGE.format(
            title=html.escape(self.collection.name),
            head=self._head().render(self.version),
            count=pluralize(len(self.pictures), "picture"),
            pictures="\n".join(self._item(number, one) for number, one in enumerate(self.pictures, start=1)),
        )

    @property
    def oembed(self) -> dict[str, object]:
        """Return the oEmbed answer (https://oembed.com, version 1.0)."""
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

    def _head(self) -> SharedHead:
        first = self.pictures[0]
        return SharedHead(
            title=self.collection.name,
            description=f"A collection of {pluralize(len(self.pictures), 'AI-generated picture')}",
            address=self.address,
            image=self.links.picture(first),
            alt=self._alt(1),
            media_type=first.file.media_type,
            width=first.file.width,
            height=first.file.height,
        )

    def _alt(self, number: int) -> str:
        return f"picture {number} of {len(self.pictures)}"

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
            alt=self._alt(number),
            reasons="".join(reasons),
        )
