"""The pages beside the channel's own: each is a row here, with what it needs."""

from functools import partial

from bot.adapters.web.gallery_pages import gallery_page_routes
from bot.adapters.web.moderation import ModerationDependencies, moderation_routes
from bot.adapters.web.page_context import PageRoutes
from bot.adapters.web.part import part_routes
from bot.adapters.web.price import price_routes
from bot.adapters.web.setup import setup_routes
from bot.adapters.web.share import share_routes
from bot.adapters.web.usage import usage_routes
from bot.app.case_access import build_case_access, build_moderator_sessions
from bot.app.gallery_pages import build_gallery_pages
from bot.app.part_editing import build_part_page
from bot.app.services import FeatureServices
from bot.app.setup_page import build_setup_page
from bot.app.sharing import build_share_pages
from bot.services.usage_reports import UsageReports
from bot.services.wish_prices import WishPrices
from storage.sql.statistics import SqlStatistics


def build_pages(services: FeatureServices) -> tuple[PageRoutes, ...]:
    """Build the pages."""
    statistics = SqlStatistics(services.base.database)
    return (
        partial(moderation_routes, ModerationDependencies(build_case_access(services), build_moderator_sessions(services))),
        partial(part_routes, build_part_page(services)),
        partial(share_routes, build_share_pages(services)),
        partial(gallery_page_routes, build_gallery_pages(services)),
        partial(price_routes, WishPrices(services.quotas)),
        partial(setup_routes, build_setup_page(services)),
        partial(usage_routes, UsageReports(statistics, services.people, services.quotas)),
    )
