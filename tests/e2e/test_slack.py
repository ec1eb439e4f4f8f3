"""Asks the whole house on Slack, over Socket Mode: commands, forms, threads, shortcuts, reactions, and the Home tab."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.slack_stage import SlackStage, a_stage, is_done
from tests.fakes.openai import FakeOpenAI
from tests.fakes.slack import Limits


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield an open house that paints offline, on a Slack that takes files at once."""
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as made:
        yield made


async def test_a_picture_from_the_first_word_to_the_last(stage: SlackStage) -> None:
    """Acknowledged at once, one message that changes, a picture with alt text, the label and buttons."""
    sent = await stage.imagine("a fox in the snow --shape wide")
    assert sent.ack_ms is not None
    message = await stage.done()
    assert [one.ts for one in stage.channel.messages if one.thread is None] == [message.ts]
    assert "fox" in message.alts[0]
    assert "offline" in message.shown
    assert {"Again", "Vary", "Delete"} <= set(message.buttons)
    job = await stage.job(message)
    assert str(job.wish.shape) == "wide"
    assert (job.place.tenant, job.author.name) == (stage.team.id, "ada")


async def test_without_words_a_form_opens_with_everything(stage: SlackStage) -> None:
    """What it gives back is the command; it closes, and the picture comes to the channel."""
    await stage.imagine("")
    view = await stage.ada.view()
    assert {"prompt", "shape", "quality", "count", "size", "rewriting"} <= {one.block_id for one in view.inputs}
    sent = await stage.ada.submit(view, {"prompt": "a heron", "shape": "tall", "count": "2"})
    assert sent.errors == {}
    message = await stage.done()
    assert not view.is_open
    job = await stage.job(message)
    assert (job.wish.prompt, str(job.wish.shape), job.wish.count) == ("a heron", "tall", 2)


async def test_what_cannot_be_taken_is_said_below_its_field(stage: SlackStage) -> None:
    """And the form stays open."""
    await stage.imagine("")
    view = await stage.ada.view()
    sent = await stage.ada.submit(view, {"prompt": "a heron", "size": "enormous"})
    assert set(sent.errors) == {"size"}
    assert "width x height" in sent.errors["size"]
    assert view.is_open
    await stage.ada.submit(view, {"prompt": "a heron", "size": "1536x1024"})
    assert "heron" in await stage.done()


async def test_words_are_changed_in_a_form(stage: SlackStage) -> None:
    """It holds the words that were drawn, and what is sent is a picture of one's own."""
    message = await stage.picture("a fox in the snow --shape wide")
    eve = stage.team.add_member("eve")
    await eve.press(message, "Change words")
    view = await eve.view()
    assert {one.block_id: one.initial for one in view.inputs}["prompt"] == "a fox in the snow"
    await eve.submit(view, {"prompt": "an owl in the snow"})
    owl = await stage.channel.message_when(lambda one: is_done(one) and "owl" in one, within=20)
    assert (await stage.job(owl)).author.name == "eve"


async def test_typing_mistakes_are_whispered(stage: SlackStage) -> None:
    """With what exists, to that person alone."""
    await stage.imagine("a fox --shpae wide")
    whisper = await stage.ada.ephemeral("--shpae")
    assert "--shape" in whisper
    assert stage.channel.messages == []


@pytest.mark.parametrize(("name", "text", "said"), [("/imagine", "help", "/easel gallery"), ("/easel", "", "/imagine")])
async def test_help_is_whispered(stage: SlackStage, name: str, text: str, said: str) -> None:
    """Also where somebody types the second command alone."""
    await stage.ada.command(stage.channel, name, text)
    assert said in await stage.ada.ephemeral("what you can ask for")


async def test_other_commands_go_through_the_second_one(stage: SlackStage) -> None:
    """`/easel gallery`, and what there is not."""
    await stage.ada.command(stage.channel, "/easel", "gallery")
    await stage.ada.ephemeral("no pictures yet")
    await stage.ada.command(stage.channel, "/easel", "galery")
    assert "Did you mean gallery?" in await stage.ada.ephemeral("There is no /galery")


async def test_a_mention_in_a_thread_is_answered_in_that_thread(stage: SlackStage) -> None:
    """Where slash commands do not exist."""
    root = stage.ada.say(stage.channel, "what shall we draw?")
    sent = await stage.ada.mention(stage.channel, "@easel a fox & a hen", thread=root)
    message = await stage.done()
    assert message.thread == root.ts
    assert (await stage.job(message)).wish.prompt == "a fox & a hen"
    await asyncio.gather(stage.slack.repeat(sent))
    assert len(await stage.jobs()) == 1


