"""Asks what becomes of Discord's marks for people, emoji and channels in what somebody typed."""

import pytest

from bot.adapters.discord.interaction_input import parse_command, parse_modal

ID = "123456789012345678"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"a <:red_fox:{ID}> in snow", "a red fox in snow"),
        (f"<a:dancing:{ID}>", "dancing"),
        (f"<@{ID}> on a horse", "somebody on a horse"),
        (f"<@!{ID}> and <@&{ID}>", "somebody and a group"),
        (f"what <#{ID}> looks like at <t:1700000000:R>", "what a channel looks like at a time"),
        (f"the way </imagine:{ID}> works", "the way /imagine works"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        (f"<@{ID}>", f"<@{ID}>"),
    ],
)
def test_marks_become_words(typed: str, read: str) -> None:
    """Nobody can draw a number; a lone mention still names whom a command is about."""
    assert parse_command({"name": "imagine", "options": [{"name": "prompt", "value": typed}]}).raw == {"prompt": read}
    field = {"component": {"custom_id": "prompt", "value": typed}}
    assert parse_modal({"custom_id": "imagine", "components": [field]}).raw == {"prompt": read}


def test_each_file_of_a_form_is_an_option() -> None:
    """Named as the files of a typed command are, which takes one in each option."""
    field = {"component": {"custom_id": "picture", "values": ["1", "2"]}}
    assert parse_modal({"custom_id": "blend", "components": [field]}).raw == {"picture": "1", "picture2": "2"}
