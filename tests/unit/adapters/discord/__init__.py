"""Unit tests of bot.adapters.discord."""
