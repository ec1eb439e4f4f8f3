"""What the routes of every page share, and what a page adds to the web front end."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.assets import Assets
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.private_files import PrivateFiles
from bot.adapters.web.surface import WEB, WebSurface
from bot.adapters.web.visitors import Visitors
from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import Place


@dataclass(frozen=True, slots=True)
class PageContext:
    """What routes are built with. `channel` names the one channel; `is_secure` says that browsers come by https."""

    dispatcher: Dispatcher
    surface: WebSurface
    assets: Assets
    visitors: Visitors
    newcomers: Newcomers
    private_files: PrivateFiles
    channel: str
    is_secure: bool

    @property
    def place(self) -> Place:
        """Return the place of everybody who is on the page."""
        return Place(WEB, "", self.channel)

    def send_page(self, name: str, request: Request) -> Response:
        """Return a page, and have its visitor known by a cookie from then on."""
        response = self.assets.send(name, request) or Response(status_code=HTTPStatus.NOT_FOUND)
        self.visitors.remember(self.visitors.identify(request), response)
        return response


PageRoutes = Callable[[PageContext], APIRouter]
"""Builds the routes of a page that is not everywhere, such as the one for moderators."""
