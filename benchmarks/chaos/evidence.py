"""Gathers what a run is judged by, each thing where people, OpenAI, the database and the bucket have it."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import aiohttp

from benchmarks.chaos.books import Tables
from benchmarks.chaos.judge import Evidence, Outcome, Sight, mark_in
from benchmarks.chaos.people import Asked, Users
from benchmarks.chaos.surroundings import BUCKET, Surroundings
from tests.fakes.s3 import keys_in

_JOBS = "SELECT id, wish ->> 'prompt' AS prompt, state, told_at, words_microusd FROM jobs"
_TABLES = ("drawings", "pictures", "holds", "usage", "spending", "credit_balances", "credit_entries")
_KEY = re.compile(r"<Key>house/([^<]+)</Key>")
_TONES = {"done": Outcome.DELIVERED, "failed": Outcome.NOTIFIED, "refused": Outcome.NOTIFIED}
_STATES = {"done": Outcome.DELIVERED, "failed": Outcome.NOTIFIED, "refused": Outcome.NOTIFIED, "cancelled": Outcome.NOTIFIED}


async def look_at_front_ends(users: Users) -> list[Sight]:
    """Return what people see on the page, by REST, on Discord and on Slack."""
    front_ends = {mark_in(asked.prompt): asked.front_end for asked in users.asked}
    seen = [sight async for sight in _sights(users)]
    return [sight for sight in seen if front_ends.get(sight.mark) == sight.front_end]


async def gather_evidence(surroundings: Surroundings, asked: Iterable[Asked], sights: Sequence[Sight]) -> Evidence:
    """Read the books, the bucket, and what was paid."""
    paid = (await surroundings.openai.get("seen"))["paid"]
    tables = {name: await surroundings.rows(f"SELECT * FROM {name}") for name in _TABLES}  # noqa: S608 - names of ours
    return Evidence(
        promised=frozenset(mark_in(one.prompt) for one in asked if one.is_promised),
        sights=tuple(sights),
        paid=tuple(call["prompt"] for call in paid),
        tables=Tables(jobs=await surroundings.rows(_JOBS), **tables),
        objects=frozenset(_KEY.findall(await keys_in(surroundings.s3_url, BUCKET))),
    )


async def _sights(users: Users) -> AsyncIterator[Sight]:
    async for sight in _on_page(users):
        yield sight
    for secret in users.keys.values():
        async for sight in _by_rest(users, secret):
            yield sight
    world = await users.surroundings.discord.get("world")
    for channel in world["channels"].values():
        for message in (await users.surroundings.discord.get("messages", channel=channel))["messages"]:
            if not message["is_deleted"] and not message["is_ephemeral"]:
                yield Sight("discord", mark_in(message["text"]), _outcome(message["buttons"], message["files"]))
    for message in (await users.surroundings.slack.get("messages"))["messages"]:
        if message["is_deleted"] or message["only_for"]:
            continue
        if message["thread"] and message["files"]:
            yield Sight("slack", mark_in(message["shown"]), Outcome.DELIVERED, is_file=True)
        else:
            yield Sight("slack", mark_in(message["shown"]), _outcome(message["buttons"], message["alts"]))


def _outcome(buttons: Sequence[str], pictures: Sequence[object]) -> Outcome:
    if "Again" in buttons and pictures:
        return Outcome.DELIVERED
    return Outcome.NOTIFIED if "Change words" in buttons else Outcome.WORKING


async def _on_page(users: Users) -> AsyncIterator[Sight]:
    before, has_more = "", True
    while has_more:
        async with users.http.get(f"{users.webs[0]}/api/messages", params={"before": before} if before else {}) as answer:
            page = await answer.json()
        has_more = page["has_more"]
        before = page["messages"][0]["id"] if page["messages"] else ""
        for message in page["messages"]:
            post = message["post"]
            if post is None:
                continue
            links = [picture["link"] for picture in post["pictures"]]
            outcome = _TONES.get(post["tone"], Outcome.WORKING)
            yield Sight("page", mark_in(post["text"]), await _checked(users.http, outcome, links, users.webs[0]))


async def _by_rest(users: Users, secret: str) -> AsyncIterator[Sight]:
    before: str | None = ""
    while before is not None:
        params = {"limit": "50", **({"before": before} if before else {})}
        headers = {"Authorization": f"Bearer {secret}"}
        async with users.http.get(f"{users.webs[-1]}/api/v1/jobs", params=params, headers=headers) as answer:
            page = await answer.json()
        before = page["next"]
        for job in page["jobs"]:
            links = [picture["url"] for picture in job["pictures"]]
            outcome = _STATES.get(job["state"], Outcome.WORKING)
            yield Sight("rest", mark_in(job["prompt"]), await _checked(users.http, outcome, links, users.webs[-1]))


async def _checked(http: aiohttp.ClientSession, outcome: Outcome, links: Sequence[str], web: str) -> Outcome:
    """Return it, unless pictures are said to be there that cannot be opened: those were not delivered."""
    if outcome is not Outcome.DELIVERED:
        return outcome
    opened = [await _can_be_opened(http, link if "://" in link else f"{web}/{link.lstrip('/')}") for link in links]
    return outcome if opened and all(opened) else Outcome.UNREADABLE


async def _can_be_opened(http: aiohttp.ClientSession, link: str) -> bool:
    async with http.get(link) as answer:
        content: Any = await answer.read()
        return answer.status == 200 and len(content) > 0
