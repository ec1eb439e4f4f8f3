"""What is kept of people: having it, and having it removed."""

from bot.app.privacy import build_data_requests, build_export_links
from bot.app.services import FeatureServices
from bot.commands.privacy import collect, export_me, forget, forget_me
from bot.commands.spec import AnyCommand


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build `/export-me` and `/forget-me`."""
    requests = build_data_requests(services)
    return (export_me(requests, build_export_links(services.base)), collect(requests), forget_me(requests), forget(requests))
