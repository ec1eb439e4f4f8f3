"""Programs that a benchmark runs beside itself: each ends with the benchmark, also when Ctrl-C ends that."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator

_NAMES_OF_OURS = re.compile(r"(EASEL|OPENAI|DISCORD|SLACK|AWS)_.*")
_TIME_TO_END_S = 20.0


@contextlib.contextmanager
def run_program(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m` with the arguments while the body runs, and with no settings but `environ`."""
    inherited = {name: value for name, value in os.environ.items() if not _NAMES_OF_OURS.fullmatch(name)}
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=inherited | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            _end(process)


@contextlib.contextmanager
def run_fake(*arguments: str) -> Iterator[str]:
    """Run one of the fakes while the body runs, and yield the first line that it prints, which says where it is."""
    with run_program(*arguments) as process:
        yield read_until(process, ".+")


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    """Read what a program prints until a line has the pattern, and return that.

    Raises:
        RuntimeError: It ended without one.
    """
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found[0]
    raise RuntimeError(f"{process.args!r} ended without saying {pattern}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_TIME_TO_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
