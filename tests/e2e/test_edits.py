"""Asks, with the real clients, whether a picture is changed by words, changed again, and what people see of that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack.manifest import SCOPES
from bot.domain.jobs import Job
from bot.domain.pictures import PictureId
from tests.e2e import discord_stage, slack_stage
from tests.e2e.discord_stage import DiscordStage
from tests.e2e.slack_stage import SlackStage
from tests.fakes.discord import Intent, Upload
from tests.fakes.discord.wire import PRIVILEGED
from tests.fakes.photos import photo


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with discord_stage.a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield a workspace with the bot in it, which may do what the manifest says."""
    async with slack_stage.a_stage(tmp_path) as stage:
        stage.team.install(SCOPES, value=stage.team.bot_token)
        yield stage


async def came_of(stage: DiscordStage | SlackStage, job: Job) -> PictureId:
    """Return the picture of a job."""
    return (await stage.base.records.pictures.of_job(job.id))[0].id


async def test_a_picture_is_changed_twice_on_discord(discord: DiscordStage) -> None:
    """By the button's form, and by the command, which goes on from what came of it."""
    first = await discord.picture("a fox")
    pressed = await discord.ada.press(first, "Edit")
    assert [one.label for one in (await pressed.modal_shown()).fields] == ["Words"]
    sent = await discord.ada.submit_modal(pressed, {"Words": "make it night"})
    second = await sent.message_when(discord_stage.is_done, within=20)
    assert "changed from" in second.text
    typed = await discord.ada.type_command(discord.channel, "edit", words="and let it snow")
    third = await typed.message_when(discord_stage.is_done, within=20)
    jobs = [await discord.job(message) for message in (first, second, third)]
    assert [job.wish.prompt for job in jobs] == ["a fox", "make it night", "and let it snow"]
    assert [one.parent for job in jobs[1:] for one in job.wish.inputs] == [await came_of(discord, job) for job in jobs[:-1]]
    pressed = await discord.ada.press(third, "Change words")
    sent = await discord.ada.submit_modal(pressed, {"Prompt": "and let it rain"})
    fourth = await discord.job(await sent.message_when(discord_stage.is_done, within=20))
    assert [one.parent for one in fourth.wish.inputs] == [one.parent for one in jobs[-1].wish.inputs]
    before = third.files
    await discord.ada.press(third, "Back")
    await discord.discord.changes.until(lambda: "make it night" in third.text, within=10, what="the picture before")
    assert third.files != before
    await discord.ada.press(third, "Forward")
    await discord.discord.changes.until(lambda: "let it rain" in third.text, within=10, what="the newest after it")
    row = await (await discord.ada.press(third, "History")).message_when(within=10)
    assert (row.is_ephemeral, len(row.files)) == (True, 3)
    assert "in 3 steps" in row.text
    grace = discord.discord.add_user("grace")
    hers = await (await grace.press(third, "Back")).message_when(within=10)
    assert (hers.is_ephemeral, "make it night" in hers.text, "let it rain" in third.text) == (True, True, True)


async def test_a_picture_is_changed_twice_on_slack(slack: SlackStage) -> None:
    """By the button's form, and by the command, which goes on from what came of it."""
    first = await slack.picture("a fox")
    await slack.ada.press(first, "Edit")
    view = await slack.ada.view()
    assert [one.block_id for one in view.inputs] == ["words"]
    await slack.ada.submit(view, {"words": "make it night"})
    second = await slack.done(but={first.ts})
    assert "changed from" in second.shown
    await slack.ada.command(slack.channel, "/easel", "edit and let it snow")
    third = await slack.done(but={first.ts, second.ts})
    jobs = [await slack.job(message) for message in (first, second, third)]
    assert [job.wish.prompt for job in jobs] == ["a fox", "make it night", "and let it snow"]
    assert [one.parent for job in jobs[1:] for one in job.wish.inputs] == [await came_of(slack, job) for job in jobs[:-1]]
    await slack.ada.press(third, "Change words")
    await slack.ada.submit(await slack.ada.view(), {"prompt": "and let it rain"})
    fourth = await slack.done(but={first.ts, second.ts, third.ts})
    assert [one.parent for one in (await slack.job(fourth)).wish.inputs] == [one.parent for one in jobs[-1].wish.inputs]
    await slack.ada.press(third, "Back")
    await slack.slack.until(lambda: "make it night" in third.shown, within=10)
    await slack.ada.press(third, "Forward")
    await slack.slack.until(lambda: "let it rain" in third.shown, within=10)
    await slack.ada.press(third, "History")
    await slack.slack.until(lambda: any("in 3 steps" in one.shown for one in slack.ada.dms), within=10)


