"""A fake of RunPod's serverless endpoints: in this process or as a program (`python -m tests.fakes.runpod`)."""

from tests.fakes.queued_call import Fault, Kind, Options, Trouble
from tests.fakes.runpod.server import FakeRunPod

__all__ = ["FakeRunPod", "Fault", "Kind", "Options", "Trouble"]
