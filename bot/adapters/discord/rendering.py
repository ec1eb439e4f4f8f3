"""Posts as Discord messages: one container of components, and the files that it shows."""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord.http import MultipartParameters, handle_message_parameters

from bot.adapters.discord.markup import escape_to_fit, render_to_fit
from bot.domain.chat import Button, Details, Link, Post, Tone
from bot.text import progress_bar

_MOST_TEXT = 4000
_MOST_HEAD = 1500
_MOST_FOOTER = 500
_MOST_ALT = 1024
_MOST_LABEL = 80
_LONGEST_ADDRESS = 512
_BUTTONS_PER_ROW = 5
_MOST_OPTIONS = 25

MORE = "more"
"""The custom id of the menu whose choices are buttons."""

_COLOURS = {
    Tone.PLAIN: 0x5865F2,
    Tone.WAITING: 0x99AAB5,
    Tone.WORKING: 0xF0B232,
    Tone.DONE: 0x3BA55D,
    Tone.REFUSED: 0xED8B3B,
    Tone.FAILED: 0xED4245,
}

NO_MENTIONS = discord.AllowedMentions.none()


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a message. What is not shown is there to be downloaded."""

    name: str
    content: bytes = field(repr=False)
    alt: str
    is_spoiler: bool = False
    is_smaller: bool = False
    is_shown: bool = True

    @property
    def address(self) -> str:
        """Return what the message's components call it."""
        return f"attachment://{'SPOILER_' if self.is_spoiler else ''}{self.name}"


@dataclass(frozen=True, slots=True)
class LinkedPicture:
    """A picture that Discord fetches from an https address of ours instead of getting it with the message."""

    address: str
    alt: str
    is_spoiler: bool = False


MessageMedia = AttachedFile | LinkedPicture


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A rendered message, which can be sent repeatedly."""

    view: discord.ui.LayoutView
    shown: tuple[MessageMedia, ...]

    @property
    def uploads(self) -> tuple[AttachedFile, ...]:
        """Return the files that are sent along."""
        return tuple(one for one in self.shown if isinstance(one, AttachedFile))

    @property
    def files(self) -> list[discord.File]:
        """Return the files, opened anew: sending uses them up."""
        return [
            discord.File(io.BytesIO(one.content), one.name, description=one.alt[:_MOST_ALT], spoiler=one.is_spoiler)
            for one in self.uploads
        ]

    @property
    def fingerprint(self) -> str:
        """Return a hash that is the same for messages that look the same."""
        with handle_message_parameters(view=self.view) as parameters:
            digest = hashlib.sha256(json.dumps(parameters.payload, sort_keys=True).encode())
        for one in self.uploads:
            digest.update(hashlib.sha256(one.content).digest())
        return digest.hexdigest()

    def parameters(self, *, nonce: str | None = None, reply_to: int | None = None) -> MultipartParameters:
        """Return the body of the request that posts it or replaces another with it; its files are closed on leaving it.

        `reply_to` is the message that it stands below as a reply; if that is gone, it is posted all the same.
        """
        arguments: dict[str, Any] = {"view": self.view, "nonce": nonce, "allowed_mentions": NO_MENTIONS}
        files = self.files
        if nonce is None or files:
            arguments["attachments"] = files
        if reply_to is not None:
            arguments["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": False}
        return handle_message_parameters(**arguments)


def render_message(post: Post, shown: Sequence[MessageMedia] = ()) -> RenderedMessage:
    """Return a post's components. `shown` are its pictures, or its preview, and its attachments, as Discord can get them.

    Needs a running event loop, as all views of discord.py do.
    """
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*_components(post, shown), accent_colour=_COLOURS[post.tone]))
    view.stop()  # else discord.py keeps every view it sends for ever, to hear of presses that we hear of ourselves
    return RenderedMessage(view, tuple(shown))


def _components(post: Post, shown: Sequence[MessageMedia]) -> Iterator[discord.ui.Item[Any]]:
    head, foot = _headline(post), _footer(post, shown)
    files = [one for one in shown if isinstance(one, AttachedFile) and not one.is_shown]
    yield discord.ui.TextDisplay(head)
    if pictures := [one for one in shown if one not in files]:
        yield discord.ui.MediaGallery(*map(_gallery_item, pictures))
    for text in _render_details(post, _MOST_TEXT - len(head) - len(foot)):
        yield discord.ui.TextDisplay(text)
    for one in files:
        yield discord.ui.File(one.address)
    if foot:
        yield discord.ui.TextDisplay(foot)
    buttons = [*map(_button, post.buttons), *(_link_button(one) for one in post.links if len(one.address) <= _LONGEST_ADDRESS)]
    for start in range(0, len(buttons), _BUTTONS_PER_ROW):
        yield discord.ui.ActionRow(*buttons[start : start + _BUTTONS_PER_ROW])
    if post.more:
        yield discord.ui.ActionRow(_more_menu(post.more))


def _headline(post: Post) -> str:
    text = render_to_fit(post.rich_text, _MOST_HEAD)
    if post.progress is None:
        return text or "…"
    return f"{text}\n`{progress_bar(post.progress)}`"


def _gallery_item(one: MessageMedia) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(one.address, description=one.alt[:_MOST_ALT] or None, spoiler=one.is_spoiler)


def _render_details(post: Post, max_chars: int) -> Iterator[str]:
    """Yield the folds that say more than the headline, within so many characters in all.

    Below a job they are hidden behind a click, elsewhere they are what the person asked to read.
    """
    visible = [detail for detail in post.details if detail.text and detail.text != post.text]
    is_hidden = post.tone is not Tone.PLAIN
    for number, detail in enumerate(visible):
        text = _render_detail(detail, max_chars // (len(visible) - number), is_hidden=is_hidden)
        max_chars -= len(text)
        if text:
            yield text


def _render_detail(detail: Details, max_chars: int, *, is_hidden: bool) -> str:
    title = f"-# {escape_to_fit(detail.title, 100)}\n" if is_hidden else f"**{escape_to_fit(detail.title, 100)}**\n"
    marks = "||" if is_hidden else ""
    room = max_chars - len(title) - 2 * len(marks)
    return f"{title}{marks}{render_to_fit(detail.rich_text, room)}{marks}" if room > len(title) else ""


def _footer(post: Post, shown: Sequence[MessageMedia]) -> str:
    smaller = ["a smaller copy is shown"] if any(isinstance(one, AttachedFile) and one.is_smaller for one in shown) else []
    facts = escape_to_fit(" · ".join(post.footer), _MOST_FOOTER)
    parts = [*([facts] if facts else []), *smaller]
    return f"-# {' · '.join(parts)}" if parts else ""


def _button(button: Button) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.danger if button.is_dangerous else discord.ButtonStyle.secondary
    return discord.ui.Button(label=button.label[:_MOST_LABEL], custom_id=button.action, style=style)


def _more_menu(buttons: Sequence[Button]) -> discord.ui.Select[Any]:
    """Return a menu of buttons: to choose one is to press it."""
    options = [discord.SelectOption(label=one.label[:_MOST_LABEL], value=one.action) for one in buttons[:_MOST_OPTIONS]]
    return discord.ui.Select(custom_id=MORE, placeholder="More…", options=options)


def _link_button(link: Link) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=link.label[:_MOST_LABEL], url=link.address)
