"""Asks whether buttons, reactions and menus do what they say, for ever, and only for those who may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.images import Shape
from bot.domain.pictures import PictureState
from storage.sql.reports import SqlReports
from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import DiscordPerson, Message, Permission
from tests.fakes.openai import FakeOpenAI, Options


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield a fake that draws at once."""
    async with FakeOpenAI(Options(delay=0.1)) as fake:
        yield fake


@pytest.fixture
async def stage(openai: FakeOpenAI, tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path, openai={"api_key": "sk-test", "base_url": openai.url}) as stage:
        yield stage


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield one where a picture takes longer than any test."""
    async with (
        FakeOpenAI(Options(delay=60)) as fake,
        a_stage(tmp_path, openai={"api_key": "sk-test", "base_url": fake.url}) as stage,
    ):
        yield stage


@pytest.fixture
def grace(stage: DiscordStage) -> DiscordPerson:
    """Return somebody else."""
    return stage.discord.add_user("grace")


async def becomes(stage: DiscordStage, text: str, message: Message) -> None:
    """Wait until a message says something."""
    await stage.discord.changes.until(lambda: text in message.text, within=10, what=f"{text!r} in {message.text!r}")


@pytest.mark.parametrize("label", ["Again", "Vary"])
async def test_drawing_once_more_makes_a_message_of_its_own(stage: DiscordStage, grace: DiscordPerson, label: str) -> None:
    """For anybody: it is their own picture."""
    message = await stage.picture()
    pressed = await grace.press(message, label)
    new = await pressed.message_when(is_done, within=10)
    assert new is not message
    assert is_done(message)
    assert (await stage.job(new)).author.identity.user == str(grace.id)


async def test_changed_words_make_a_picture_of_whoever_changed_them(stage: DiscordStage, grace: DiscordPerson) -> None:
    """From a form with what was asked for; nothing is drawn before it is sent."""
    message = await stage.picture("a fox", shape="wide")
    pressed = await grace.press(message, "Change words")
    sent = await grace.submit_modal(pressed, {"Prompt": "a hare"})
    new = await sent.message_when(is_done, within=10)
    job = await stage.job(new)
    assert new is not message
    assert is_done(message)
    assert (job.wish.prompt, job.wish.shape) == ("a hare", Shape.WIDE)
    assert job.author.identity.user == str(grace.id)


async def test_the_words_of_what_was_cancelled_can_be_changed(slow: DiscordStage) -> None:
    """In its own message, in which the buttons stay for ever."""
    message = await (await slow.imagine("a fox")).message_when()
    await slow.ada.press(message, "Cancel")
    await becomes(slow, "cancelled", message)
    assert [button.label for button in message.buttons] == ["Draw again", "Change words"]
    pressed = await slow.ada.press(message, "Change words")
    assert (await pressed.modal_shown()).fields[0].value == "a fox"
    assert "cancelled" in message.text


async def test_delete_and_undo(stage: DiscordStage) -> None:
    """In the message itself, without another one."""
    message = await stage.picture()
    pressed = await stage.ada.press(message, "Delete")
    await becomes(stage, "deleted", message)
    assert message.files == ()
    await pressed.acknowledged()
    undone = await stage.ada.press(message, "Undo")
    await stage.discord.changes.until(lambda: is_done(message), within=10, what="the picture")
    await undone.acknowledged()
    assert (pressed.follow_ups, undone.follow_ups) == ([], [])


async def test_cancel_stops_the_drawing(slow: DiscordStage) -> None:
    """And the message says so."""
    interaction = await slow.imagine()
    message = await interaction.message_when()
    pressed = await slow.ada.press(message, "Cancel")
    await becomes(slow, "cancelled", message)
    await pressed.acknowledged()


@pytest.mark.parametrize("is_moderator", [False, True])
async def test_delete_is_for_the_owner_and_for_moderators(stage: DiscordStage, grace: DiscordPerson, is_moderator: bool) -> None:
    """Others are told in private that it is not theirs."""
    if is_moderator:
        stage.guild.grant(grace, Permission.MANAGE_MESSAGES)
    message = await stage.picture()
    pressed = await grace.press(message, "Delete")
    if is_moderator:
        await becomes(stage, "deleted", message)
        return
    whisper = await pressed.message_when()
    assert whisper.is_ephemeral
    assert "Only the person who asked for this picture" in whisper.text
    assert is_done(message)


async def test_a_button_whose_job_is_gone_says_so(stage: DiscordStage) -> None:
    """In private."""
    message = await stage.picture()
    whisper = await stage.ada.forge_press(message, "again:gone").message_when()
    assert whisper.is_ephemeral
    assert "not known here any more" in whisper.text


@pytest.mark.parametrize("action", ["fly:job1", "again:../../etc", "imagine", "again:" + "x" * 90])
async def test_a_button_that_never_was_is_answered(stage: DiscordStage, action: str) -> None:
    """With a sentence, in private."""
    message = await stage.picture()
    whisper = await stage.ada.forge_press(message, action).message_when()
    assert whisper.is_ephemeral


async def test_a_button_taken_off_just_before_it_was_pressed(stage: DiscordStage) -> None:
    """The cancel of what is done already: a sentence, not an error of the platform's."""
    message = await stage.picture()
    job = await stage.job(message)
    whisper = await stage.ada.forge_press(message, f"cancel:{job.id}").message_when()
    assert "nothing to cancel" in whisper.text


