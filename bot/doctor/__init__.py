"""Looks at everything that can be wrong with an easel, one thing at a time, and says how to mend it."""

from bot.doctor.checks import DoctorCheck, run_checks
from bot.doctor.examination import examine

__all__ = ["DoctorCheck", "examine", "run_checks"]
