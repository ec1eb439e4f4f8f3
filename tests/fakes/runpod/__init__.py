"""A fake of RunPod's serverless endpoints: in this process or as a program (`python -m tests.fakes.runpod`)."""

from tests.fakes.paid_jobs import Options, Trouble
from tests.fakes.runpod.server import FakeRunPod

__all__ = ["FakeRunPod", "Options", "Trouble"]
