"""Asks that what is wrong with Slack's settings is said in one sentence that names them."""

import base64

import pytest

from bot.config import load
from bot.config.slack_settings import parse_key
from bot.errors import ConfigError

KEY = "ab" * 32
NEW = bytes(range(32, 64))
PUBLIC = {"EASEL_WEB__PUBLIC_URL": "https://easel.example.org"}
MANY = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "EASEL_SLACK__TOKEN_KEYS": KEY, "SLACK_SIGNING_SECRET": "s"}


@pytest.mark.parametrize(
    "environ",
    [
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", **PUBLIC},
        {**MANY, **PUBLIC},
        {**MANY, **PUBLIC, "SLACK_APP_TOKEN": "xapp-1"},
    ],
)
def test_each_way_to_reach_slack_can_be_set(environ: dict[str, str]) -> None:
    """One workspace or many, over sockets or by HTTP."""
    slack = load(environ=environ).slack
    assert slack.is_on
    assert slack.is_by_http == ("SLACK_APP_TOKEN" not in environ)


def test_the_newest_key_comes_first() -> None:
    """As it is written."""
    keys = load(environ={**MANY, **PUBLIC, "EASEL_SLACK__TOKEN_KEYS": f"{KEY},{'cd' * 32}"}).slack.key_bytes
    assert keys == (bytes.fromhex(KEY), bytes.fromhex("cd" * 32))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, "must be the Bot User OAuth Token, which begins with xoxb-"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "must be the app-level token, which begins with xapp-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "needs app_token for Socket Mode, or signing_secret for HTTP"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "cannot answer them"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "[web] public_url has to say where it finds easel"),
        ({**MANY, **PUBLIC, "SLACK_BOT_TOKEN": "xoxb-1"}, "set one of the two"),
        ({**MANY, **PUBLIC, "SLACK_CLIENT_SECRET": ""}, "client_id and client_secret belong together"),
        ({**MANY, **PUBLIC, "EASEL_SLACK__TOKEN_KEYS": ""}, "client_id needs token_keys"),
        ({**MANY, **PUBLIC, "EASEL_SLACK__TOKEN_KEYS": "short-secret"}, "must be 32 random bytes"),
        (MANY, "client_id needs [web] public_url"),
    ],
)
def test_a_mistake_is_one_sentence(environ: dict[str, str], sentence: str) -> None:
    """Nothing secret is repeated in it."""
    with pytest.raises(ConfigError) as caught:
        load(environ=environ)
    assert sentence in caught.value.user_text
    assert "short-secret" not in caught.value.user_text


@pytest.mark.parametrize(
    ("more", "is_well"),
    [
        ({}, False),
        ({"EASEL_WEB__PUBLIC_URL": "http://host.example"}, False),
        ({"EASEL_WEB__PUBLIC_URL": "https://host.example"}, True),
        ({"EASEL_OBJECTS__PUBLIC_URL": "https://host.example"}, True),
        ({"EASEL_OBJECTS__PUBLIC_URL": "https://host.example", "EASEL_OBJECTS__REDIRECT": "false"}, False),
    ],
)
def test_pictures_by_link_need_an_address_that_slack_reaches(more: dict[str, str], is_well: bool) -> None:
    """Else people would see none."""
    environ = {"EASEL_SLACK__PICTURES": "link", **more}
    if is_well:
        assert load(environ=environ).slack.pictures == "link"
        return
    with pytest.raises(ConfigError, match="https://"):
        load(environ=environ)


@pytest.mark.parametrize(
    "text",
    [
        NEW.hex(),
        NEW.hex().upper(),
        f"  {NEW.hex()}\n",
        base64.urlsafe_b64encode(NEW).decode(),
        base64.urlsafe_b64encode(NEW).decode().rstrip("="),
    ],
)
def test_a_key_is_read_as_people_write_it(text: str) -> None:
    """In digits or in base64, as it was pasted."""
    assert parse_key(text) == NEW


@pytest.mark.parametrize("encoded", [base64.b64encode(b"\xff" * 32), base64.urlsafe_b64encode(b"\xff" * 32)])
def test_both_alphabets_of_base64_are_read(encoded: bytes) -> None:
    """They differ in two characters."""
    assert parse_key(encoded.decode()) == b"\xff" * 32


@pytest.mark.parametrize("text", ["", "hunter2", "ab" * 31, "ab" * 33, "A" * 42, "A" * 45, "x" * 64, "ä" * 43, "A" * 44])
def test_a_wrong_key_is_told_in_one_sentence(text: str) -> None:
    """Which says what it must be, and does not repeat what may be half a secret."""
    with pytest.raises(ValueError, match="must be 32 random bytes") as wrong:
        parse_key(text)
    assert not text or text not in str(wrong.value)
