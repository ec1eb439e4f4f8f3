"""Builds what the pages of people's own pictures need."""

from bot.adapters.web.gallery import GalleryDependencies
from bot.adapters.web.gallery_actions import ActionDependencies
from bot.adapters.web.gallery_pages import GalleryPageDependencies
from bot.adapters.web.picture_page import PictureDependencies
from bot.app.services import FeatureServices
from bot.app.sharing import build_sharing
from bot.pipeline.deletion import SeveralDeletion
from storage.sql.collections import SqlCollections
from storage.sql.picture_search import SqlPictureSearch


def build_gallery_pages(services: FeatureServices) -> GalleryPageDependencies:
    """Build what the pages need."""
    base, records = services.base, services.base.records
    gallery = GalleryDependencies(
        quotas=services.quotas,
        gallery=services.pictures.gallery,
        search=SqlPictureSearch(base.database),
        pictures=records.pictures,
        jobs=records.jobs,
        collections=SqlCollections(base.database),
        clock=base.clock,
    )
    picture = PictureDependencies(
        pictures=records.pictures,
        jobs=records.jobs,
        lineage=services.pictures.lineage,
        sharing=build_sharing(services),
        links=services.pictures.links,
    )
    deletion = SeveralDeletion(gallery=services.pictures.gallery, delivery=services.pictures.delivery, jobs=records.jobs)
    return GalleryPageDependencies(gallery, picture, ActionDependencies(deletion, records.jobs, records.pictures, base.objects))
