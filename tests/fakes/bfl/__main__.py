"""The fake as a program."""

from tests.fakes.bfl import FakeBfl
from tests.fakes.queued import run_program

if __name__ == "__main__":
    run_program("bfl", FakeBfl)
