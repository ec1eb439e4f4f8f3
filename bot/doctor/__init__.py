"""Looks at everything that can be wrong with an easel, one thing at a time, and says how to mend it."""

from bot.doctor.checks import Part, all_of
from bot.doctor.examination import examine

__all__ = ["Part", "all_of", "examine"]
