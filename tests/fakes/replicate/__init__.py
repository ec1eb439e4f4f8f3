"""A fake of Replicate: in this process or as a program (`python -m tests.fakes.replicate`)."""

from tests.fakes.paid_jobs import Options, Trouble
from tests.fakes.replicate.server import FakeReplicate

__all__ = ["FakeReplicate", "Options", "Trouble"]
