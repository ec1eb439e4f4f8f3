"""What people read of their export, and of being forgotten."""

from bot.domain.chat import Attachment, Button, Details, Link, Post
from bot.domain.privacy import PrivacyRequest
from bot.services.export_links import LINK_LASTS
from bot.services.exports import EXPORT_LASTS
from bot.text import duration_text, join_words, pluralize

_STAYS = (
    "What stays: a hash of your ids, by which bans, limits and what you used today are known again if you come back; and what "
    "things cost and when, under a number, for the books."
)


def offer_export() -> Post:
    """Return the question whether somebody wants their data."""
    return Post(
        "You can have all that is kept of you here, on all your linked accounts: what you asked for, your pictures, what you "
        "used, credits, reports and the rest: one zip of JSON and picture files, for you alone. Shall I put it together?",
        buttons=(Button("Yes, put it together", "collect", "now"),),
    )


def export_begun() -> Post:
    """Return that the export is being made."""
    return Post(
        "Your data is being put together, which takes a minute, or longer for thousands of pictures. You get it in a direct "
        "message where there are such; anywhere else type /export-me again to fetch it. It costs nothing."
    )


def export_ready(request: PrivacyRequest, *, link: str = "", attachment: Attachment | None = None) -> Post:
    """Return the finished export, as a file or by a link."""
    what = f"Your data is ready: {_size(request)}."
    if attachment is not None:
        return Post(f"{what} Here it is.", attachments=(attachment,))
    return Post(
        f"{what} This link is yours alone, and works once, within {duration_text(LINK_LASTS)}. /export-me gives you another "
        f"one within {duration_text(EXPORT_LASTS)}; then the file is removed.",
        links=(Link("Download your data", link),),
        buttons=(Button("Put it together anew", "collect", "anew"),),
    )


def offer_forgetting(before: PrivacyRequest | None) -> Post:
    """Return what is deleted and what stays, with the question; and how the request `before` ended, if it could not be told."""
    done = "" if before is None else f"{build_forgotten_post(before).text}\n\n"
    return Post(
        f"{done}This removes what is kept of you here, on all your linked accounts, and it cannot be undone: your pictures, what "
        "you asked for, my messages that show them, your ids and keys. What is being drawn for you is cancelled. "
        f"{_STAYS} What you pay for elsewhere goes on until you end it there. /export-me first gives you a copy.",
        buttons=(Button("Yes, forget me", "forget", "now", is_dangerous=True),),
    )


def forgetting_begun() -> Post:
    """Return that it goes on by itself."""
    return Post(
        "I am forgetting you now. It takes some minutes, and goes on by itself; /forget-me says how far it is. Where I can send "
        "you a direct message, a last one tells you when it is done. Whatever you ask for from now on is kept anew."
    )


def forgetting_goes_on(request: PrivacyRequest) -> Post:
    """Return how far it is."""
    done = _format_counts(request)
    so_far = f" Removed so far: {done}." if done else ""
    return Post(f"I am forgetting you, as you asked on {_moment(request)}.{so_far} What is left goes by itself.")


def build_forgotten_post(request: PrivacyRequest) -> Post:
    """Return what was removed, what could not be, and what stays."""
    left = request.counts.get("left", 0)
    removed = _format_counts(request) or "there was nothing to remove"
    listed = " Their platform did not let me delete {}: please delete what you still see.".format(pluralize(left, "message"))
    return Post(
        f"You are forgotten: {removed}.{listed if left else ''} This was about all until {_moment(request)}.",
        details=(Details("What stays", _STAYS),),
    )


def _format_counts(request: PrivacyRequest) -> str:
    names = {"pictures": "picture", "prompts": "wish", "messages": "message"}
    plurals = {"prompts": "wishes"}
    counted = [
        pluralize(request.counts[kind], name, plurals.get(kind, "")) for kind, name in names.items() if request.counts.get(kind)
    ]
    return join_words(counted, "and") if counted else ""


def _size(request: PrivacyRequest) -> str:
    files = pluralize(request.counts.get("files", 0), "picture")
    megabytes = request.size_bytes / 1_000_000
    return f"{files}, {max(0.1, megabytes):,.1f} MB"


def _moment(request: PrivacyRequest) -> str:
    asked = request.requested_at
    return f"{asked.day} {asked:%B %Y, %H:%M} UTC"