async def test_buttons_outlive_the_process(stage: DiscordStage) -> None:
    """And the token, and a day."""
    message = await stage.picture()
    await stage.close()
    stage.discord.forward(days=1)
    await stage.open()
    new = await (await stage.ada.press(message, "Again")).message_when(is_done, within=10)
    assert new is not message
    await stage.ada.press(message, "Delete")
    await becomes(stage, "deleted", message)


@pytest.mark.parametrize("emoji", ["✉️", "✉"])
async def test_an_envelope_sends_the_picture(stage: DiscordStage, grace: DiscordPerson, emoji: str) -> None:
    """To whoever reacted, and again to nobody."""
    message = await stage.picture()
    await grace.react(message, emoji)
    await stage.discord.changes.until(lambda: grace.dms and grace.dms[0].files, within=10, what="the picture by direct message")
    assert [len(one.files) for one in grace.dms] == [1]
    assert stage.ada.dms == []


async def test_a_cross_by_the_owner_deletes(stage: DiscordStage) -> None:
    """What is drawn."""
    message = await stage.picture()
    await stage.ada.react(message, "❌")
    await becomes(stage, "deleted", message)


async def test_a_cross_by_the_owner_cancels(slow: DiscordStage) -> None:
    """What runs."""
    message = await (await slow.imagine()).message_when()
    await slow.job(message)
    await slow.ada.react(message, "❌")
    await becomes(slow, "cancelled", message)


async def test_a_cross_by_a_moderator_deletes(stage: DiscordStage, grace: DiscordPerson) -> None:
    """Whoever may manage messages here looks after the place."""
    stage.guild.grant(grace, Permission.MANAGE_MESSAGES)
    message = await stage.picture()
    await grace.react(message, "❌")
    await becomes(stage, "deleted", message)


async def test_a_cross_by_anybody_else_does_nothing(stage: DiscordStage, grace: DiscordPerson) -> None:
    """They are told why, alone."""
    message = await stage.picture()
    await grace.react(message, "❌")
    await stage.read_in_private(grace, "Only the person who asked for this picture")
    assert is_done(message)


async def test_a_flag_reports(stage: DiscordStage, grace: DiscordPerson) -> None:
    """Written down with who it was, and thanked for in private."""
    message = await stage.picture()
    await grace.react(message, "🚩")
    await stage.read_in_private(grace, "the moderators are told")
    [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
    assert len(await SqlReports(stage.base.database, stage.base.clock).of(picture.id)) == 1
    assert picture.state is PictureState.VISIBLE
    assert len(stage.channel.messages) == 1


async def test_the_menu_of_a_message_reports(stage: DiscordStage, grace: DiscordPerson) -> None:
    """Without opening anything to others."""
    message = await stage.picture()
    whisper = await (await grace.context_menu(message, "Report picture")).message_when()
    assert whisper.is_ephemeral
    assert "the moderators are told" in whisper.text


async def test_the_menu_of_somebody_elses_message(stage: DiscordStage) -> None:
    """There is nothing of ours in it."""
    message = await stage.ada.say(stage.channel, "hello")
    whisper = await (await stage.ada.context_menu(message, "Report picture")).message_when()
    assert whisper.is_ephemeral
    assert "no picture in that message" in whisper.text


async def test_other_reactions_and_other_messages_are_left_alone(stage: DiscordStage) -> None:
    """A heart is a heart."""
    message, hello = await stage.picture(), await stage.ada.say(stage.channel, "hello")
    await stage.ada.react(message, "❤️")
    await stage.ada.react(message, "⭐")
    await stage.ada.react(hello, "❌")
    await stage.ada.react(message, "🚩")
    await stage.read_in_private(stage.ada, "is your own")
    assert len(stage.ada.dms) == 1
    assert is_done(message)


async def test_no_more_intents_than_needed_are_asked_for(stage: DiscordStage) -> None:
    """Servers, answers and reactions there, and what is written to us alone; the words of other messages do not come."""
    assert {hello.intents for hello in stage.discord.seen.hellos} == {1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13}