async def test_a_mention_in_a_channel_may_be_a_command(stage: SlackStage) -> None:
    """Then it is answered as one, in private."""
    await stage.ada.mention(stage.channel, "@easel help")
    await stage.ada.ephemeral("what you can ask for")


async def test_the_shortcut_that_is_everywhere_asks_where(stage: SlackStage) -> None:
    """A form with a channel."""
    await stage.ada.global_shortcut("make_picture")
    view = await stage.ada.view()
    await stage.ada.submit(view, {"where": stage.channel.id, "prompt": "a lighthouse"})
    assert "lighthouse" in await stage.done()


async def test_a_picture_can_be_reported_from_its_menu(stage: SlackStage) -> None:
    """In private; a message of somebody else's is none of ours."""
    message = await stage.picture()
    eve = stage.team.add_member("eve")
    await eve.message_shortcut("report_picture", message)
    await eve.ephemeral("the moderators are told")
    await eve.message_shortcut("report_picture", eve.say(stage.channel, "hello"))
    await eve.ephemeral("no picture in that message")


async def test_reactions_do_what_they_show(stage: SlackStage) -> None:
    """A letter sends it, a flag reports it, a cross deletes it."""
    message = await stage.picture()
    eve = stage.team.add_member("eve")
    eve.say(stage.channel, "how nice")
    await eve.react(message, "email")
    await eve.dm.message_when(lambda one: bool(one.alts), within=10)
    await eve.react(message, "triangular_flag_on_post")
    await eve.ephemeral("the moderators are told")
    await eve.react(message, "x")
    await eve.ephemeral("or a moderator")
    await stage.ada.react(message, "x")
    await message.when(lambda one: "Undo" in one.buttons)


async def test_reactions_below_others_messages_mean_nothing(stage: SlackStage) -> None:
    """However many there are."""
    said = stage.ada.say(stage.channel, "look")
    await stage.ada.react(said, "triangular_flag_on_post")
    await stage.ada.command(stage.channel, "/easel", "help")
    await stage.ada.ephemeral("what you can ask for")
    assert len(stage.ada.ephemerals()) == 1


async def test_buttons_belong_to_whoever_asked(stage: SlackStage) -> None:
    """Anybody may draw it again; only the owner and admins of the workspace delete it."""
    message = await stage.picture()
    eve, boss = stage.team.add_member("eve"), stage.team.add_member("boss", is_admin=True)
    await eve.press(message, "Delete")
    await eve.ephemeral("or a moderator")
    await eve.press(message, "Again")
    await stage.done(but={message.ts})
    await boss.press(message, "Delete")
    await message.when(lambda one: "Undo" in one.buttons)


async def test_a_repeated_command_or_button_is_one_job(stage: SlackStage) -> None:
    """Delivered again, also to a process that was started since."""
    sent = await stage.imagine()
    message = await stage.done()
    await stage.slack.repeat(sent)
    await stage.close()
    await stage.open()
    await stage.slack.repeat(sent)
    pressed = await stage.ada.press(message, "Again")
    await stage.done(but={message.ts})
    await stage.slack.repeat(pressed)
    await stage.ada.command(stage.channel, "/easel", "gallery")
    assert len(await stage.jobs()) == 2


async def test_a_channel_without_the_bot_is_answered_by_the_calls_own_address(stage: SlackStage) -> None:
    """Where no file can be shown in that way, the picture comes by direct message."""
    stage.slack.limits.files_must_be_shared = True
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    await stage.imagine("a fox", private)
    await private.message_when(lambda one: "fox" in one)
    await stage.ada.dm.message_when(is_done, within=20)


async def test_auth_test_is_not_asked_for_every_payload(stage: SlackStage) -> None:
    """Once, for who we are."""
    await stage.picture()
    await stage.picture("a hen")
    await stage.ada.command(stage.channel, "/easel", "help")
    await stage.ada.ephemeral("what you can ask for")
    assert len(stage.slack.calls("auth.test")) <= 1
    assert len(stage.slack.calls("users.info")) == 1


async def test_the_home_tab_says_what_is_left_and_opens_the_form(stage: SlackStage) -> None:
    """With recent pictures; its button asks where to show the new one."""
    await stage.picture("a fox in the snow")
    home = await stage.ada.open_home()
    assert "199 of 200 pictures left today" in home.shown
    assert "fox" in home.shown
    await stage.ada.press(home, "Make a picture")
    view = await stage.ada.view()
    await stage.ada.submit(view, {"where": stage.channel.id, "prompt": "a second fox"})
    await stage.channel.message_when(lambda one: is_done(one) and "second" in one, within=20)


