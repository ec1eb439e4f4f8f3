"""The fake as a program: an HTTP API to drive it and to read what it saw, for another process.

Every body and answer is JSON. People and channels go by name (`ada`,
`general`), messages by id or `last`. A request that cannot be done is answered
with 409 and `{"error": …}`.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from aiohttp import web

from tests.fakes.changes import NotSeen
from tests.fakes.discord.endpoint import EndpointRefused
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.lookup import Lookup
from tests.fakes.discord.people import DiscordPerson
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.report import interaction_json, message_json
from tests.fakes.discord.wire import Json, dumps

if TYPE_CHECKING:
    from tests.fakes.discord.server import FakeDiscord

_MOST_WAIT_S = 120.0
Act = Callable[[Json], Awaitable[object]]


class Control:
    """Serves `/control/…`."""

    def __init__(self, discord: "FakeDiscord") -> None:
        self._discord = discord
        self._find = Lookup(discord.world)

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        acts: dict[str, Act] = {
            "guild": self._guild,
            "channel": self._channel_added,
            "user": self._user_added,
            "command": self._command,
            "commands": self._commands,
            "press": self._press,
            "react": self._react,
            "submit": self._submit,
            "menu": self._menu,
            "wait": self._wait,
            "clock": self._clock,
            "gateway": self._gateway,
            "fault": self._fault,
            "limits": self._limits,
            "endpoint": self._endpoint,
            "delete": self._delete,
            "clear": self._clear,
        }
        for name, act in acts.items():
            app.router.add_post(f"/control/{name}", _served(act))
        app.router.add_get("/control/seen", _served(lambda _: self._seen()))
        app.router.add_get("/control/world", _served(lambda _: self._world()))
        app.router.add_get("/control/messages", self._messages)
        app.router.add_get("/control/interactions", _served(lambda _: self._interactions()))

    async def _guild(self, asked: Json) -> Json:
        shard = tuple(asked["shard"]) if "shard" in asked else None
        permissions = Permission(int(asked.get("bot_permissions", 0)))
        guild = self._discord.add_guild(
            asked.get("name", "Test server"), bot_permissions=permissions, shard=cast("tuple[int, int] | None", shard)
        )
        channel = guild.add_channel(asked.get("channel", "general"))
        return {"guild": str(guild.id), "channel": str(channel.id)}

    async def _channel_added(self, asked: Json) -> Json:
        guild = next(iter(self._discord.world.guilds.values()))
        return {"channel": str(guild.add_channel(asked["name"], is_nsfw=bool(asked.get("nsfw"))).id)}

    async def _user_added(self, asked: Json) -> Json:
        person = self._discord.add_user(asked["name"], locale=asked.get("locale", "en-US"))
        person.has_installed = bool(asked.get("has_installed"))
        return {"user": str(person.id)}

    async def _command(self, asked: Json) -> Json:
        person, channel = self._find.person(asked.get("user", "")), self._find.channel(asked.get("channel", ""))
        if asked.get("forged"):
            interaction = await person.forge_command(channel, asked["name"], asked.get("options", {}))
        else:
            interaction = await person.type_command(channel, asked["name"], **asked.get("options", {}))
        return interaction_json(interaction)

    async def _commands(self, asked: Json) -> Json:
        """Many at once, as a benchmark wants it: `count` of them, by as many `users`, in one breath."""
        count, channel = int(asked.get("count", 1)), self._find.channel(asked.get("channel", ""))
        people = [self._somebody(f"user{number}") for number in range(int(asked.get("users", count)))]
        started = time.perf_counter()
        made = [
            await people[number % len(people)].type_command(channel, asked["name"], **asked.get("options", {}))
            for number in range(count)
        ]
        return {"interactions": [str(one.id) for one in made], "took_s": time.perf_counter() - started}

    def _somebody(self, name: str) -> DiscordPerson:
        try:
            return self._find.person(name)
        except NotSeen:
            return self._discord.add_user(name)

    async def _press(self, asked: Json) -> Json:
        person = self._find.person(asked.get("user", ""))
        message = self._find.message(str(asked.get("message", "last")), person)
        if asked.get("forged"):
            return interaction_json(person.forge_press(message, asked["button"]))
        return interaction_json(await person.press(message, asked["button"]))

    async def _react(self, asked: Json) -> Json:
        person = self._find.person(asked.get("user", ""))
        await person.react(self._find.message(str(asked.get("message", "last"))), asked["emoji"])
        return {}

    async def _submit(self, asked: Json) -> Json:
        person = self._find.person(asked.get("user", ""))
        shown_by = self._find.interaction(str(asked["interaction"]))
        return interaction_json(await person.submit_modal(shown_by, asked.get("answers", {})))

    async def _menu(self, asked: Json) -> Json:
        person = self._find.person(asked.get("user", ""))
        return interaction_json(await person.context_menu(self._find.message(str(asked.get("message", "last"))), asked["name"]))

    async def _wait(self, asked: Json) -> Json:
        """Wait for all `interactions` to be `acknowledged`, or `answered` with a message that holds `text`."""
        waited = [self._find.interaction(str(one)) for one in asked["interactions"]]
        within = min(float(asked.get("within_s", 10)), _MOST_WAIT_S)
        deadline, text = time.monotonic() + within, str(asked.get("text", ""))
        for one in waited:
            left = max(0.0, deadline - time.monotonic())
            if asked.get("until", "acknowledged") == "acknowledged":
                await one.acknowledged(within=left)
            else:
                await one.message_when(lambda message: text in message.text, within=left)
        return {"interactions": [interaction_json(one) for one in waited]}

    async def _clock(self, asked: Json) -> Json:
        self._discord.forward(seconds=float(asked.get("forward_s", 0)))
        return {"now": self._discord.clock.now().isoformat()}

    async def _gateway(self, asked: Json) -> Json:
        gateway, shard = self._discord.gateway, asked.get("shard")
        acts: dict[str, Callable[[], None]] = {
            "reconnect": lambda: gateway.ask_reconnect(shard),
            "invalidate": lambda: gateway.invalidate(shard, is_resumable=bool(asked.get("resumable"))),
            "drop": lambda: gateway.drop(shard, code=asked.get("code")),
            "forget": lambda: gateway.forget(shard),
        }
        if asked.get("do"):
            acts[asked["do"]]()
        if "is_down" in asked:
            gateway.is_down = bool(asked["is_down"])
        if "shards" in asked:
            gateway.shards = int(asked["shards"])
        if "ready" in asked:
            await gateway.ready(shards=int(asked["ready"]), within=float(asked.get("within_s", 30)))
        return {"connected": [list(one.shard) for one in gateway.sessions]}

    async def _fault(self, asked: Json) -> Json:
        faults, method, path, times = (
            self._discord.faults,
            asked.get("method", "*"),
            asked.get("path", "*"),
            int(asked.get("times", 1)),
        )
        if asked.get("clear"):
            faults.clear()
        elif "retry_after" in asked:
            faults.rate_limit(
                method, path, retry_after=float(asked["retry_after"]), is_global=bool(asked.get("global")), times=times
            )
        elif "delay_s" in asked:
            faults.delay(method, path, timedelta(seconds=float(asked["delay_s"])), times=times)
        elif "cut" in asked:
            faults.cut(method, path, times=times, is_carried_out=asked["cut"] == "after")
        else:
            faults.fail(method, path, status=int(asked["status"]), times=times)
        return {}

    async def _limits(self, asked: Json) -> Json:
        """Set numbers by name; those that are times are given in seconds."""
        limits = self._discord.limits
        for name, value in asked.items():
            is_time = isinstance(getattr(limits, name), timedelta)
            setattr(limits, name, timedelta(seconds=float(value)) if is_time else type(getattr(limits, name))(value))
        return {}

    async def _endpoint(self, asked: Json) -> Json:
        if asked.get("url"):
            await self._discord.endpoint.use(asked["url"])
        else:
            self._discord.application.interactions_url = None
        return {"url": self._discord.application.interactions_url}

    async def _delete(self, asked: Json) -> Json:
        if "channel" in asked:
            self._find.channel(asked["channel"]).delete()
        else:
            self._find.message(str(asked.get("message", "last"))).delete()
        return {}

    async def _clear(self, _: Json) -> Json:
        self._discord.seen.clear()
        return {}

    async def _seen(self) -> Json:
        return self._discord.seen.json()

    async def _world(self) -> Json:
        world = self._discord.world
        return {
            "api_url": self._discord.api_url,
            "gateway_url": self._discord.gateway_url,
            "application_id": str(world.application.id),
            "public_key": world.application.public_key,
            "guilds": {guild.name: str(guild.id) for guild in world.guilds.values()},
            "channels": {channel.name: str(channel.id) for channel in world.channels.values()},
            "users": {user.name: str(user.id) for user in world.users.values()},
            "commands": world.commands.all(),
            "connected": [list(session.shard) for session in self._discord.gateway.sessions],
        }

    async def _messages(self, request: web.Request) -> web.Response:
        return await _answer(self._listed(request.query.get("channel", "")))

    async def _listed(self, channel: str) -> Json:
        return {"messages": [message_json(one) for one in self._find.channel(channel).everything]}

    async def _interactions(self) -> Json:
        return {"interactions": [interaction_json(one) for one in self._discord.world.interactions.values()]}


def _served(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        asked = await request.json() if request.can_read_body else {}
        return await _answer(act(asked))

    return serve


async def _answer(doing: Awaitable[object]) -> web.Response:
    try:
        body, status = await doing, 200
    except (NotSeen, EndpointRefused, ApiError, KeyError, ValueError) as error:
        body, status = {"error": f"{type(error).__name__}: {error}"}, 409
    return web.Response(text=dumps(body), status=status, content_type="application/json")
