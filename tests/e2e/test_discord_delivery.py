"""Asks whether a picture reaches whoever asked for it, whatever became of the token, the message, the channel or the process."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.jobs import JobState
from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import Interaction, Known, Message, Permission
from tests.fakes.openai import FakeOpenAI, Options


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield a fake that takes long enough for something to happen meanwhile."""
    async with FakeOpenAI(Options(delay=1.0)) as fake:
        yield fake


@pytest.fixture
async def stage(openai: FakeOpenAI, tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path, openai={"api_key": "sk-test", "base_url": openai.url}) as stage:
        yield stage


async def being_drawn(stage: DiscordStage, openai: FakeOpenAI, interaction: Interaction) -> Message:
    """Wait until the picture is paid for, and give the message that speaks of it."""
    await interaction.acknowledged()
    message = await interaction.message_when()
    await openai.until(lambda state: len(state.paid) == 1)
    return message


async def a_new_message(stage: DiscordStage, but: Message) -> Message:
    """Wait for a picture in another message of the channel."""

    def found() -> Message | None:
        return next((one for one in stage.channel.messages if one is not but and is_done(one)), None)

    return await stage.discord.changes.until(found, within=15, what="a new message with the picture")


async def a_direct_message(stage: DiscordStage) -> Message:
    """Wait for the picture in Ada's direct messages."""
    return await stage.discord.changes.until(
        lambda: next((one for one in stage.ada.dms if is_done(one)), None), within=15, what="the picture by direct message"
    )


async def finished(stage: DiscordStage) -> None:
    """Wait until the only job is over."""
    async with asyncio.timeout(15):
        while not await _all_final(stage):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.02)


async def _all_final(stage: DiscordStage) -> bool:
    interaction = next(iter(stage.discord.world.interactions.values()))
    job = await stage.base.records.jobs.by_key(f"discord:{interaction.id}")
    return job is not None and job.state.is_final


@pytest.mark.parametrize("code", [Known.UNKNOWN_WEBHOOK, Known.INVALID_TOKEN])
async def test_the_token_dies_and_the_same_message_shows_the_picture(
    stage: DiscordStage, openai: FakeOpenAI, code: Known
) -> None:
    """By the bot's own token."""
    stage.discord.limits.expired_token = code
    interaction = await stage.imagine()
    message = await being_drawn(stage, openai, interaction)
    stage.discord.forward(minutes=16)
    await stage.discord.changes.until(lambda: is_done(message), within=10, what="the picture")
    assert stage.discord.seen.of("PATCH", f"/channels/{stage.channel.id}/messages/*")
    assert len(stage.channel.messages) == 1


