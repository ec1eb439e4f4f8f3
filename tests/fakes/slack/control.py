"""The fake as a program: an HTTP API to drive it and to read what it saw, for another process.

Every body and answer is JSON. People, channels and workspaces go by name
(`ann`, `general`, `acme`), messages by timestamp or `last`; without a name the
first there is is taken. A request that cannot be done is answered with 409 and
`{"error": …}`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.changes import NotSeen
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.limits import Rate
from tests.fakes.slack.lookup import Lookup
from tests.fakes.slack.report import message_json, view_json, workspace_json
from tests.fakes.slack.wire import Json, dumps

if TYPE_CHECKING:
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.server import FakeSlack

_MOST_WAIT_S = 120.0
Act = Callable[[Json], Awaitable[object]]


class Control:
    """Serves `/control/…`."""

    def __init__(self, slack: "FakeSlack") -> None:
        self._slack = slack
        self._find = Lookup(slack.world)

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        acts: dict[str, Act] = {
            "workspace": self._workspace,
            "channel": self._channel,
            "member": self._member,
            "command": self._command,
            "commands": self._commands,
            "mention": self._mention,
            "press": self._press,
            "react": self._react,
            "submit": self._submit,
            "shortcut": self._shortcut,
            "home": self._home,
            "wait": self._wait,
            "clock": self._clock,
            "sockets": self._sockets,
            "fault": self._fault,
            "limits": self._limits,
            "request_url": self._request_url,
            "uninstall": self._uninstall,
            "clear": self._clear,
        }
        for name, act in acts.items():
            app.router.add_post(f"/control/{name}", _served(act))
        for name, read in {"seen": self._seen, "world": self._world, "messages": self._messages, "view": self._view}.items():
            app.router.add_get(f"/control/{name}", _served(read))

    async def _workspace(self, asked: Json) -> Json:
        team = self._slack.add_workspace(
            asked["name"], is_installed=bool(asked.get("is_installed", True)), enterprise=asked.get("enterprise")
        )
        team.add_channel(asked.get("channel", "general"))
        team.add_member(asked.get("member", "ann"), is_admin=bool(asked.get("is_admin")))
        return workspace_json(team)

    async def _channel(self, asked: Json) -> Json:
        team = self._find.workspace(asked.get("workspace", ""))
        return {"channel": team.add_channel(asked["name"], has_bot=bool(asked.get("has_bot", True))).id}

    async def _member(self, asked: Json) -> Json:
        team = self._find.workspace(asked.get("workspace", ""))
        return {"member": team.add_member(asked["name"], is_admin=bool(asked.get("is_admin"))).id}

    async def _command(self, asked: Json) -> Json:
        channel = self._find.channel(asked.get("channel", ""), asked.get("workspace", ""))
        return (await self._who(asked).command(channel, asked["name"], asked.get("text", ""))).json()

    async def _commands(self, asked: Json) -> Json:
        """Many at once, as a benchmark wants it: `count` of them, by as many `users`, over all `channels`, in one breath."""
        team = self._find.workspace(asked.get("workspace", ""))
        count, text = int(asked.get("count", 1)), str(asked.get("text", ""))
        people = [self._somebody(f"user{number}", team.name) for number in range(int(asked.get("users", count)))]
        places = [self._find.channel(name, team.name) for name in asked.get("channels", [""])]
        started = time.perf_counter()
        sent = await asyncio.gather(
            *(
                people[number % len(people)].command(places[number % len(places)], asked["name"], text.format(number=number))
                for number in range(count)
            )
        )
        took = time.perf_counter() - started
        return {"ack_ms": [one.ack_ms for one in sent], "failed": [one.failed for one in sent if one.failed], "took_s": took}

    def _somebody(self, name: str, workspace: str) -> "Member":
        try:
            return self._find.person(name, workspace)
        except NotSeen:
            return self._find.workspace(workspace).add_member(name)

    async def _mention(self, asked: Json) -> Json:
        person = self._who(asked)
        channel = self._find.channel(asked.get("channel", ""), asked.get("workspace", ""))
        thread = self._find.message(person, asked["thread"]) if asked.get("thread") else None
        return (await person.mention(channel, asked["text"], thread=thread)).json()

    async def _press(self, asked: Json) -> Json:
        person = self._who(asked)
        where = self._find.where(person, asked["button"], str(asked.get("message", "last")))
        return (await person.press(where, asked["button"])).json()

    async def _react(self, asked: Json) -> Json:
        person = self._who(asked)
        return (await person.react(self._find.message(person, str(asked.get("message", "last"))), asked["emoji"])).json()

    async def _submit(self, asked: Json) -> Json:
        person = self._who(asked)
        return (await person.submit(self._find.view(person), asked.get("values", {}))).json()

    async def _shortcut(self, asked: Json) -> Json:
        person = self._who(asked)
        if "message" in asked:
            message = self._find.message(person, str(asked["message"]))
            return (await person.message_shortcut(asked["callback_id"], message)).json()
        return (await person.global_shortcut(asked["callback_id"])).json()

    async def _home(self, asked: Json) -> Json:
        return view_json(await self._who(asked).open_home(within=float(asked.get("within_s", 5))))

    async def _wait(self, asked: Json) -> Json:
        """Wait until `count` messages of the bot hold `text` (and, with `files`, a file), and give them."""
        within = min(float(asked.get("within_s", 10)), _MOST_WAIT_S)
        text, count, has_files = str(asked.get("text", "")), int(asked.get("count", 1)), bool(asked.get("files"))

        def look() -> list[Json] | None:
            found = [one for one in self._all() if text in str(one["shown"]) and (one["files"] or not has_files)]
            return found if len(found) >= count else None

        if asked.get("connections"):
            await self._slack.connected(int(asked["connections"]), within=within)
            return {}
        return {"messages": await self._slack.until(look, within=within, what=f"{count} messages with {text!r}")}

    async def _clock(self, asked: Json) -> Json:
        self._slack.forward(seconds=float(asked.get("forward_s", 0)))
        return {"now": self._slack.clock.now().isoformat()}

    async def _sockets(self, asked: Json) -> Json:
        sockets = self._slack.sockets
        if asked.get("do") == "recycle":
            await sockets.recycle()
        if asked.get("do") == "drop":
            await sockets.drop()
        sockets.is_down = bool(asked.get("is_down", sockets.is_down))
        return {"connections": [one.id for one in sockets.connections], "opened": sockets.opened}

    async def _fault(self, asked: Json) -> Json:
        faults, method, times = self._slack.faults, asked.get("method", "*"), int(asked.get("times", 1))
        if asked.get("clear"):
            faults.clear()
        elif "retry_after" in asked:
            faults.rate_limit(method, retry_after=float(asked["retry_after"]), times=times)
        elif "delay_s" in asked:
            faults.delay(method, float(asked["delay_s"]), times=times)
        elif "cut" in asked:
            faults.cut(method, times=times, is_carried_out=asked["cut"] == "after")
        else:
            faults.fail(method, asked.get("error", ""), status=int(asked.get("status", 0)), times=times)
        return {}

    async def _limits(self, asked: Json) -> Json:
        """Set numbers by name (times in seconds); `rates` is `{"chat.update": [50, 60]}`; `off` switches all rates off."""
        limits = self._slack.limits
        if asked.pop("off", False):
            limits.switch_rates_off()
        for method, (limit, seconds) in asked.pop("rates", {}).items():
            limits.rates[method] = Rate(int(limit), float(seconds))
        for name, value in asked.items():
            old = getattr(limits, name)
            setattr(limits, name, timedelta(seconds=float(value)) if isinstance(old, timedelta) else type(old)(value))
        return {}

    async def _request_url(self, asked: Json) -> Json:
        self._slack.request_url = asked.get("url")
        return {"url": self._slack.request_url}

    async def _uninstall(self, asked: Json) -> Json:
        return (await self._find.workspace(asked.get("workspace", "")).uninstall()).json()

    async def _clear(self, _: Json) -> Json:
        self._slack.seen.clear()
        self._slack.world.rates.overruns.clear()
        return {}

    async def _seen(self, _: Json) -> Json:
        return self._slack.seen.json(self._slack.world.rates.overruns)

    async def _world(self, _: Json) -> Json:
        return {
            **self._slack.addresses(),
            "workspaces": [workspace_json(one) for one in self._slack.workspaces],
            "connections": len(self._slack.sockets.connections),
        }

    async def _messages(self, asked: Json) -> Json:
        channel = asked.get("channel", "")
        return {"messages": [one for one in self._all() if channel in ("", one["channel"])]}

    async def _view(self, asked: Json) -> Json:
        """Wait for somebody's modal."""
        return view_json(await self._who(asked).view(within=float(asked.get("within_s", 5))))

    def _who(self, asked: Json) -> "Member":
        return self._find.person(asked.get("user", ""), asked.get("workspace", ""))

    def _all(self) -> list[Json]:
        places = [place for team in self._slack.workspaces for place in team.channels.values()]
        return [message_json(one) for place in places for one in place.everything if one.author.is_bot]


def _served(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        asked = await request.json() if request.can_read_body else dict(request.query)
        try:
            body, status = await act(asked), 200
        except (NotSeen, ApiError, KeyError, ValueError, AttributeError) as error:
            body, status = {"error": f"{type(error).__name__}: {error}"}, 409
        return web.Response(text=dumps(body), status=status, content_type="application/json")

    return serve
