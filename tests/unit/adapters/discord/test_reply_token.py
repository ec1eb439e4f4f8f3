"""Does a ticket know how long it is good for, and keep its secret?"""

from datetime import UTC, datetime, timedelta

from bot.adapters.discord.reply_token import DiscordReplyToken, snowflake_time
from bot.adapters.discord.surface import nonce_of

ARRIVED = datetime(2026, 11, 27, 12, tzinfo=UTC)
TICKET = DiscordReplyToken(1, 175928847299117063, "secret-token", 10, ARRIVED)


def test_it_is_read_back_as_it_was() -> None:
    """From the text that stands in the database."""
    assert DiscordReplyToken.parse(str(TICKET)) == TICKET
    assert DiscordReplyToken.parse("") is None


def test_it_ages_from_its_arrival() -> None:
    """By our own clock, with a margin before the quarter of an hour."""
    assert TICKET.is_valid(ARRIVED + timedelta(minutes=14))
    assert not TICKET.is_valid(ARRIVED + timedelta(minutes=14, seconds=45))


def test_an_id_tells_when_it_was_made() -> None:
    """The example is Discord's own."""
    assert snowflake_time(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


def test_its_token_is_not_shown_by_accident() -> None:
    """In a traceback, say."""
    assert "secret-token" not in repr(TICKET)


def test_a_nonce_is_short_and_of_one_channel() -> None:
    """25 characters is what Discord takes; another channel is another message."""
    assert len(nonce_of("k" * 100, "1")) <= 25
    assert nonce_of("k", "1") == nonce_of("k", "1")
    assert len({nonce_of("k", "1"), nonce_of("k", "2"), nonce_of("k2", "1")}) == 3
