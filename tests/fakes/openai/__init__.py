"""A fake of OpenAI's API: a server of ours, in this process or as a program (`python -m tests.fakes.openai`)."""

from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.server import FakeOpenAI
from tests.fakes.openai.state import Options, Paid, Seen

__all__ = ["Endpoint", "FakeOpenAI", "Fault", "Kind", "Options", "Paid", "Seen"]
