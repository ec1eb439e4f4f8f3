"""Slack: commands and buttons in, messages out. Nothing here is imported, nor slack-bolt, before Slack is set up."""

from bot.domain.people import Platform

SLACK = Platform("slack")