async def test_a_picture_is_changed_by_answering_it_on_discord(discord: DiscordStage) -> None:
    """By a reply that calls the bot, with what is attached, and taken back in words; other replies are not for it."""
    first = await discord.picture("a fox")
    await discord.ada.say(discord.channel, "nice hat", reply_to=first, pings=False)
    await discord.ada.say(discord.channel, "so nice! 🔥", reply_to=first)
    said = await discord.ada.say(discord.channel, "make it night", Upload("hat.png", photo("PNG")), reply_to=first)
    second = await discord.channel.message_when(lambda one: one.reference is said and discord_stage.is_done(one), within=20)
    job = await discord.job(second)
    assert [one.parent for one in job.wish.inputs] == [await came_of(discord, await discord.job(first)), None]
    assert (job.wish.prompt, job.author.identity.user) == ("make it night", str(discord.ada.id))
    grace = discord.discord.add_user("grace")
    await grace.say(discord.channel, f"<@{discord.discord.bot.id}> undo that", reply_to=second)
    await discord.discord.changes.until(
        lambda: any("a fox" in one.text for one in grace.dms), within=10, what="the first picture"
    )
    grace.accepts_dms = False
    asked = await grace.say(discord.channel, "undo that", reply_to=second)
    closed = await discord.channel.message_when(lambda one: one.reference is asked, within=10)
    assert "you take no direct messages from me" in closed.text
    await discord.ada.say(discord.channel, "undo that", reply_to=second)
    await discord.discord.changes.until(lambda: "a fox" in second.text, within=10, what="the first picture")
    assert not any(Intent(hello.intents) & PRIVILEGED for hello in discord.discord.seen.hellos)
    assert len([one for one in discord.channel.everything if one.author is discord.discord.bot]) == 3


async def test_a_picture_is_changed_by_answering_it_on_slack(slack: SlackStage) -> None:
    """In its thread, or in the thread of the words for it; each time the newest one there."""
    first = await slack.picture("a fox")
    await slack.ada.mention(slack.channel, "@easel make it night", thread=first)
    second = await slack.done(but={first.ts})
    await slack.ada.mention(slack.channel, "@easel and let it snow", thread=first)
    third = await slack.done(but={first.ts, second.ts})
    jobs = [await slack.job(message) for message in (first, second, third)]
    assert [one.parent for job in jobs[1:] for one in job.wish.inputs] == [await came_of(slack, job) for job in jobs[:-1]]
    assert (second.thread, third.thread) == (first.ts, first.ts)
    await slack.ada.mention(slack.channel, "@easel undo that", thread=first)
    await slack.slack.until(lambda: "make it night" in third.shown, within=10)


async def test_answers_go_on_in_the_thread_of_the_words_on_slack(slack: SlackStage) -> None:
    """Below the words that a picture came of; a command is one there too."""
    await slack.ada.mention(slack.channel, "@easel a fox")
    first = await slack.done()
    root = slack.channel.messages[0]
    await slack.ada.mention(slack.channel, "@easel make it night", thread=root)
    second = await slack.done(but={first.ts})
    job = await slack.job(second)
    assert [one.parent for one in job.wish.inputs] == [await came_of(slack, await slack.job(first))]
    await slack.ada.mention(slack.channel, "@easel imagine an owl", thread=root)
    assert (await slack.job(await slack.done(but={first.ts, second.ts}))).wish.inputs == ()


async def test_pictures_of_anybody_are_begun_with_on_discord(discord: DiscordStage) -> None:
    """From the menu of their message, which tells what is attached; afterwards nobody knows it any more."""
    photo_of_his = await discord.discord.add_user("grace").say(discord.channel, "my cat", Upload("cat.png", photo("PNG")))
    for entry, role in (("Edit this picture", "base"), ("Use as reference", "reference")):
        chosen = await discord.ada.context_menu(photo_of_his, entry)
        sent = await discord.ada.submit_modal(chosen, {"Prompt": "make it night"})
        job = await discord.job(await sent.message_when(discord_stage.is_done, within=20))
        assert [(one.role, one.parent) for one in job.wish.inputs] == [(role, None)]
    words = await discord.ada.say(discord.channel, "no picture")
    answer = await (await discord.ada.context_menu(words, "Use as reference")).message_when(within=10)
    assert "I know of no picture in that message" in answer.text
    ours = await discord.picture("a fox")
    chosen = await discord.ada.context_menu(ours, "Use as reference")
    sent = await discord.ada.submit_modal(chosen, {"Prompt": "a hare"})
    job = await discord.job(await sent.message_when(discord_stage.is_done, within=20))
    assert [one.parent for one in job.wish.inputs] == [await came_of(discord, await discord.job(ours))]


async def test_pictures_of_anybody_are_begun_with_on_slack(slack: SlackStage) -> None:
    """From the menu of their message, fetched with the token of the bot once the form is sent."""
    his = slack.team.add_member("grace")
    photo_of_his = his.say(slack.channel, "my cat", files=[his.upload("cat.png", photo("PNG"))])
    there: set[str] = set()
    for entry, role in (("edit_picture", "base"), ("use_reference", "reference")):
        await slack.ada.message_shortcut(entry, photo_of_his)
        await slack.ada.submit(await slack.ada.view(), {"prompt": "make it night"})
        done = await slack.done(but=there)
        there.add(done.ts)
        assert [(one.role, one.parent) for one in (await slack.job(done)).wish.inputs] == [(role, None)]
    await slack.ada.message_shortcut("use_reference", his.say(slack.channel, "no picture"))
    assert "I know of no picture in that message" in (await slack.ada.ephemeral("", within=10)).text
