"""Templates: words with slots, kept and used again; and prompts that are built from a form."""

from bot.app.brands import build_brands, build_shelf, build_template_pictures
from bot.app.model_suggestions import model_suggestions
from bot.app.services import FeatureServices
from bot.commands.compose import reword_template, write
from bot.commands.spec import AnyCommand
from bot.commands.template_changes import save_template, template_remove, template_save
from bot.commands.template_exchange import template_export, template_import
from bot.commands.templates import fill_template, template_list, template_show, template_use


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/help-me-write` and `/template`, and their buttons."""
    shelf = build_shelf(services)
    pictures = build_template_pictures(services)
    suggest_models = model_suggestions(services)
    use = template_use(
        services.studio,
        shelf,
        quotas=services.quotas,
        pictures=pictures,
        brands=build_brands(services),
        suggest_models=suggest_models,
    )
    return (
        write(shelf),
        reword_template(shelf, suggest_models),
        use,
        template_list(shelf),
        template_save(shelf, services.is_owner, pictures),
        template_show(shelf),
        template_remove(shelf, services.is_owner, pictures),
        template_export(shelf),
        template_import(shelf, services.is_owner, pictures),
        fill_template(shelf, use),
        save_template(services.studio),
    )
