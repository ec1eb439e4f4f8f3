"""Unit tests of bot.adapters.web."""
