"""Unit tests of bot.adapters.terminal."""
