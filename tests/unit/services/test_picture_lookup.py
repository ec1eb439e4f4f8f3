"""Asks whether pictures are found by every link that people can copy."""

import pytest

from bot.adapters.discord import DISCORD
from bot.adapters.discord import message_links as discord_links
from bot.adapters.slack import SLACK
from bot.adapters.slack import message_links as slack_links
from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import JobId
from bot.domain.people import Platform
from bot.domain.pictures import PictureId
from bot.errors import BadInput
from bot.services.picture_lookup import PictureLookup
from tests.fakes.bench import Bench

LINKS = {DISCORD: discord_links.parse_message_link, SLACK: slack_links.parse_message_link}


@pytest.fixture
def bench() -> Bench:
    """Set up a house."""
    return Bench()


@pytest.fixture
def lookup(bench: Bench) -> PictureLookup:
    """Return what looks pictures up."""
    return PictureLookup(bench.jobs, bench.pictures, bench.sent_messages, LINKS)


@pytest.mark.parametrize(
    ("platform", "channel", "message", "link"),
    [
        (DISCORD, "222", "333", "https://discord.com/channels/111/222/333"),
        (DISCORD, "222", "333", "look: <https://ptb.discord.com/channels/@me/222/333>"),
        (DISCORD, "222", "333", "https://discordapp.com/channels/111/222/333"),
        (SLACK, "C1", "1700000000.000100", "https://acme.slack.com/archives/C1/p1700000000000100"),
        (SLACK, "C1", "1700000000.000100", "<https://acme.slack.com/archives/C1/p1700000000000100?thread_ts=1&cid=C1|link>"),
    ],
)
async def test_links_of_messages_are_those_of_their_pictures(
    bench: Bench, lookup: PictureLookup, platform: Platform, channel: str, message: str, link: str
) -> None:
    """As each platform's clients copy them."""
    job = await bench.draw(count=2)
    await bench.jobs.attach(job.id, MessageRef(Place(platform, "111", channel), message))
    found = await lookup.find(link)
    assert (found.id, found.job.id, len(found.pictures)) == (job.id, job.id, 2)


async def test_a_copy_that_was_sent_shows_its_job_unless_it_shows_several(bench: Bench, lookup: PictureLookup) -> None:
    """Then nobody knows which one is meant."""
    fox, elk = await bench.draw(key="fox"), await bench.draw("an elk", key="elk")
    copy = MessageRef(Place(DISCORD, "", "444"), "555")
    assert await lookup.job_of_message(DISCORD, "444", "555") is None
    await bench.sent_messages.add(fox.id, copy)
    assert await lookup.job_of_message(DISCORD, "444", "555") == bench.job(fox)
    await bench.sent_messages.add(elk.id, copy)
    assert await lookup.job_of_message(DISCORD, "444", "555") is None


async def test_what_is_not_known_is_said(lookup: PictureLookup) -> None:
    """A message of somebody else's, and a picture that never was."""
    for link in ("https://discord.com/channels/1/2/3", "https://easel.example/p/nothing.png", "nothing", ""):
        with pytest.raises(BadInput):
            await lookup.find(link)
    assert await lookup.job_of_picture(PictureId("nothing")) is None
    assert await lookup.job_of_message(DISCORD, "1", JobId("2")) is None
