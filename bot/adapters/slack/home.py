"""The Home tab: what is left today, recent pictures, settings, and buttons to begin with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.adapters.slack.bots import Bots
from bot.adapters.slack.origin import Origin
from bot.adapters.slack.plain import fitted
from bot.adapters.slack.trouble import translated
from bot.adapters.slack.web import Web
from bot.domain.chat import PostPicture
from bot.domain.people import Person

Json = dict[str, Any]

PRESSED = "line:"
"""What the values of the Home tab's own buttons begin with; a command's line without its slash follows."""

_BUDGET = timedelta(seconds=10)
_LONGEST_HEADER, _LONGEST_TEXT, _LONGEST_ALT, _LONGEST_URL = 150, 3000, 2000, 3000
_MOST_PICTURES, _MOST_SETTINGS = 10, 20


@dataclass(frozen=True, slots=True)
class Home:
    """What somebody's Home tab says; all of it plain words."""

    quota_status: str
    pictures: tuple[PostPicture, ...] = ()
    settings: tuple[str, ...] = ()


class HomePage(Protocol):
    """Knows what to tell somebody on their Home tab."""

    async def __call__(self, person: Person) -> Home:
        """Give it.

        Raises:
            StorageFailed: It could not be looked up.
        """
        ...


class HomeTab:
    """Publishes Home tabs."""

    def __init__(self, web: Web, bots: Bots, page: HomePage) -> None:
        self._web = web
        self._bots = bots
        self._page = page

    async def show(self, person: Person, whence: Origin) -> None:
        """Publish somebody's Home tab as it is now.

        Raises:
            SurfaceFailed: Slack did not take it.
            StorageFailed: There is nothing to be known of it just now.
        """
        view = view_of(await self._page(person))
        async with translated(_BUDGET):
            token = await self._bots.token(whence.enterprise, whence.team)
            await self._web.client.views_publish(user_id=whence.user, view=view, token=token)


def view_of(home: Home) -> Json:
    """Draw the tab."""
    blocks = [
        _header("easel"),
        _section(home.quota_status),
        {
            "type": "actions",
            "elements": [
                _button("Make a picture", "imagine", is_first=True),
                _button("My pictures", "gallery"),
                _button("Help", "help"),
            ],
        },
        {"type": "divider"},
        _header("Your newest pictures"),
        *_pictures(home.pictures),
        *([{"type": "divider"}, _header("Settings")] if home.settings else []),
        *(_section(line) for line in home.settings[:_MOST_SETTINGS]),
    ]
    return {"type": "home", "blocks": blocks}


def _pictures(pictures: tuple[PostPicture, ...]) -> list[Json]:
    """Show pictures where Slack can fetch them; elsewhere it is told what they show, and where they wait."""
    if not pictures:
        return [_section("You have none yet.")]
    return [_picture(picture) for picture in pictures[:_MOST_PICTURES]]


def _picture(picture: PostPicture) -> Json:
    alt = fitted(picture.alt or "A picture", _LONGEST_ALT)
    if picture.link.startswith("https://") and len(picture.link) <= _LONGEST_URL:
        return {"type": "image", "image_url": picture.link, "alt_text": alt}
    return {"type": "context", "elements": [_plain(f"{alt} ({picture.width}x{picture.height})", _LONGEST_ALT)]}


def _header(text: str) -> Json:
    return {"type": "header", "text": _plain(text, _LONGEST_HEADER)}


def _section(text: str) -> Json:
    return {"type": "section", "text": _plain(text or " ", _LONGEST_TEXT)}


def _button(label: str, line: str, *, is_first: bool = False) -> Json:
    style = {"style": "primary"} if is_first else {}
    return {"type": "button", "action_id": f"home-{line}", "text": _plain(label, 75), "value": f"{PRESSED}{line}", **style}


def _plain(text: str, longest: int) -> Json:
    return {"type": "plain_text", "text": fitted(text, longest), "emoji": False}
