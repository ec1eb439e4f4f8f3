"""The composition root: the only place that knows concrete classes and settings."""

from bot.app.house import House, open_house
from bot.app.serving import serve

__all__ = ["House", "open_house", "serve"]
