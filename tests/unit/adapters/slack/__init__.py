"""Unit tests of bot.adapters.slack."""
