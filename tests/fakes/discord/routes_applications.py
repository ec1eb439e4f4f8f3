"""The bot itself, its application and commands, users and guilds."""

from aiohttp import web

from tests.fakes.discord.channels import Kind
from tests.fakes.discord.commands import Scope
from tests.fakes.discord.errors import ApiError, BodyErrors, Known
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.rest import Asked, Rest
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json
from tests.fakes.discord.world import World


class ApplicationRoutes:
    """Serves `/applications/…`, `/users/…`, `/guilds/…` and `/gateway…`."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def add_to(self, app: web.Application, rest: Rest) -> None:
        """Register the routes."""
        for method, path, route in (
            ("GET", "/gateway/bot", lambda _: self._gateway.info()),
            ("GET", "/users/@me", lambda _: {**self._world.bot.json(), "verified": True, "mfa_enabled": False}),
            ("GET", "/applications/@me", lambda _: self._application()),
            ("GET", "/oauth2/applications/@me", lambda _: self._application()),
            ("PATCH", "/applications/@me", self._edit_application),
            ("GET", "/applications/{application_id}/entitlements", self._entitlements),
            ("POST", "/users/@me/channels", self._open_dm),
            ("DELETE", "/users/@me/guilds/{guild_id}", self._leave),
            ("GET", "/users/{user_id}", lambda asked: self._user(asked).json()),
            ("GET", "/guilds/{guild_id}", lambda asked: self._guild(asked).json()),
            ("GET", "/guilds/{guild_id}/members/{user_id}", self._member),
        ):
            rest.add(app, method, path, route)
        rest.add(app, "GET", "/gateway", lambda _: {"url": self._gateway.url}, needs_bot=False)
        for commands in ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands"):
            rest.add(app, "GET", commands, self._commands)
            rest.add(app, "PUT", commands, self._overwrite)
            rest.add(app, "POST", commands, lambda asked: self._world.commands.add(asked.body.payload, self._scope(asked)))
            rest.add(app, "GET", f"{commands}/{{command_id}}", self._command)
            rest.add(app, "DELETE", f"{commands}/{{command_id}}", self._remove)

    def _application(self) -> Json:
        application = self._world.application
        config = {"oauth2_install_params": {"scopes": ["bot", "applications.commands"], "permissions": "0"}}
        kinds = {"0": application.is_guild_installable, "1": application.is_user_installable}
        return {
            "id": str(application.id),
            "name": application.name,
            "description": "",
            "summary": "",
            "icon": None,
            "bot_public": application.is_public,
            "bot_require_code_grant": False,
            "owner": self._world.owner.json(),
            "team": None,
            "verify_key": application.public_key,
            "flags": 0,
            "tags": [],
            "redirect_uris": [],
            "interactions_endpoint_url": application.interactions_url,
            "role_connections_verification_url": None,
            "integration_types_config": {kind: config for kind, is_on in kinds.items() if is_on},
            "approximate_guild_count": sum(guild.has_bot for guild in self._world.guilds.values()),
            "approximate_user_install_count": sum(user.has_installed for user in self._world.users.values()),
        }

    def _edit_application(self, asked: Asked) -> Json:
        self._world.application.name = str(asked.payload.get("name", self._world.application.name))
        return self._application()

    def _scope(self, asked: Asked) -> Scope:
        if asked.number("application_id") != self._world.application.id:
            raise ApiError.of(Known.UNKNOWN_APPLICATION)
        if "guild_id" not in asked.places:
            return None
        guild = self._world.guilds.get(asked.number("guild_id"))
        if guild is None or not guild.has_bot:
            raise ApiError.of(Known.MISSING_ACCESS)
        return guild.id

    def _overwrite(self, asked: Asked) -> list[Json]:
        return self._world.commands.overwrite(asked.body.payload.get("list", []), self._scope(asked))

    def _commands(self, asked: Asked) -> list[Json]:
        """Return all of a scope; in every language only where that is asked for."""
        there = self._world.commands.all(self._scope(asked))
        return there if asked.query("with_localizations") == "true" else [_in_one_language(command) for command in there]

    def _command(self, asked: Asked) -> Json:
        return self._world.commands.by_id(asked.number("command_id"), self._scope(asked))

    def _remove(self, asked: Asked) -> None:
        self._world.commands.remove(asked.number("command_id"), self._scope(asked))

    def _entitlements(self, asked: Asked) -> list[Json]:
        owned = [one for user in self._world.users.values() for one in user.entitlements]
        wanted_user, wanted_guild = asked.query("user_id"), asked.query("guild_id")
        if wanted_user:
            owned = [one for one in owned if str(one.user) == wanted_user]
        if wanted_guild:
            owned = [one for one in owned if str(one.guild) == wanted_guild]
        return [one.json() for one in owned]

    def _user(self, asked: Asked) -> User:
        user = self._world.users.get(asked.number("user_id"))
        if user is None:
            raise ApiError.of(Known.UNKNOWN_USER)
        return user

    def _guild(self, asked: Asked) -> Guild:
        guild = self._world.guilds.get(asked.number("guild_id"))
        if guild is None:
            raise ApiError.of(Known.UNKNOWN_GUILD)
        if not guild.has_bot:
            raise ApiError.of(Known.MISSING_ACCESS)
        return guild

    def _member(self, asked: Asked) -> Json:
        guild, user = self._guild(asked), self._user(asked)
        if user.id not in guild.members:
            raise ApiError.of(Known.UNKNOWN_MEMBER)
        return guild.members[user.id].json(guild)

    def _leave(self, asked: Asked) -> None:
        self._guild(asked).remove_bot()

    def _open_dm(self, asked: Asked) -> Json:
        form = BodyErrors()
        who = str(asked.payload.get("recipient_id") or "")
        if not who.isdigit():
            form.at("recipient_id").required()
        form.check()
        user = self._world.users.get(int(who))
        if user is None:
            raise ApiError.of(Known.UNKNOWN_USER)
        channel = self._world.dm(user, self._world.bot)
        assert channel.kind is Kind.DM
        return channel.json()


def _in_one_language(entry: Json) -> Json:
    """Leave the translations out, of everything inside too."""
    inner = {key: [_in_one_language(one) for one in entry[key]] for key in ("options", "choices") if entry.get(key)}
    return {key: value for key, value in entry.items() if not key.endswith("_localizations")} | inner
