"""People who ask for pictures at every front end, and ask again while they are not answered."""

import asyncio
import contextlib
import hashlib
import itertools
import json
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.chaos.surroundings import GUILDS, Surroundings

OWNER_COOKIE = "owner-of-the-house".ljust(44, "-")
FRONT_ENDS = ("page", "rest", "discord", "slack")

_API_KEY = re.compile(r"easel_[\w-]+")
_PATIENCE_S = 120.0
_PAUSE_S = 0.5
_LONGEST_ANSWER_S, _SHORTEST_ANSWER_S = 15.0, 0.02
_LEAVES_EARLY = 3
"""Every so many goes away in the middle of a first request, and comes back."""
_ROW_WITHIN_S = 6.0
_CREDITS = 5000
_PEOPLE = 4
"""At each front end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One try of one wish. `is_promised` says that the front end answered that it was accepted."""

    front_end: str
    prompt: str
    is_promised: bool


@dataclass
class Users:
    """Everybody who asks. `is_accepted` looks a prompt up in the table of jobs."""

    surroundings: Surroundings
    webs: Sequence[str]
    seed: int
    http: aiohttp.ClientSession
    asked: list[Asked] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """The API key of each browser that has one."""

    async def prepare(self) -> None:
        """Have browsers with API keys and credits, and people in the chats."""
        for cookie in browsers(self.seed):
            made = await self._type(cookie, "/apikey make chaos")
            found = _API_KEY.search(made)
            assert found, made
            self.keys[cookie] = found[0]
            granted = await self._type(OWNER_COOKIE, f"/credits grant --person {visitor_id(cookie)} --amount {_CREDITS}")
            assert f"now {_CREDITS:,} credits" in granted, granted
        for number in range(_PEOPLE):
            await self.surroundings.discord.post("user", name=f"person{number}")
            await self.surroundings.slack.post("member", name=f"person{number}")

    async def _type(self, cookie: str, line: str) -> str:
        """Type a line on the page, and give what was whispered."""
        key = hashlib.sha256(f"{cookie}{line}".encode()).hexdigest()[:40]
        return json.dumps((await self._call(self.webs[0], cookie, {"line": line, "key": key}))["notes"])

    async def ask(self, front_end: str, number: int) -> None:
        """Ask for one picture until that is accepted."""
        ways: dict[str, Callable[[int], Awaitable[None]]] = {
            "page": self._ask_page,
            "rest": self._ask_rest,
            "discord": self._ask_discord,
            "slack": self._ask_slack,
        }
        await ways[front_end](number)

    async def _ask_page(self, number: int) -> None:
        prompt, cookie = prompt_of(number), browsers(self.seed)[number % _PEOPLE]
        body = {"line": f"/imagine {prompt}", "key": f"page-wish-{number:06d}"}

        async def ask_at(web: str) -> bool:
            return not (await self._call(web, cookie, body))["notes"]

        await self._ask_webs("page", number, prompt, ask_at)

    async def _ask_rest(self, number: int) -> None:
        prompt, secret = prompt_of(number), self.keys[browsers(self.seed)[number % _PEOPLE]]
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"rest-wish-{number}"}

        async def ask_at(web: str) -> bool:
            async with self.http.post(f"{web}/api/v1/images", json={"prompt": prompt}, headers=headers) as answer:
                await answer.read()
                return answer.status in {200, 202}

        await self._ask_webs("rest", number, prompt, ask_at)

    async def _ask_webs(self, front_end: str, number: int, prompt: str, ask_at: Callable[[str], Awaitable[bool]]) -> None:
        """Ask one replica after the other, always with the same key: that is one job, however often it is asked for."""
        is_promised = False
        try:
            async with asyncio.timeout(_PATIENCE_S):
                for attempt, web in enumerate(itertools.cycle([*self.webs[number % 2 :], *self.webs[: number % 2]])):
                    leaves_early = attempt == 0 and number % _LEAVES_EARLY == 0
                    try:
                        async with asyncio.timeout(_SHORTEST_ANSWER_S if leaves_early else _LONGEST_ANSWER_S):
                            is_promised = await ask_at(web)
                    except (aiohttp.ClientError, TimeoutError, OSError):
                        pass
                    if is_promised:
                        break
                    await asyncio.sleep(_PAUSE_S)
        except TimeoutError:
            pass
        self.asked.append(Asked(front_end, prompt, is_promised))

    async def _call(self, web: str, cookie: str, body: dict[str, str]) -> Any:
        headers = {"Origin": web, "Cookie": f"easel_visitor={cookie}"}
        async with self.http.post(f"{web}/api/calls", json=body, headers=headers) as answer:
            found = await answer.json()
            return found if answer.status == 200 else {"notes": [found]}

    async def _ask_discord(self, number: int) -> None:
        fake, where = self.surroundings.discord, f"guild{number % GUILDS}-0"

        async def type_command(prompt: str) -> None:
            asked = {"user": f"person{number % _PEOPLE}", "channel": where, "name": "imagine", "options": {"prompt": prompt}}
            interaction = await fake.post("command", **asked)
            await fake.post("wait", interactions=[interaction["id"]], within_s=3.5)

        await self._ask_chat("discord", number, type_command)

    async def _ask_slack(self, number: int) -> None:
        where = f"room{number % 3 + 1}"

        async def type_command(prompt: str) -> None:
            asked = {"user": f"person{number % _PEOPLE}", "channel": where, "name": "/imagine", "text": prompt}
            await self.surroundings.slack.post("command", **asked)

        await self._ask_chat("slack", number, type_command)

    async def _ask_chat(self, front_end: str, number: int, type_command: Callable[[str], Awaitable[None]]) -> None:
        """Type the command, and once more, as another wish, while no job comes of it."""
        for attempt in range(1, 40):
            prompt = prompt_of(number, attempt)
            self.asked.append(Asked(front_end, prompt, is_promised=False))
            # Nobody may be connected, or nothing answered in time; the job may be there all the same.
            with contextlib.suppress(LookupError):
                await type_command(prompt)
            if await self._becomes_a_job(prompt):
                return

    async def _becomes_a_job(self, prompt: str) -> bool:
        try:
            async with asyncio.timeout(_ROW_WITHIN_S):
                while not await self._is_job(prompt):  # noqa: ASYNC110 - another process makes it
                    await asyncio.sleep(_PAUSE_S)
        except TimeoutError:
            return False
        return True

    async def _is_job(self, prompt: str) -> bool:
        try:
            return bool(await self.surroundings.rows(f"SELECT 1 FROM jobs WHERE wish ->> 'prompt' = '{prompt}'"))  # noqa: S608 - ours
        except Exception:  # noqa: BLE001 - the database is being restarted; asyncpg has a dozen ways to say so
            return False


def browsers(seed: int) -> list[str]:
    """Return the cookies of those who visit the page; their keys ask by REST."""
    return [hashlib.sha256(f"{seed} {number}".encode()).hexdigest()[:44] for number in range(_PEOPLE)]


def visitor_id(cookie: str) -> str:
    """Return who somebody with that cookie is to easel."""
    return f"web:{hashlib.sha256(cookie.encode()).hexdigest()[:32]}"


def prompt_of(number: int, attempt: int = 1) -> str:
    """Return words that no other wish has, and that are found again in whatever is made of them."""
    return f"a fox with the number {number:04d}-{attempt:02d}"


def split_among_front_ends(count: int, rng: random.Random) -> list[str]:
    """Return a front end for each wish: as many at each, in an order by chance."""
    front_ends = [FRONT_ENDS[number % len(FRONT_ENDS)] for number in range(count)]
    rng.shuffle(front_ends)
    return front_ends
