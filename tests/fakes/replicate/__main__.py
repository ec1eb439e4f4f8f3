"""The fake as a program: its first line is its address, and it runs until it is told to stop."""

from tests.fakes.queued import run_program
from tests.fakes.replicate import FakeReplicate

if __name__ == "__main__":
    run_program("replicate", FakeReplicate)
