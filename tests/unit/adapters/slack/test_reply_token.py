"""Does a ticket come back as it was, and end when it should?"""

from dataclasses import replace
from datetime import timedelta

from bot.adapters.slack.reply_token import SlackReplyToken, is_said_by_url
from tests.fakes.clock import NOON

TICKET = SlackReplyToken(NOON, "E1", "https://hooks.slack.example/commands/T/secret", 4)


def test_it_is_read_back_as_it_was_written() -> None:
    """Another process may have to use it."""
    assert SlackReplyToken.parse(str(TICKET)) == TICKET


def test_a_message_without_one_has_none() -> None:
    """As after a mention."""
    assert SlackReplyToken.parse("") is None


def test_it_answers_for_less_than_half_an_hour() -> None:
    """For clocks differ."""
    assert TICKET.may_answer(NOON + timedelta(minutes=29))
    assert not TICKET.may_answer(NOON + timedelta(minutes=30))


def test_without_an_address_or_uses_it_answers_nothing() -> None:
    """It still says whose the workspace is."""
    assert not replace(TICKET, response_url="").may_answer(NOON)
    assert not replace(TICKET, uses_left=0).may_answer(NOON)


def test_it_does_not_show_its_secret() -> None:
    """Neither in a log nor in a message's id."""
    assert "secret" not in repr(TICKET)
    assert "secret" not in TICKET.message
    assert is_said_by_url(TICKET.message)
    assert not is_said_by_url("1700000000.000100")
