"""Builds every command, once for all front ends."""

from dataclasses import fields
from typing import Any

from bot.app.features import FEATURES
from bot.app.foundation import Foundation
from bot.app.services import FeatureServices
from bot.app.system import new_fault_code
from bot.commands.dispatcher import Dispatcher
from bot.commands.help import help_command
from bot.commands.spec import AnyCommand, CommandAudience
from bot.commands.translations import load_translations
from bot.config import Settings
from bot.ports.surfaces import Call

_DEFAULTS = Settings()


def build_dispatcher(services: FeatureServices) -> Dispatcher:
    """Return what runs every command."""
    return Dispatcher(build_commands(services), new_fault_code, is_owner=services.is_owner)


def build_commands(services: FeatureServices) -> tuple[AnyCommand, ...]:
    """Build the commands of every feature, those of everybody first; `/help` gets all the others."""
    built = (command for build in FEATURES for command in build(services))
    commands = tuple(sorted(built, key=lambda command: list(CommandAudience).index(command.audience)))

    async def language_of(call: Call) -> str:
        """Return the language that admins chose for `/help`. All other answers are English, so nobody gets another unasked."""
        effective_limits = await services.quotas.effective_limits(call.person, call.place)
        return effective_limits.of_community.settings.language

    return (*commands, help_command(commands, load_translations(), language_of, services.is_owner))


def declared_commands(settings: Settings = _DEFAULTS) -> tuple[AnyCommand, ...]:
    """Return the commands with placeholders for their services, for reading their declarations only."""
    base = Foundation(**_placeholders(Foundation) | {"settings": settings})
    return build_commands(FeatureServices(**_placeholders(FeatureServices) | {"base": base}))


def _placeholders(kind: Any) -> dict[str, Any]:
    """Return a placeholder for each field of a dataclass."""
    return {field.name: _Placeholder() for field in fields(kind)}


class _Placeholder:
    """A stand-in for services in commands that are never run."""

    def __getattr__(self, name: str) -> "_Placeholder":
        return self
