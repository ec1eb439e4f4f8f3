"""Builds what lets people change a part of a picture, for the button and for the page."""

from bot.adapters.web.part import PartDependencies
from bot.adapters.web.surface import WEB
from bot.app.services import FeatureServices
from bot.commands.part import PartEditing
from bot.services.part_links import PartLinks
from storage.sql.codes import SqlCodes


def build_part_editing(services: FeatureServices) -> PartEditing:
    """Build what issues links, and takes what is sent by them."""
    base = services.base
    links = PartLinks(SqlCodes(base.database, base.clock), base.ids, base.clock, page=base.settings.web.links_base)
    return PartEditing(services.studio, services.bases, links, services.quotas, page=WEB)


def build_part_page(services: FeatureServices) -> PartDependencies:
    """Build what the page needs."""
    return PartDependencies(build_part_editing(services), services.surfaces)
