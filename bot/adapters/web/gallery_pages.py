"""The pages that show people their own pictures: all on one wall, and each by itself."""

from dataclasses import dataclass

from fastapi import APIRouter

from bot.adapters.web.gallery import GalleryDependencies, OwnPictures, gallery_routes
from bot.adapters.web.gallery_actions import ActionDependencies, gallery_action_routes
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.picture_page import PictureDependencies, picture_page_routes


@dataclass(frozen=True, slots=True)
class GalleryPageDependencies:
    """What these pages need."""

    gallery: GalleryDependencies
    picture: PictureDependencies
    actions: ActionDependencies


def gallery_page_routes(pages: GalleryPageDependencies, web: PageContext) -> APIRouter:
    """Build `/gallery` and `/i/<picture>`, and what their scripts ask for."""
    routes, own = APIRouter(), OwnPictures(pages.gallery)
    routes.include_router(gallery_routes(own, web))
    routes.include_router(gallery_action_routes(pages.actions, own, web.visitors))
    routes.include_router(picture_page_routes(pages.picture, own, web))
    return routes
