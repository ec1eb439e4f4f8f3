"""`/share` and `/unshare`: pages of pictures that anybody with their links sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Button, Link, Post
from bot.domain.options import Choice, Text
from bot.domain.pictures import Picture, PictureState
from bot.domain.shares import Share
from bot.errors import BadInput, NotYours
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import LONGEST_LINK, FoundPictures, PictureLookup
from bot.services.sharing import Sharing
from bot.text import pluralize


class SharedWords(StrEnum):
    """Whether a share page shows what was asked for."""

    SHOW = "show"
    HIDE = "hide"


@dataclass(frozen=True, slots=True)
class ShareArgs:
    """What `/share` takes."""

    link: Annotated[str, Text("Link of a picture of yours, or of its message", longest=LONGEST_LINK)]
    words: Annotated[SharedWords, Choice("Whether the page shows your words", SharedWords)] = SharedWords.HIDE


class CallerShares:
    """Shares the caller's own pictures."""

    def __init__(self, *, studio: Studio, lookup: PictureLookup, sharing: Sharing, links: PictureLinks) -> None:
        self._studio = studio
        self._lookup = lookup
        self._sharing = sharing
        self._links = links

    async def share(self, call: Call, named: str, *, shows_words: bool) -> None:
        """Share what is named, and tell the links to the caller alone."""
        found = await self._lookup.find(named)
        if found.job.account != (await self._studio.account(call.person)).id:
            raise NotYours("Only whoever asked for a picture can share it.")
        pictures = _visible(found)
        if not pictures:
            raise BadInput("That picture was deleted or taken down, or is not drawn yet, so there is nothing to share.")
        shares = await self._sharing.share(pictures, shows_words=shows_words)
        await call.whisper(self._post(found.id, shares, shows_words=shows_words))

    async def revoke(self, call: Call, named: str) -> None:
        """Revoke the shares of what is named, for its author or a moderator of the place where it was asked for."""
        found = await self._lookup.find(named)
        await self._studio.find_own(found.job.id, call)
        count = await self._sharing.revoke(found.pictures)
        if not count:
            raise BadInput("That picture is not shared, so nothing was changed.")
        await call.whisper(Post(f"No longer shared: {pluralize(count, 'link')} stopped working."))

    def _post(self, id_: str, shares: Sequence[Share], *, shows_words: bool) -> Post:
        addresses = [self._links.share(share.id) for share in shares]
        words = "and your words" if shows_words else "and not your words"
        toggle = Button("Hide the words", "share_hidden", id_) if shows_words else Button("Show the words", "share_worded", id_)
        several = len(addresses) > 1
        labels = [f"Open {number}" if several else "Open" for number in range(1, len(addresses) + 1)]
        return Post(
            f"Shared: anybody with the link sees the picture {words}.{where_it_opens(self._links)}\n" + "\n".join(addresses),
            buttons=(toggle, Button("Stop sharing", "unshare", id_, is_dangerous=True)),
            links=tuple(Link(label, address) for label, address in zip(labels, addresses, strict=True)),
        )


def where_it_opens(links: PictureLinks) -> str:
    """Return a note where a link opens on this machine only."""
    return "" if links.is_public else " The link opens on the machine that easel runs on only, as [web] public_url is not set."


def _visible(found: FoundPictures) -> tuple[Picture, ...]:
    return tuple(one for one in found.pictures if one.state is PictureState.VISIBLE)


def share(caller: CallerShares) -> Command[ShareArgs]:
    """Build `/share`, which is the Share button too."""

    async def run(call: Call, args: ShareArgs) -> None:
        await caller.share(call, args.link, shows_words=args.words is SharedWords.SHOW)

    return Command(
        "share",
        "Share a picture by a page that anybody with its link sees",
        ShareArgs,
        run,
        example="/share https://easel.example/p/abc.png --words show",
        is_for_author=True,
        is_for_one_picture=True,
    )


def share_again(caller: CallerShares, *, shows_words: bool) -> Command[JobArgs]:
    """Build the button that shows the words on the page, or the one that hides them."""

    async def run(call: Call, args: JobArgs) -> None:
        await caller.share(call, args.job, shows_words=shows_words)

    name, summary = ("share_worded", "Show the words") if shows_words else ("share_hidden", "Hide the words")
    return Command(name, f"{summary} on the share page", JobArgs, run, is_typed=False)


@dataclass(frozen=True, slots=True)
class UnshareArgs:
    """What `/unshare` takes."""

    link: Annotated[str, Text("The link that was shared, or that of the picture", longest=LONGEST_LINK)]


def unshare(caller: CallerShares) -> Command[UnshareArgs]:
    """Build `/unshare`, which is the button below a share too."""

    async def run(call: Call, args: UnshareArgs) -> None:
        await caller.revoke(call, args.link)

    return Command("unshare", "Have the links that share a picture stop working", UnshareArgs, run)
