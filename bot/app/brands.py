"""Builds what knows of brand kits and of the pictures of templates."""

from bot.app.services import Services
from bot.pipeline.brands import Brands
from bot.pipeline.template_pictures import TemplatePictures
from storage.sql.templates import SqlTemplates


def build_template_pictures(services: Services) -> TemplatePictures:
    """Return what keeps the pictures of templates."""
    return TemplatePictures(services.base.inputs, services.base.objects)


def build_brands(services: Services) -> Brands:
    """Return what reads and applies brand kits."""
    base = services.base
    return Brands(
        templates=SqlTemplates(base.database),
        pictures=build_template_pictures(services),
        quotas=services.quotas,
        clock=base.clock,
        ids=base.ids,
    )
