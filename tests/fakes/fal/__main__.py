"""The fake as a program."""

from tests.fakes.fal import FakeFal
from tests.fakes.queued import run_program

if __name__ == "__main__":
    run_program("fal", FakeFal)
