"""The pages that show people their own pictures: all on one wall, and each by itself."""

from dataclasses import dataclass

from fastapi import APIRouter

from bot.adapters.web.assets import Assets
from bot.adapters.web.gallery import GalleryDependencies, OwnPictures, gallery_routes
from bot.adapters.web.gallery_actions import ActionDependencies, gallery_action_routes
from bot.adapters.web.picture_page import PictureDependencies, PicturePages, picture_page_routes
from bot.adapters.web.visitors import Visitors


@dataclass(frozen=True, slots=True)
class GalleryPageDependencies:
    """What these pages need."""

    gallery: GalleryDependencies
    picture: PictureDependencies
    actions: ActionDependencies


def gallery_page_routes(pages: GalleryPageDependencies, *, assets: Assets, visitors: Visitors, channel: str) -> APIRouter:
    """Build `/gallery` and `/i/<picture>`, and what their scripts ask for."""
    routes = APIRouter()
    own = OwnPictures(pages.gallery)
    routes.include_router(gallery_routes(own, assets=assets, visitors=visitors))
    routes.include_router(gallery_action_routes(pages.actions, own, visitors))
    routes.include_router(
        picture_page_routes(PicturePages(pages.picture, own, channel=channel), assets=assets, visitors=visitors)
    )
    return routes
