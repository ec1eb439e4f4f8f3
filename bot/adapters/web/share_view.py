"""What a share page says, to people and to crawlers; every word of somebody's is escaped."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

from bot.adapters.web.shared_head import SharedHead
from bot.commands.reports import REASON_LABELS
from bot.services.picture_links import PictureLinks, picture_path
from bot.services.sharing import SharedPicture
from bot.text import truncate

_LONGEST_TITLE = 70
_LONGEST_ALT = 300
_UNTITLED = "A picture made with AI"

_PAGE = """{head}
<body class="share">
<main>
<figure>
<img src="{source}" srcset="{sources}" sizes="(max-width: 1080px) 100vw, 1024px" width="{width}" height="{height}" alt="{alt}">
<figcaption>
<h1 class="{named}" dir="auto">{heading}</h1>
<p class="facts"><strong>AI-generated</strong> {facts}</p>
</figcaption>
</figure>
<nav aria-label="What you can do">
<a class="pill primary" href="../">Make your own</a>
<details>
<summary class="pill">Report</summary>
<form method="post" aria-label="What is wrong with it?">
<p>What is wrong with it? The moderators are told, and nobody else.</p>
{reasons}
</form>
</details>
</nav>
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFacts:
    """What is said of a shared picture. `image` is its address for anybody, `path` the one beside the page."""

    title: str
    words: str
    description: str
    facts: str
    alt: str
    image: str
    path: str
    media_type: str
    width: int
    height: int

    @property
    def oembed(self) -> dict[str, object]:
        """Return the oEmbed answer (https://oembed.com, version 1.0)."""
        return {
            "version": "1.0",
            "type": "photo",
            "title": self.title,
            "provider_name": "easel",
            "cache_age": 1,
            "url": self.image,
            "width": self.width,
            "height": self.height,
        }


def describe_share(shown: SharedPicture, links: PictureLinks) -> SharedFacts:
    """Return what is said of a shared picture."""
    file, made = shown.picture.file, [f"by {shown.model}"] if shown.model else []
    facts = " ".join([*made, f"on {shown.drawn_at:%d %B %Y}"])
    return SharedFacts(
        title=truncate(" ".join(shown.words.split()), _LONGEST_TITLE) or _UNTITLED,
        words=shown.words,
        description=f"AI-generated {facts}",
        facts=facts,
        alt=truncate(shown.words, _LONGEST_ALT) or _UNTITLED,
        image=links.picture(shown.picture),
        path=f"..{picture_path(shown.picture)}",
        media_type=file.media_type,
        width=file.width,
        height=file.height,
    )


@dataclass(frozen=True, slots=True)
class ShareView:
    """A page of `facts` at `address`, with the page's own files of a version."""

    facts: SharedFacts
    address: str
    version: str

    @property
    def page(self) -> str:
        """Return the page as HTML."""
        facts = self.facts
        head = SharedHead(
            title=facts.title,
            description=facts.description,
            address=self.address,
            image=facts.image,
            alt=facts.alt,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
        )
        return _PAGE.format(
            head=head.render(self.version),
            source=html.escape(facts.path),
            sources=html.escape(f"{facts.path}?edge=512 512w, {facts.path}?edge=1024 1024w, {facts.path} {facts.width}w"),
            width=facts.width,
            height=facts.height,
            alt=html.escape(facts.alt),
            named="words" if facts.words else "unseen",
            heading=html.escape(facts.words or facts.title),
            facts=html.escape(facts.facts),
            reasons="\n".join(self._reasons()),
        )

    def _reasons(self) -> Iterator[str]:
        name = self.address.rpartition("/")[2]
        for reason, label in REASON_LABELS.items():
            yield f'<button type="submit" class="pill" formaction="{name}/report/{reason}">{html.escape(label)}</button>'
