"""The checks of `easel doctor`."""

from bot.doctor.checks import DoctorCheck, run_checks
from bot.doctor.examination import examine

__all__ = ["DoctorCheck", "examine", "run_checks"]
