"""Discord: commands and buttons in, messages out. Nothing here is imported, nor discord.py, before a token is set."""

from bot.domain.people import Platform

DISCORD = Platform("discord")