async def test_it_is_too_late_for_a_form(stage: SlackStage) -> None:
    """Slack gives us three seconds; after them it is said what is missing."""
    stage.slack.faults.fail("views.open", "expired_trigger_id")
    await stage.imagine("")
    assert "needs prompt" in await stage.ada.ephemeral("/imagine")


async def test_people_are_served_while_nobody_can_be_asked_who_they_are(stage: SlackStage) -> None:
    """They are nobody special for so long."""
    stage.slack.faults.fail("users.info", "ratelimited", times=3)
    assert "fox" in await stage.picture("a fox")


async def test_a_form_cannot_be_opened_by_a_mention(stage: SlackStage) -> None:
    """It says what is missing instead."""
    await stage.ada.mention(stage.channel, "@easel imagine")
    assert "needs prompt" in await stage.ada.ephemeral("/imagine")


async def test_words_are_shown_and_never_obeyed(stage: SlackStage) -> None:
    """Nobody is called, and nothing can be clicked."""
    message = await stage.picture("wake <!channel> and <@U123> at <https://evil.example|this> *now*")
    assert (message.pings, message.links) == ((), ())
    assert "<!channel>" in message.shown


async def test_a_broken_connection_is_made_again(stage: SlackStage) -> None:
    """Cut, told to move on, and while Slack gives no address."""
    opened = stage.slack.sockets.opened
    await stage.slack.sockets.drop()
    await stage.slack.until(lambda: stage.slack.sockets.opened > opened and stage.slack.sockets.connections, within=15)
    await stage.slack.sockets.recycle()
    await stage.slack.until(lambda: stage.slack.sockets.opened > opened + 1 and stage.slack.sockets.connections, within=15)
    assert "hen" in await stage.picture("a hen")


async def test_what_arrives_at_the_end_is_dealt_with_first(stage: SlackStage) -> None:
    """The house answers what it acknowledged, and acknowledges nothing more.

    It is at work on the picture when it closes: one that nobody had begun
    would be taken up a lease after it was accepted.
    """
    await stage.imagine("a fox")
    message = await stage.channel.message_when(lambda one: "fox" in one)
    job = await stage.job(message)
    await stage.begun(job)
    await stage.close()
    await stage.open()
    await message.when(lambda one: is_done(one) or "Draw again" in one.buttons, within=20)
    assert [one.id for one in await stage.jobs()] == [job.id]


@pytest.mark.parametrize("text", ["a fox in the snow", "imagine a fox", "@easel a fox"])
async def test_direct_messages_are_answered(stage: SlackStage, text: str) -> None:
    """They are for us without our name; Slack sends no `app_mention` there."""
    received = await stage.ada.write(text)
    await stage.done(stage.ada.dm)
    assert (received.type, received.is_acked) == ("message", True)


@pytest.mark.parametrize("text", ["help", "quota show", "/gallery list"])
async def test_a_direct_message_may_be_a_command(stage: SlackStage, text: str) -> None:
    """Told where it was asked."""
    await stage.ada.write(text)
    await stage.slack.until(lambda: stage.ada.ephemerals() or stage.ada.dms[1:], within=10, what="help")


async def test_our_own_direct_messages_and_changes_of_others_are_none(stage: SlackStage) -> None:
    """Else easel would talk to itself."""
    picture_asked = await stage.ada.write("a fox in the snow")
    await stage.done(stage.ada.dm)
    for more in ({"bot_id": "B1"}, {"subtype": "message_changed", "user": None}, {"channel_type": "channel"}):
        event = {**picture_asked.payload["event"], "ts": f"9{len(more)}.0", **more}
        stage.slack.app.events = None
        await stage.slack.world.deliveries.tell(stage.team, event).tried()
    await stage.picture()
    assert len([one for one in stage.ada.dms if "fox" in one.shown and one.author.is_bot]) == 1


async def test_a_picture_of_the_relaxed_lane_comes_into_its_channel(tmp_path: Path) -> None:
    """Hours later, by another process: the command may not be answered any more, and the same message shows the picture."""
    async with FakeOpenAI() as fake:
        fake.state.may_draw.clear()
        relaxed = {"kind": "openai-batch", "base_url": fake.url, "api_key": "sk-test"}
        limits = Limits(files_must_be_shared=False)
        async with a_stage(tmp_path, limits=limits, opened=False, providers={"relaxed": relaxed}) as stage:
            stage.shares_clock = True
            await stage.open()
            await stage.imagine("a fox in the snow --lane relaxed")
            message = await stage.channel.message_when(lambda one: "within hours" in one.shown, within=15)
            await fake.until(lambda state: len(state.batches) == 1)
            await stage.close()
            stage.slack.forward(hours=3)
            fake.state.may_draw.set()
            await stage.open()
            assert await stage.done() is message
            assert (len(stage.channel.messages), len(fake.paid)) == (1, 1)
