"""Unit tests of bot.adapters."""
