"""Unit tests of what several providers share."""
