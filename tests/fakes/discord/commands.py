"""The commands an app has registered: globally, and for single guilds."""

from typing import TYPE_CHECKING

from tests.fakes.discord.command_rules import check_command
from tests.fakes.discord.errors import ApiError, BodyErrors, Known
from tests.fakes.discord.wire import Json

if TYPE_CHECKING:
    from datetime import date

    from tests.fakes.discord.world import World

Scope = int | None
"""A guild's id, or None for the global commands."""


class Commands:
    """The register. A command is known by its type and name within its scope."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._of: dict[Scope, dict[tuple[int, str], Json]] = {}
        self._creates: dict[tuple[Scope, date], int] = {}
        self.syncs: list[tuple[Scope, int]] = []
        """Every bulk overwrite: its scope, and how many commands it brought."""

    def all(self, scope: Scope = None) -> list[Json]:
        """Return the commands of one scope, as the API does."""
        return list(self._of.get(scope, {}).values())

    def find(self, name: str, kind: int, guild: Scope) -> Json | None:
        """Return the command that somebody would see under a name: the guild's own one first."""
        for scope in dict.fromkeys((guild, None)):
            if (kind, name) in self._of.get(scope, {}):
                return self._of[scope][kind, name]
        return None

    def by_id(self, command_id: int, scope: Scope) -> Json:
        """Return a command.

        Raises:
            ApiError: There is none with that id in the scope (10063).
        """
        for command in self.all(scope):
            if command["id"] == str(command_id):
                return command
        raise ApiError.of(Known.UNKNOWN_COMMAND)

    def overwrite(self, commands: list[Json], scope: Scope) -> list[Json]:
        """Replace all commands of a scope; those that keep their name keep their id.

        Raises:
            ApiError: One of them is not accepted, and then none is.
        """
        form = BodyErrors()
        seen: set[tuple[int, str]] = set()
        for index, command in enumerate(commands):
            inner = form.at(index)
            check_command(inner, command)
            self._check_installs(inner, command)
            key = self._key(command)
            if key in seen:
                inner.at("name").wrong("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
            seen.add(key)
        form.check()
        self._check_counts(commands)
        self._count_creates(scope, len(seen - set(self._of.get(scope, {}))))
        made = {self._key(command): self._made(command, scope) for command in commands}
        self._of[scope] = made
        self.syncs.append((scope, len(commands)))
        self._world.changes.notify()
        return list(made.values())

    def add(self, command: Json, scope: Scope) -> Json:
        """Add one command, or replace the one of its name.

        Raises:
            ApiError: It is not accepted.
        """
        form = BodyErrors()
        check_command(form, command)
        self._check_installs(form, command)
        form.check()
        quota_status = self._of.setdefault(scope, {})
        key = self._key(command)
        if key not in quota_status:
            self._check_counts([*quota_status.values(), command])
            self._count_creates(scope, 1)
        quota_status[key] = self._made(command, scope)
        self._world.changes.notify()
        return quota_status[key]

    def remove(self, command_id: int, scope: Scope) -> None:
        """Take a command away.

        Raises:
            ApiError: There is none with that id in the scope (10063).
        """
        del self._of[scope][self._key(self.by_id(command_id, scope))]
        self._world.changes.notify()

    def _check_installs(self, form: BodyErrors, command: Json) -> None:
        """Note where a command claims a way of installation that the application has not."""
        application = self._world.application
        has = {0: application.is_guild_installable, 1: application.is_user_installable}
        for index, kind in enumerate(command.get("integration_types") or []):
            if not has.get(kind, True):
                text = "The application does not support this integration type"
                form.at("integration_types", index).wrong("APPLICATION_COMMAND_INTEGRATION_TYPE_NOT_SUPPORTED", text)

    @staticmethod
    def _key(command: Json) -> tuple[int, str]:
        return int(command.get("type") or 1), str(command.get("name"))

    def _check_counts(self, commands: list[Json]) -> None:
        limits = self._world.limits
        kinds = [int(command.get("type") or 1) for command in commands]
        if kinds.count(1) > limits.commands or max(kinds.count(2), kinds.count(3)) > limits.context_menus:
            raise ApiError.of(Known.TOO_MANY_COMMANDS)

    def _count_creates(self, scope: Scope, new: int) -> None:
        key = (scope, self._world.clock.now().date())
        if self._creates.get(key, 0) + new > self._world.limits.daily_command_creates:
            raise ApiError.of(Known.TOO_MANY_COMMAND_CREATES)
        self._creates[key] = self._creates.get(key, 0) + new

    def _made(self, command: Json, scope: Scope) -> Json:
        quota_status = self._of.get(scope, {}).get(self._key(command))
        made: Json = {
            "options": [],
            "description": "",
            "nsfw": False,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "name_localizations": None,
            "description_localizations": None,
            **{key: value for key, value in command.items() if value is not None},
            "type": int(command.get("type") or 1),
            "id": quota_status["id"] if quota_status else str(self._world.ids.new()),
            "application_id": str(self._world.application.id),
            "version": str(self._world.ids.new()),
        }
        return made if scope is None else {**made, "guild_id": str(scope)}
