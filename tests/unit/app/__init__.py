"""Unit tests of bot/app."""
