"""Builds what the gallery's page needs."""

from bot.adapters.web.gallery import GalleryDependencies
from bot.app.services import Services
from storage.sql.collections import SqlCollections
from storage.sql.picture_search import SqlPictureSearch


def build_gallery_page(services: Services) -> GalleryDependencies:
    """Build it."""
    base = services.base
    return GalleryDependencies(
        studio=services.studio,
        gallery=services.gallery,
        search=SqlPictureSearch(base.database),
        pictures=base.records.pictures,
        jobs=base.records.jobs,
        collections=SqlCollections(base.database),
        clock=base.clock,
    )
