"""Asks whether a limit is never overrun: not by one account on two platforms, and not over three processes."""

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path

from bot.adapters.slack.manifest import IMAGINE
from tests.e2e.quota_hands import OnDiscord, OnSlack
from tests.e2e.quota_setup import a_setup
from tests.e2e.serving import ServedVisitor, Serving
from tests.e2e.test_crashes import assert_books_add_up
from tests.fakes.openai import FakeOpenAI

LIMIT, EACH = 3, 25
ROOMY = {"EASEL_BURSTS__WISHES": "1000", "EASEL_BURSTS__QUEUED": "1000"}
REFUSAL = re.compile(
    r"You have no pictures left today\. More at 00:00 \S+; nothing was counted\.( With /register you have 20 pictures a day\.)?"
)


async def linked(one: OnDiscord, other: OnSlack) -> None:
    """Carry a code from one platform to the other."""
    offer = await one.says("link")
    assert offer.is_private
    code = re.findall(r"easel-\w{4}-\w{4}", offer.text)[0]
    assert "Your accounts on Discord and Slack are one now" in (await other.says(f"link {code}")).text
    assert "That code does not work" in (await other.says(f"link {code}")).text


async def test_one_person_on_two_platforms_has_one_quota(tmp_path: Path) -> None:
    """Fifty wishes at once, half from each side, give exactly as many pictures as an admin allows; refusals are private."""
    async with a_setup(tmp_path, {**ROOMY, "EASEL_QUOTAS__TIERS__GUEST": "20"}) as setup:
        guild = setup.server()
        ada, twin, admin = setup.on_discord(guild), setup.on_slack(), setup.on_discord(guild, is_admin=True)
        await linked(ada, twin)
        answer = await admin.says("quota set", pictures=str(LIMIT), person=ada.mention)
        assert f"is now {LIMIT} pictures a day; it was 20 pictures a day, as their tier has." in answer.text
        there = len(twin.member.ephemerals())
        async with asyncio.TaskGroup() as group:
            wishes = [group.create_task(ada.wishes(f"fox {number}")) for number in range(EACH)]
            for number in range(EACH):
                group.create_task(twin.member.command(twin.channel, IMAGINE, f"hen {number}"))
        refused = [one.text for one in (wish.result() for wish in wishes) if one.is_private]
        await setup.slack.until(
            lambda: len(refused) + len(twin.member.ephemerals()) - there == 2 * EACH - LIMIT, within=20, what="all refusals"
        )
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", LIMIT)
        refused_there = [one.shown for one in twin.member.ephemerals()[there:]]
        assert all(map(REFUSAL.fullmatch, [*refused, *refused_there]))
        answers = [one for one in twin.channel.messages if one.thread is None]  # this Slack wants files shared, in threads
        assert len(answers) == EACH - len(refused_there)
        assert len(setup.openai.paid) == LIMIT
        assert_books_add_up(setup.serving)
        said, said_there = await ada.says("quota show"), await twin.says("quota show")
        assert said.text.startswith(f"You have 0 of {LIMIT} pictures left today.\nUsed: {LIMIT}.")
        assert said_there.text.replace("/easel ", "/") == said.text


async def test_three_processes_keep_one_limit(tmp_path: Path) -> None:
    """Fifty wishes of one visitor at once, dealt out to three houses with one folder, give exactly three pictures."""
    async with AsyncExitStack() as stack:
        openai = await stack.enter_async_context(FakeOpenAI())
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "EASEL_QUOTAS__TIERS__REGISTERED": str(LIMIT),
            **ROOMY,
        }
        houses = [Serving(tmp_path, environ) for _ in range(3)]
        first, *others = await asyncio.gather(*(stack.enter_async_context(house) for house in houses))
        visitor = await stack.enter_async_context(ServedVisitor(first.url))
        await visitor.types("/quota show")
        front_ends = [visitor, *[await stack.enter_async_context(visitor.at(other.url)) for other in others]]
        replies = await asyncio.gather(*(front_ends[number % 3].types(f"/imagine a fox {number}") for number in range(2 * EACH)))
        accepted = [one for one in replies if one["answered"]]
        refused = [note["text"] for one in replies if not one["answered"] for note in one["notes"]]
        assert (len(accepted), len(refused)) == (LIMIT, 2 * EACH - LIMIT)
        assert all(map(REFUSAL.fullmatch, refused))
        await first.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", LIMIT)
        assert len(openai.paid) == LIMIT
        assert_books_add_up(first)
        assert {(await front_end.types("/quota show"))["notes"][0]["text"].splitlines()[0] for front_end in front_ends} == {
            f"You have 0 of {LIMIT} pictures left today."
        }
