"""Is each of Slack's errors taken for what it is?"""

import asyncio
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.adapters.slack.errors import BotNotInChannel, SlackMessageRejected, may_arrive, to_surface_error, translate_errors
from bot.errors import MessageGone, StorageFailed, SurfaceFailed


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found"])
def test_a_channel_without_the_bot(code: str) -> None:
    """Gone for the bot, though an address of the call's may reach it."""
    assert isinstance(to_surface_error(code), BotNotInChannel)


@pytest.mark.parametrize(
    "code", ["is_archived", "message_not_found", "cant_update_message", "token_revoked", "account_inactive", "user_not_found"]
)
def test_what_is_gone_stays_gone(code: str) -> None:
    """So that it is delivered elsewhere."""
    error = to_surface_error(code)
    assert isinstance(error, MessageGone)
    assert not error.is_temporary


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "missing_scope"])
def test_what_is_wrong_is_not_said_again(code: str) -> None:
    """It would be refused again."""
    error = to_surface_error(code)
    assert isinstance(error, SlackMessageRejected)
    assert not error.is_temporary


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (to_surface_error("internal_error"), True),
        (to_surface_error("ratelimited", retry_after=1), False),
        (to_surface_error("message_not_found"), False),
        (to_surface_error("invalid_blocks"), False),
    ],
)
def test_what_slack_refused_does_not_arrive_later(error: SurfaceFailed, may: bool) -> None:
    """Of what it broke on, nobody knows."""
    assert may_arrive(error) is may


def test_a_refused_picture_is_told_from_a_refused_word() -> None:
    """For a picture there are other ways."""
    about = to_surface_error("invalid_blocks", details="invalid slack file [json-pointer:/blocks/1/slack_file]")
    other = to_surface_error("invalid_blocks", details="must be less than 3001 characters [json-pointer:/blocks/0/text/text]")
    assert isinstance(about, SlackMessageRejected)
    assert isinstance(other, SlackMessageRejected)
    assert about.is_about_a_picture
    assert not other.is_about_a_picture


@pytest.mark.parametrize("code", ["internal_error", "status=503", "token_expired", "ratelimited"])
def test_what_may_pass_is_tried_again(code: str) -> None:
    """Nothing is lost by it."""
    assert to_surface_error(code).is_temporary


def test_a_rate_limit_says_when() -> None:
    """In seconds."""
    error = to_surface_error("ratelimited", retry_after=7)
    assert error.retry_after is not None
    assert error.retry_after.total_seconds() == 7


@pytest.mark.parametrize(
    "trouble",
    [
        StorageFailed("sqlite", "locked"),
        SlackRequestError("no"),
        SlackApiError("the body was not JSON", object()),  # type: ignore[no-untyped-call]  # the SDK gives it no types
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_whatever_happens_on_the_way_may_pass(trouble: Exception) -> None:
    """It is the same kind of failure to the pipeline."""
    with pytest.raises(SurfaceFailed) as failed:
        async with translate_errors(timedelta(seconds=5)):
            raise trouble
    assert failed.value.is_temporary
    assert failed.value.__cause__ is trouble


async def test_lateness_is_a_failure_like_any_other() -> None:
    """Nobody waits for ever."""
    with pytest.raises(SurfaceFailed, match="no answer"):
        async with translate_errors(timedelta(milliseconds=1)):
            await asyncio.Event().wait()


async def test_being_cancelled_is_no_failure() -> None:
    """It passes through."""
    with pytest.raises(asyncio.CancelledError):
        async with translate_errors(timedelta(seconds=5)):
            raise asyncio.CancelledError
