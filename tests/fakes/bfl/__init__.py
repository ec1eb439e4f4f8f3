"""A fake of Black Forest Labs' API: a server of ours, in this process or as a program (`python -m tests.fakes.bfl`)."""

from tests.fakes.bfl.server import FakeBfl
from tests.fakes.queued_call import Fault, Kind, Options

__all__ = ["FakeBfl", "Fault", "Kind", "Options"]
