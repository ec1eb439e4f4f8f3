"""Asks whether what is to be shown on Slack is shown there, whatever the platform has against it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.errors import BotNotInChannel
from bot.adapters.slack.rate_limits import SlackRateLimits
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.domain.chat import Details, MessageRef, Place, Post, Tone
from bot.domain.people import Identity
from bot.errors import MessageGone, SurfaceFailed
from tests.e2e.slack_surface_stage import (
    DONE,
    ENDED,
    HOSTILE,
    PICTURE,
    WAITING,
    WORKING,
    SlackSurfaceStage,
    a_stage,
    file_of,
    shows_own_files,
)
from tests.fakes.fast_forward_loop import hold_during_requests, run_leaping
from tests.fakes.slack import words
from tests.fakes.slack.clock import LoopClock
from tests.fakes.studio import png


@pytest.fixture
async def stage() -> AsyncIterator[SlackSurfaceStage]:
    """Yield a workspace where files have to be shared in a channel to be shown in it."""
    async with a_stage() as stage:
        yield stage


@pytest.fixture
def open_stage(stage: SlackSurfaceStage) -> SlackSurfaceStage:
    """Return a workspace where the bot may show files that are shared nowhere."""
    shows_own_files(stage.team, stage.slack)
    return stage


def test_two_hundred_updates_never_overrun_slacks_limit() -> None:
    """40 messages with bars and ends, at Slack's own numbers, and every end is shown.

    Slack and we have one clock, which stands still while a call is on its way:
    a slow machine changes nothing.
    """

    async def story() -> None:
        async with a_stage(SlackRateLimits(), has_rates=True, clock=LoopClock()) as stage:
            hold_during_requests(stage.web.session)
            messages = [await stage.posted(key=str(number)) for number in range(40)]

            async def show_all_of_it(message: MessageRef) -> None:
                for share in (0.2, 0.4, 0.6, 0.8):
                    stage.surface.show_progress(message, replace(WORKING, progress=share))
                    await asyncio.sleep(10)
                await stage.surface.update(message, ENDED)

            await asyncio.gather(*(show_all_of_it(message) for message, _ in messages))
            await stage.silence()
            assert (stage.slack.overruns("chat.update"), stage.slack.overruns("chat.postMessage")) == (0, 0)
            assert all("cancelled" in seen for _, seen in messages)
            assert len(stage.slack.calls("chat.update")) > 40

    run_leaping(story)


async def test_a_rate_limit_is_waited_for_as_long_as_slack_says(stage: SlackSurfaceStage) -> None:
    """And what is final is not lost."""
    message, seen = await stage.posted()
    stage.slack.faults.rate_limit("chat.update", retry_after=1)
    await stage.surface.update(message, ENDED)
    refused, taken = stage.slack.calls("chat.update")
    assert taken.started - refused.started >= 1
    assert "cancelled" in seen


async def test_a_rate_limit_of_hours_is_the_pipelines_to_wait_for(stage: SlackSurfaceStage) -> None:
    """It is told how long."""
    message, _ = await stage.posted()
    stage.slack.faults.rate_limit("chat.update", retry_after=3600)
    with pytest.raises(SurfaceFailed) as failure:
        await stage.surface.update(message, ENDED)
    assert failure.value.retry_after is not None
    assert failure.value.retry_after.total_seconds() == 3600


async def test_a_late_progress_does_not_cover_the_end(stage: SlackSurfaceStage) -> None:
    """The end waits for what is on its way."""
    message, seen = await stage.posted()
    held = stage.slack.faults.hold("chat.update", times=1)
    stage.surface.show_progress(message, WORKING)
    await stage.slack.until(lambda: stage.slack.calls("chat.update"), what="the progress")
    ending = asyncio.create_task(stage.surface.update(message, ENDED))
    held.release()
    await ending
    assert "cancelled" in seen


async def test_an_update_whose_answer_was_lost_may_be_said_again(stage: SlackSurfaceStage) -> None:
    """It looks the same."""
    message, seen = await stage.posted()
    stage.slack.faults.cut("chat.update", is_carried_out=True)
    with pytest.raises(SurfaceFailed) as failure:
        await stage.surface.update(message, ENDED)
    assert failure.value.is_temporary
    await stage.surface.update(message, ENDED)
    assert "cancelled" in seen


async def test_a_message_whose_answer_was_lost_is_posted_once(stage: SlackSurfaceStage) -> None:
    """Whoever posts it again finds it as it stands, and changes it."""
    stage.slack.faults.cut("chat.postMessage", is_carried_out=True)
    with pytest.raises(SurfaceFailed):
        await stage.surface.post(stage.place, WAITING, key="k")
    [seen] = stage.top
    found = await stage.surface.post(stage.place, ENDED, key="k")
    assert stage.top == [seen]
    assert "Drawing" in seen
    await stage.surface.update(found, ENDED)
    assert "cancelled" in seen


async def test_another_process_finds_what_was_posted_under_a_key(stage: SlackSurfaceStage) -> None:
    """It leaves it as it is until it has something to say; what was deleted meanwhile is said anew."""
    message, seen = await stage.posted(WORKING)
    async with stage.other_process() as surface:
        assert await surface.post(stage.place, DONE, key="k") == message
        assert stage.top == [seen]
        assert "Drawing" in seen
        await surface.update(message, DONE)
        assert file_of(stage, seen) == png()
        await surface.delete(message)
    async with stage.other_process() as surface:
        assert await surface.post(stage.place, DONE, key="k") != message


async def test_a_channel_without_the_bot(stage: SlackSurfaceStage) -> None:
    """Is gone, as far as we are concerned."""
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    with pytest.raises(BotNotInChannel):
        await stage.surface.post(stage.place_of(private), WAITING, key="k")


async def test_a_public_channel_without_the_bot_gets_words_and_a_hint(stage: SlackSurfaceStage) -> None:
    """Where files must be shared they cannot be; the pictures go by direct message."""
    stage.channel.kick_bot()
    message, seen = await stage.posted()
    with pytest.raises(MessageGone):
        await stage.surface.update(message, DONE)
    assert "once the bot is invited" in seen
    assert seen.buttons == ["Again"]
    with pytest.raises(MessageGone):
        await stage.surface.post(stage.place, DONE, key="again")
    assert stage.channel.messages == [seen]


async def test_an_archived_channel(stage: SlackSurfaceStage) -> None:
    """Nothing can be changed there."""
    message, _ = await stage.posted()
    stage.channel.archive()
    for act in (stage.surface.update(message, DONE), stage.surface.post(stage.place, DONE, key="k2")):
        with pytest.raises(MessageGone):
            await act


async def test_a_deleted_message_is_posted_anew(stage: SlackSurfaceStage) -> None:
    """With the same key, if need be."""
    message, seen = await stage.posted()
    seen.delete()
    with pytest.raises(MessageGone):
        await stage.surface.update(message, DONE)
    _, new = await stage.posted(DONE)
    assert stage.top == [new]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_that_sent_the_bot_away(stage: SlackSurfaceStage, code: str) -> None:
    """Has no place for anything."""
    message, _ = await stage.posted()
    stage.team.deactivate(code)
    with pytest.raises(MessageGone):
        await stage.surface.update(message, ENDED)


async def test_a_direct_message(stage: SlackSurfaceStage) -> None:
    """For one person alone, with pictures."""
    place = await stage.surface.direct(Identity(SLACK, stage.team.id, stage.ada.id))
    await stage.surface.post(place, DONE, key="k")
    assert [len(one.images) for one in stage.ada.dms if one.thread is None] == [1]


async def test_nobody_there_takes_no_direct_message(stage: SlackSurfaceStage) -> None:
    """They may have left."""
    with pytest.raises(MessageGone):
        await stage.surface.direct(Identity(SLACK, stage.team.id, "U0NOBODY"))


async def test_answers_in_a_thread_stay_there(open_stage: SlackSurfaceStage) -> None:
    """Picture and all."""
    parent = open_stage.ada.say(open_stage.channel, "look at this")
    place = replace(open_stage.place, thread=parent.ts)
    message = await open_stage.surface.post(place, WAITING, key="k")
    await open_stage.surface.update(message, DONE)
    assert [one.ts for one in parent.replies] == [message.id]
    assert open_stage.top == [parent]


async def test_an_organisations_token_shows_pictures_in_each_of_its_workspaces(stage: SlackSurfaceStage) -> None:
    """A file belongs to one of them."""
    stage.slack.add_workspace("first", enterprise="E1", is_org_install=True)
    second = stage.slack.add_workspace("second", enterprise="E1", is_org_install=True)
    channel = second.add_channel("art")
    reply_token = SlackReplyToken(stage.slack.clock.now(), "E1")
    message = await stage.surface.answer(Place(SLACK, second.id, channel.id), WAITING, key="k", reply_token=reply_token)
    await stage.surface.update(message, DONE)
    shown = channel.find(message.id)
    assert shown is not None
    assert len(shown.images) == 1
    assert stage.tokens.asked[-1] == ("E1", second.id)
    later = SlackReplyToken.parse((await stage.surface.post(message.place, WAITING, key="later")).reply_token)
    assert later is not None
    assert later.enterprise == "E1"


async def test_a_tickets_organisation_is_asked_for_its_token(stage: SlackSurfaceStage) -> None:
    """An installation may be a whole organisation's."""
    message, _ = await stage.posted()
    reply_token = replace(stage.reply_token(stage.channel), enterprise="E1")
    await stage.surface.update(replace(message, reply_token=str(reply_token)), ENDED)
    assert stage.tokens.asked[0] == ("", stage.team.id)
    assert stage.tokens.asked[-1] == ("E1", stage.team.id)


