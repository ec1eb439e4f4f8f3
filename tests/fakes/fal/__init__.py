"""A fake of fal's queue: a server of ours, in this process or as a program (`python -m tests.fakes.fal`)."""

from tests.fakes.fal.server import FakeFal
from tests.fakes.queued_call import Fault, Kind, Options

__all__ = ["FakeFal", "Fault", "Kind", "Options"]
