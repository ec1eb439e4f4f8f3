"""What shares pictures, and shows what is shared."""

from bot.adapters.web.share import ShareDependencies
from bot.app.services import FeatureServices
from bot.services.sharing import Sharing
from storage.sql.collections import SqlCollections
from storage.sql.shares import SqlShares


def build_sharing(services: FeatureServices) -> Sharing:
    """Build the sharing, for commands and for the pages."""
    base = services.base
    return Sharing(
        shares=SqlShares(base.database),
        pictures=base.records.pictures,
        jobs=base.records.jobs,
        clock=base.clock,
        ids=base.ids,
    )


def build_share_pages(services: FeatureServices) -> ShareDependencies:
    """Build what the pages need."""
    return ShareDependencies(build_sharing(services), services.pictures.links, SqlCollections(services.base.database))
