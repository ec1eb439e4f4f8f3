"""A fake of Replicate: in this process or as a program (`python -m tests.fakes.replicate`)."""

from tests.fakes.queued_call import Fault, Kind, Options, Trouble
from tests.fakes.replicate.server import FakeReplicate

__all__ = ["FakeReplicate", "Fault", "Kind", "Options", "Trouble"]
