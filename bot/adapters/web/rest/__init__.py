"""The REST API: the same studio for programs, with keys that people make with `/apikey`."""

from bot.domain.people import Platform

API = Platform("api")
"""Where programs ask. A tenant of it is the community that a key was made in."""
