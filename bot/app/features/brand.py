"""The brand kit of a community."""

from bot.app.brands import build_brands
from bot.app.services import FeatureServices
from bot.commands.brand import brand_logo, brand_set, brand_show
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/brandkit`."""
    brands = build_brands(services)
    return (brand_show(brands), brand_set(services.rule_changes), brand_logo(brands))
