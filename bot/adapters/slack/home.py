"""The Home tab: what is left today, recent pictures, settings, and buttons to begin with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.adapters.slack.bot_identities import BotIdentities
from bot.adapters.slack.errors import translate_errors
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.rendering import Json, plain_text
from bot.adapters.slack.web_api import SlackWebApi
from bot.domain.chat import PostPicture
from bot.domain.people import Person
from bot.text import truncate

LINE_PREFIX = "line:"
"""What the values of the Home tab's own buttons begin with; a command's line without its slash follows."""

_TIMEOUT = timedelta(seconds=10)
_LONGEST_HEADER, _LONGEST_TEXT, _LONGEST_ALT, _LONGEST_URL = 150, 3000, 2000, 3000
_MOST_PICTURES, _MOST_SETTINGS = 10, 20


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What somebody's Home tab says; all of it plain words."""

    quota_status: str
    pictures: tuple[PostPicture, ...] = ()
    settings: tuple[str, ...] = ()


class LoadHomeContent(Protocol):
    """Looks up what somebody's Home tab says."""

    async def __call__(self, person: Person) -> HomeContent:
        """Return the content.

        Raises:
            StorageFailed: It could not be looked up.
        """
        ...


class HomeTab:
    """Publishes Home tabs."""

    def __init__(self, web: SlackWebApi, bots: BotIdentities, load_content: LoadHomeContent) -> None:
        self._web = web
        self._bots = bots
        self._load_content = load_content

    async def show(self, person: Person, origin: PayloadOrigin) -> None:
        """Publish somebody's Home tab as it is now.

        Raises:
            SurfaceFailed: Slack did not take it.
            StorageFailed: There is nothing to be known of it just now.
        """
        view = render_home(await self._load_content(person))
        async with translate_errors(_TIMEOUT):
            token = await self._bots.token(origin.enterprise, origin.team)
            await self._web.client.views_publish(user_id=origin.user, view=view, token=token)


def render_home(home: HomeContent) -> Json:
    """Return the tab as a view."""
    blocks = [
        _header("easel"),
        _section(home.quota_status),
        {
            "type": "actions",
            "elements": [
                _button("Make a picture", "imagine", is_first=True),
                _button("Help me write it", "help-me-write"),
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
    """Return pictures where Slack can fetch them; elsewhere lines that say what they show, and where to find them."""
    if not pictures:
        return [_section("You have none yet.")]
    return [_picture(picture) for picture in pictures[:_MOST_PICTURES]]


def _picture(picture: PostPicture) -> Json:
    alt = truncate(picture.alt or "A picture", _LONGEST_ALT)
    if picture.link.startswith("https://") and len(picture.link) <= _LONGEST_URL:
        return {"type": "image", "image_url": picture.link, "alt_text": alt}
    return {"type": "context", "elements": [plain_text(f"{alt} ({picture.width}x{picture.height})", _LONGEST_ALT)]}


def _header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, _LONGEST_HEADER)}


def _section(text: str) -> Json:
    return {"type": "section", "text": plain_text(text or " ", _LONGEST_TEXT)}


def _button(label: str, line: str, *, is_first: bool = False) -> Json:
    style = {"style": "primary"} if is_first else {}
    return {
        "type": "button",
        "action_id": f"home-{line}",
        "text": plain_text(label, 75),
        "value": f"{LINE_PREFIX}{line}",
        **style,
    }
