"""Builds what knows of templates, of their pictures, and of brand kits."""

from bot.app.services import FeatureServices
from bot.pipeline.brands import Brands
from bot.pipeline.styles import Styles
from bot.pipeline.template_pictures import TemplatePictures
from bot.services.templates import TemplateShelf
from storage.sql.templates import SqlTemplates


def build_template_pictures(services: FeatureServices) -> TemplatePictures:
    """Return what keeps the pictures of templates."""
    return TemplatePictures(services.base.inputs, services.base.objects)


def build_shelf(services: FeatureServices) -> TemplateShelf:
    """Return what finds templates."""
    base = services.base
    return TemplateShelf(SqlTemplates(base.database), services.quotas, base.clock, base.ids)


def build_styles(services: FeatureServices) -> Styles:
    """Return what finds pictures whose style somebody wants."""
    pictures = build_template_pictures(services)
    return Styles(shelf=build_shelf(services), pictures=pictures, bases=services.bases, quotas=services.quotas)


def build_brands(services: FeatureServices) -> Brands:
    """Return what reads and applies brand kits."""
    base = services.base
    return Brands(
        templates=SqlTemplates(base.database),
        pictures=build_template_pictures(services),
        quotas=services.quotas,
        clock=base.clock,
        ids=base.ids,
    )
