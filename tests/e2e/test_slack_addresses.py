"""Asks whether a call is answered where the bot is no member, by the address that came with it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.slack.errors import SlackMessageRejected
from bot.adapters.slack.reply_token import SlackReplyToken
from bot.adapters.slack.surface import SlackSurface
from bot.app.system import RandomIds
from bot.domain.chat import Post
from bot.errors import MessageGone, SurfaceFailed
from tests.e2e.slack_surface_stage import DONE, ENDED, PICTURE, WAITING, WORKING, SlackSurfaceStage, a_stage, link_preview
from tests.fakes.slack_pauses import BRIEF


@pytest.fixture
async def stage() -> AsyncIterator[SlackSurfaceStage]:
    """Yield a workspace where files have to be shared in a channel to be shown in it."""
    async with a_stage() as stage:
        yield stage


async def test_where_the_bot_is_no_member_a_command_is_answered_by_its_address(stage: SlackSurfaceStage) -> None:
    """And its end is told there, too."""
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
    assert "Drawing: a fox" in private.messages[-1]
    stage.surface.show_progress(message, WORKING)
    await stage.surface.update(message, ENDED)
    assert "cancelled" in private.messages[-1]
    assert len(stage.slack.calls("response_url")) == 2


async def test_an_address_that_came_with_a_press_does_not_overwrite_the_pressed_message(stage: SlackSurfaceStage) -> None:
    """The picture above stays."""
    private = stage.team.add_channel("secret", is_private=True)
    pressed = await stage.surface.post(stage.place_of(private), ENDED, key="old")
    origin = private.find(pressed.id)
    assert origin is not None
    url = stage.slack.world.response_urls.new(stage.ada, private, origin)
    private.kick_bot()
    reply_token = SlackReplyToken(stage.slack.clock.now(), "", url)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=reply_token)
    await stage.surface.update(message, Post("an owl"))
    with pytest.raises(SurfaceFailed):
        await stage.surface.delete(message)
    assert "cancelled" in origin
    assert [one.shown.splitlines()[0] for one in private.messages[1:]] == ["Drawing: a fox", "an owl"]


async def test_where_the_bot_is_a_member_the_address_is_not_used(stage: SlackSurfaceStage) -> None:
    """Its message can be changed for ever."""
    message = await stage.surface.answer(stage.place, WAITING, key="k", reply_token=stage.reply_token(stage.channel))
    assert message.id == stage.channel.messages[-1].ts
    assert not stage.slack.calls("response_url")


async def test_a_bot_that_was_put_out_tells_the_end_by_the_address(stage: SlackSurfaceStage) -> None:
    """While it is young."""
    private = stage.team.add_channel("secret", is_private=True)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
    private.kick_bot()
    await stage.surface.update(message, ENDED)
    assert "cancelled" in private.messages[-1]


async def test_pictures_that_an_address_cannot_carry_go_elsewhere(stage: SlackSurfaceStage) -> None:
    """By direct message, as the pipeline does with what is gone."""
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
    with pytest.raises(MessageGone):
        await stage.surface.update(message, DONE)


async def test_pictures_by_link_can_be_carried_by_an_address() -> None:
    """Nothing has to be shared for them."""
    async with a_stage(preview_link=link_preview) as stage:
        private = stage.team.add_channel("secret", has_bot=False, is_private=True)
        message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
        await stage.surface.update(message, DONE)
        assert [image["image_url"] for image in private.messages[-1].images] == [PICTURE.link]


async def test_an_expired_address_is_gone(stage: SlackSurfaceStage) -> None:
    """After half an hour."""
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
    stage.slack.forward(minutes=31)
    with pytest.raises(MessageGone):
        await stage.surface.update(message, ENDED)


async def test_an_address_has_five_uses(stage: SlackSurfaceStage) -> None:
    """Nobody asks a sixth time, and another process that does is told so."""
    private = stage.team.add_channel("secret", has_bot=False, is_private=True)
    message = await stage.surface.answer(stage.place_of(private), WAITING, key="k", reply_token=stage.reply_token(private))
    for number in range(4):
        await stage.surface.update(message, Post(f"news {number}"))
    other = SlackSurface(stage.web, stage.objects, stage.slack.clock, RandomIds(), timings=BRIEF)
    for surface in (stage.surface, other):
        with pytest.raises(MessageGone):
            await surface.update(message, ENDED)
    assert len(stage.slack.calls("response_url")) == 6


async def test_a_whisper_is_for_one_person_alone(stage: SlackSurfaceStage) -> None:
    """What goes through an address may be private, and counts as a use."""
    reply_token = replace(stage.reply_token(stage.channel), uses_left=1)
    await stage.surface.response_urls.say(reply_token, await stage.surface.render(stage.team.id, ENDED), is_private=True)
    assert stage.channel.messages == []
    assert "cancelled" in stage.ada.ephemerals()[-1]
    assert not stage.surface.response_urls.may_answer(reply_token)


async def test_an_address_that_was_told_something_wrong_says_so(stage: SlackSurfaceStage) -> None:
    """It is not tried again as it is."""
    with pytest.raises(SlackMessageRejected):
        await stage.surface.response_urls.say(stage.reply_token(stage.channel), {"blocks": [{"type": "nonsense"}]})


async def test_an_address_that_is_asked_too_often_is_asked_later(stage: SlackSurfaceStage) -> None:
    """A refused answer is not counted as one."""
    reply_token = replace(stage.reply_token(stage.channel), uses_left=1)
    stage.slack.faults.rate_limit("response_url", retry_after=3)
    with pytest.raises(SurfaceFailed) as failure:
        await stage.surface.response_urls.say(reply_token, {"text": "hello"})
    assert failure.value.is_temporary
    assert stage.surface.response_urls.may_answer(reply_token)
