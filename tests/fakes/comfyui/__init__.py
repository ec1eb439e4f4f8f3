"""A fake of a ComfyUI server: in this process or as a program (`python -m tests.fakes.comfyui`)."""

from tests.fakes.comfyui.server import FakeComfyUi
from tests.fakes.comfyui.state import Drawn, Options, Trouble

__all__ = ["Drawn", "FakeComfyUi", "Options", "Trouble"]