async def test_a_deleted_message_is_written_anew(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """Once, and its buttons work."""
    message = await being_drawn(stage, openai, await stage.imagine())
    message.delete()
    new = await a_new_message(stage, message)
    assert stage.channel.messages == [new]
    again = await stage.ada.press(new, "Again")
    await again.message_when(is_done, within=10)


async def test_a_post_whose_answer_was_lost_is_not_posted_twice(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """The nonce tells Discord that it is the same."""
    message = await being_drawn(stage, openai, await stage.imagine())
    message.delete()
    fault = stage.discord.faults.cut("POST", f"/channels/{stage.channel.id}/messages", is_carried_out=True)
    new = await a_new_message(stage, message)
    await finished(stage)
    assert fault.met == 1
    assert stage.channel.messages == [new]


async def test_a_channel_that_is_gone_sends_the_picture_by_direct_message(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """It was paid for."""
    await being_drawn(stage, openai, await stage.imagine())
    stage.channel.delete()
    await a_direct_message(stage)


async def test_lost_permissions_send_the_picture_by_direct_message(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """Where the bot may not speak, the person is told alone."""
    message = await being_drawn(stage, openai, await stage.imagine())
    stage.channel.deny(stage.discord.bot, Permission.SEND_MESSAGES | Permission.VIEW_CHANNEL)
    message.delete()
    await a_direct_message(stage)


async def test_where_the_bot_may_not_write_a_command_still_works(stage: DiscordStage) -> None:
    """The interaction's own token may answer there."""
    stage.channel.deny(stage.discord.bot, Permission.SEND_MESSAGES)
    await stage.picture()


async def test_nowhere_left_to_deliver_leaves_the_picture_in_the_gallery(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """And the job is done, not tried for ever."""
    stage.ada.accepts_dms = False
    await being_drawn(stage, openai, await stage.imagine())
    stage.channel.delete()
    await finished(stage)
    other = stage.guild.add_channel("other")
    shown = await (await stage.ada.type_command(other, "gallery")).message_when()
    assert shown.is_ephemeral
    assert len(shown.files) == 1


async def test_being_sent_away_sends_the_picture_by_direct_message(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """The server is no place for it any more; the token is dead too."""
    await being_drawn(stage, openai, await stage.imagine())
    stage.guild.remove_bot()
    stage.channel.delete()
    await a_direct_message(stage)


async def test_a_person_who_brought_the_bot_along(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """In a server that the bot is not in, with a token that dies: by direct message."""
    stage.ada.has_installed = True
    elsewhere = stage.discord.add_guild("Elsewhere", has_bot=False).add_channel("lobby")
    await being_drawn(stage, openai, await stage.ada.type_command(elsewhere, "imagine", prompt="a fox"))
    stage.discord.forward(minutes=16)
    await a_direct_message(stage)


async def test_a_group_of_people_without_the_bot(stage: DiscordStage) -> None:
    """The token is enough while it lives."""
    stage.ada.has_installed = True
    group = stage.discord.add_group(stage.ada, stage.discord.add_user("grace"))
    interaction = await stage.ada.type_command(group, "imagine", prompt="a fox")
    await interaction.message_when(is_done, within=15)


async def test_direct_messages_with_the_bot(stage: DiscordStage) -> None:
    """A place like any other."""
    interaction = await stage.ada.type_command(stage.ada.dm_channel, "imagine", prompt="a fox")
    await interaction.message_when(is_done, within=15)


async def test_threads(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """A place like any other, with the bot's token too."""
    thread = stage.channel.add_thread("sketches")
    interaction = await stage.ada.type_command(thread, "imagine", prompt="a fox")
    message = await being_drawn(stage, openai, interaction)
    stage.discord.forward(minutes=16)
    await stage.discord.changes.until(lambda: is_done(message), within=10, what="the picture")


async def test_the_same_interaction_twice_is_one_job(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """Platforms deliver things twice; nobody pays for that."""
    interaction = await stage.imagine()
    stage.discord.deliver(interaction)
    await interaction.message_when(is_done, within=15)
    stage.discord.deliver(interaction)
    await finished(stage)
    assert len(openai.paid) == 1
    assert len(stage.channel.messages) == 1


async def test_another_process_finishes_what_one_accepted(openai: FakeOpenAI, tmp_path: Path) -> None:
    """After the first one is gone, and the token with it, in the same message."""
    async with a_stage(
        tmp_path,
        openai={"api_key": "sk-test", "base_url": openai.url},
        worker={"lease": "1s", "slots": {"premium": 2, "guest": 1, "registered": 1}},
    ) as stage:
        channels = [stage.guild.add_channel(f"studio-{number}") for number in range(3)] * 2  # one takes 5 edits in 5 s
        interactions = [
            await stage.ada.type_command(channel, "imagine", prompt=f"fox {number}") for number, channel in enumerate(channels)
        ]
        messages = [await one.message_when() for one in interactions]
        await stage.close()
        stage.discord.forward(minutes=16)
        await stage.open()

        def all_told() -> bool:
            return all("Cancel" not in [button.label for button in message.buttons] for message in messages)

        await stage.discord.changes.until(all_told, within=30, what="every message at its end")
        assert sum(is_done(message) for message in messages) >= 2  # at most four were being drawn when the first one went
        assert len({paid.prompt for paid in openai.paid}) == len(openai.paid)


async def test_a_message_that_takes_no_new_picture_is_replaced(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """Discord once answered 400 to new files in old galleries; then a new message shows them."""
    message = await being_drawn(stage, openai, await stage.imagine())
    stage.discord.faults.fail("PATCH", "/webhooks/*", status=400, times=5)
    new = await a_new_message(stage, message)
    assert stage.channel.messages == [new]


@pytest.mark.parametrize("status", [500, 503])
async def test_a_platform_in_trouble_gets_the_picture_later(stage: DiscordStage, openai: FakeOpenAI, status: int) -> None:
    """Nothing is lost by an error that passes."""
    interaction = await stage.imagine()
    message = await being_drawn(stage, openai, interaction)
    stage.discord.faults.fail("PATCH", "*", status=status, times=2)
    await stage.discord.changes.until(lambda: is_done(message), within=15, what="the picture")


async def test_no_answer_in_time_still_gives_a_picture(stage: DiscordStage) -> None:
    """The wish was accepted; its answer failed (10062), so a message of its own shows it."""
    stage.discord.faults.fail("POST", "/interactions/*", status=404)
    await stage.imagine()
    picture = await stage.channel.message_when(is_done, within=15)
    assert (await stage.job(picture)).state in {JobState.DONE, JobState.KEPT}
    await stage.ada.press(picture, "Delete")
    await stage.channel.message_when(lambda message: "deleted" in message.text, within=10)
    assert [version.text for version in picture.history if "asked by Ada" not in version.text] == []


async def test_a_message_written_anew_says_who_asked_to_its_end(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """It does not stand below the command."""
    message = await being_drawn(stage, openai, await stage.imagine())
    message.delete()
    new = await a_new_message(stage, message)
    await stage.job(new)
    await stage.ada.press(new, "Delete")
    await stage.channel.message_when(lambda message: "deleted" in message.text, within=10)
    assert ["asked by Ada" in version.text for version in new.history] == [True, True]


@pytest.mark.parametrize("minutes", [-20, 20])
async def test_a_clock_that_is_wrong_loses_no_token(stage: DiscordStage, openai: FakeOpenAI, minutes: int) -> None:
    """Where nothing but the token may change the message: its age is measured from when it came, by our own clock."""
    stage.discord.forward(minutes=minutes)
    stage.ada.has_installed = True
    elsewhere = stage.discord.add_guild("Elsewhere", has_bot=False).add_channel("lobby")
    message = await being_drawn(stage, openai, await stage.ada.type_command(elsewhere, "imagine", prompt="a fox"))
    await stage.discord.changes.until(lambda: is_done(message), within=15, what="the picture")
    assert stage.ada.dms == []


async def test_an_answer_whose_id_was_lost_in_a_crash_is_found_by_the_interactions_token(
    stage: DiscordStage, openai: FakeOpenAI
) -> None:
    """The message that is there shows the picture, and there is no second one."""
    message = await being_drawn(stage, openai, await stage.imagine())
    job = await stage.job(message)
    assert job.message is not None
    await stage.base.records.jobs.attach(job.id, job.message.as_unconfirmed())
    await stage.discord.changes.until(lambda: is_done(message), within=10, what="the picture")
    assert stage.discord.seen.of("GET", "/webhooks/*/*/messages/@original")
    assert stage.channel.messages == [message]


async def test_a_picture_of_the_relaxed_lane_comes_into_its_channel(tmp_path: Path) -> None:
    """Hours later, by another process: the token of the command is dead, and the same message shows the picture."""
    async with FakeOpenAI() as fake:
        fake.state.may_draw.clear()
        relaxed = {"kind": "openai-batch", "base_url": fake.url, "api_key": "sk-test"}
        async with a_stage(tmp_path, opened=False, providers={"relaxed": relaxed}) as stage:
            stage.shares_clock = True
            await stage.open()
            interaction = await stage.imagine(lane="relaxed")
            message = await interaction.message_when(lambda one: "within hours" in one.text, within=15)
            await fake.until(lambda state: len(state.batches) == 1)
            await stage.close()
            stage.discord.forward(hours=3)
            fake.state.may_draw.set()
            await stage.open()
            await stage.discord.changes.until(lambda: is_done(message), within=20, what="the picture")
            assert (stage.channel.messages, stage.ada.dms, len(fake.paid)) == ([message], [], 1)
