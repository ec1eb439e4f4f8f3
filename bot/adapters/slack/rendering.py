"""Posts as Slack's blocks: every text a plain or a rich one, which Slack takes literally."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.markup import escape, split_text
from bot.adapters.slack.mentions import has_mentions, text_elements
from bot.domain.chat import Button, Link, Post, Tone
from bot.domain.rich_text import RichText
from bot.text import progress_bar, truncate

Json = dict[str, Any]

ACTION_ID_PREFIX = "easel:"
"""What the action ids of our buttons begin with; their number in the message follows, the call is their value."""

_MOST_TEXT = 3000
_MOST_HEADLINES = 2
_MOST_FOOTER = 1000
_MOST_IN_ALL = 11_000
"""What all blocks of a message may say together: Slack refuses more than 13,200, labels of buttons included."""

_MOST_LINE = 1000
_MOST_PICTURES = 10
_MOST_ALT = 2000
_MOST_FOLDS = 28
_MOST_TITLE = 100
_MOST_ELEMENTS = 10
_MOST_LABEL = 75
_MOST_BUTTONS = 25
_MOST_OPTIONS = 100
_MOST_OVERFLOW = 5
_LONGEST_ADDRESS = 3000


@dataclass(frozen=True, slots=True)
class ImageSource:
    """A picture as Slack can show it: a file of its own, or an address that it can fetch. One of both."""

    alt: str
    file: str = ""
    url: str = ""


def render_message(post: Post, shown: Sequence[ImageSource] = (), *, team: str = "") -> Json:
    """Return `text` and `blocks` of a message. `shown` are its pictures, or its preview, as Slack can show them.

    What it refers to in the workspace `team` is shown by name.
    """
    return {"text": escape(truncate(post.text, _MOST_LINE)) or "…", "blocks": list(_blocks(post, shown, team))}


def plain_text(text: str, longest: int = _MOST_TEXT) -> Json:
    """Return a text object that Slack takes literally, cut to `longest` characters."""
    return {"type": "plain_text", "text": truncate(text, longest), "emoji": False}


def _blocks(post: Post, shown: Sequence[ImageSource], team: str) -> Iterator[Json]:
    headlines, footer = split_text(post.text, _MOST_TEXT, _MOST_HEADLINES) or ["…"], " · ".join(post.footer)
    if has_mentions(post.rich_text, team):
        text = post.rich_text.shorten_to(truncate(post.text, _MOST_TEXT * _MOST_HEADLINES))
        yield _rich_text_block(*text_elements(text, team, _MOST_TEXT))
    else:
        for line in headlines:
            yield {"type": "section", "text": plain_text(line)}
    if post.progress is not None:
        yield _context_block(progress_bar(post.progress))
    for one in shown[:_MOST_PICTURES]:
        yield _image_block(one)
    yield from _render_details(post, _MOST_IN_ALL - sum(map(len, headlines)) - _MOST_FOOTER, team)
    if footer:
        yield _context_block(truncate(footer, _MOST_FOOTER))
    links = [one for one in post.links if len(one.address) <= _LONGEST_ADDRESS]
    elements = [*map(_button, range(_MOST_BUTTONS), post.buttons), *map(_link_button, range(_MOST_BUTTONS), links)]
    more = [_more_menu(post.more)] if post.more else []
    if elements or more:
        yield {"type": "actions", "elements": [*elements[: _MOST_BUTTONS - len(more)], *more]}


def _context_block(*texts: str) -> Json:
    return {"type": "context", "elements": [plain_text(text) for text in texts]}


def _image_block(shown: ImageSource) -> Json:
    where = {"slack_file": {"id": shown.file}} if shown.file else {"image_url": shown.url}
    return {"type": "image", "alt_text": truncate(shown.alt, _MOST_ALT) or "A picture", **where}


def _render_details(post: Post, left: int, team: str) -> Iterator[Json]:
    """Yield the folds that say more than the headline: small below a job, elsewhere as what the person asked to read."""
    visible = [detail for detail in post.details if detail.text and detail.text != post.text][:_MOST_FOLDS]
    for number, detail in enumerate(visible):
        max_chars = left // (len(visible) - number)
        title = truncate(detail.title, min(_MOST_TITLE, max_chars // 2))
        text = detail.rich_text.shorten_to(truncate(detail.text, max_chars - len(title)))
        left -= len(title) + len(text.text)
        yield _readable_detail(title, text, team) if post.tone is Tone.PLAIN else _small_detail(title, text.text)


def _small_detail(title: str, text: str) -> Json:
    return _context_block(*split_text(f"{title}: {text}", _MOST_TEXT, _MOST_ELEMENTS))


def _readable_detail(title: str, text: RichText, team: str) -> Json:
    bold = {"type": "text", "text": f"{title}\n", "style": {"bold": True}}
    return _rich_text_block(bold, *text_elements(text, team, _MOST_TEXT))


def _rich_text_block(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def _button(number: int, button: Button) -> Json:
    style = {"style": "danger"} if button.is_dangerous else {}
    label = plain_text(button.label, _MOST_LABEL)
    return {"type": "button", "action_id": f"{ACTION_ID_PREFIX}{number}", "text": label, "value": button.action, **style}


def _more_menu(buttons: Sequence[Button]) -> Json:
    """Return a menu of buttons: to choose one is to press it. Behind three dots there is room for five."""
    options = [{"text": plain_text(one.label, _MOST_LABEL), "value": one.action} for one in buttons[:_MOST_OPTIONS]]
    kind: Json = {"type": "overflow"}
    if len(options) > _MOST_OVERFLOW:
        kind = {"type": "static_select", "placeholder": plain_text("More…", _MOST_LABEL)}
    return {**kind, "action_id": f"{ACTION_ID_PREFIX}more", "options": options}


def _link_button(number: int, link: Link) -> Json:
    """Return a button that opens an address. Slack tells us of its press too; without a value nothing follows."""
    label = plain_text(link.label, _MOST_LABEL)
    return {"type": "button", "action_id": f"{ACTION_ID_PREFIX}link-{number}", "text": label, "url": link.address}
