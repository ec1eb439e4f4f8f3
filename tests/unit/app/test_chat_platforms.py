"""Asks what the chats' front ends are built with."""

from pathlib import Path

from bot.adapters.discord.application_commands import render_commands
from bot.app.chat_platforms import discord_options
from bot.app.commands import declared_commands
from bot.config import load


def test_discord_is_given_an_english_menu(tmp_path: Path) -> None:
    """Answers are English: a menu in another language would promise more than is kept."""
    settings = load(environ={"EASEL_DATA_DIR": str(tmp_path), "DISCORD_TOKEN": "made-up"})
    assert "localizations" not in str(render_commands(declared_commands(settings), discord_options(settings).translations))