async def test_a_prompt_calls_nobody_and_links_nowhere(open_stage: SlackSurfaceStage) -> None:
    """Wherever its words are shown, and in the notification."""
    hostile = Post(
        HOSTILE,
        Tone.DONE,
        pictures=(replace(PICTURE, alt=HOSTILE),),
        details=(Details("You asked for", f"{HOSTILE}!"),),
        footer=(HOSTILE,),
    )
    message, seen = await open_stage.posted(replace(hostile, pictures=()))
    for post in (hostile, replace(hostile, tone=Tone.PLAIN)):
        await open_stage.surface.update(message, post)
        assert seen.pings == ()
        assert seen.links == ()
        assert seen.shown.count(HOSTILE) == 3
        assert words.pings(seen.text) == ()
        assert words.links(seen.text) == ()


async def test_nothing_typed_stands_in_an_address(open_stage: SlackSurfaceStage) -> None:
    """Addresses end up in logs."""
    message, _ = await open_stage.posted()
    await open_stage.surface.update(message, replace(DONE, pictures=(replace(PICTURE, alt="secret words"),)))
    typed = [call for call in open_stage.slack.calls() if "secret words" in str(call.args)]
    assert typed
    assert all(call.encoding in {"form", "json"} for call in typed)


async def test_texts_may_be_far_too_long(stage: SlackSurfaceStage) -> None:
    """They are cut, and the message is taken."""
    long = "snow " * 8000
    post = Post(long, Tone.DONE, details=(Details(long, f"1 {long}"), Details(long, f"2 {long}")), footer=(long,))
    message, seen = await stage.posted(post)
    await stage.surface.update(message, replace(post, tone=Tone.FAILED))
    assert "snow" in seen
    assert len(seen.history) == 2
