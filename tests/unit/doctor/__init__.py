"""Unit tests of bot.doctor."""
