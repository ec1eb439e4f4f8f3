"""What people can do with easel: each feature is a module that builds its commands, and what only it needs."""

from collections.abc import Callable

from bot.app.features import (
    api_keys,
    audit,
    batches,
    brand,
    budgets,
    cases,
    credits,  # noqa: A004 - as its command is called
    describing,
    drawing,
    editing,
    gallery,
    linking,
    models,
    moderation_stats,
    parts,
    privacy,
    quotas,
    reports,
    sanctions,
    settings,
    sharing,
    templates,
    tiers,
    usage,
    word_filter,
)
from bot.app.services import FeatureServices
from bot.commands.spec import AnyCommand

FEATURES: tuple[Callable[[FeatureServices], tuple[AnyCommand, ...]], ...] = (
    drawing.build_commands,
    batches.build_commands,
    templates.build_commands,
    parts.build_commands,
    describing.build_commands,
    editing.build_commands,
    models.build_commands,
    gallery.build_commands,
    sharing.build_commands,
    reports.build_commands,
    quotas.build_commands,
    linking.build_commands,
    privacy.build_commands,
    tiers.build_commands,
    credits.build_commands,
    api_keys.build_commands,
    budgets.build_commands,
    settings.build_commands,
    brand.build_commands,
    word_filter.build_commands,
    cases.build_commands,
    sanctions.build_commands,
    usage.build_commands,
    moderation_stats.build_commands,
    audit.build_commands,
)
"""All of them, in the order of menus and `/help`."""
