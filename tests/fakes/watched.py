"""Servers that are programs: each ends with whoever started it, and runs as somebody who is not root."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NOBODY = "nobody"
_PATIENCE_S = 60.0
_PAUSE_S = 0.01

_WHILE_WATCHED = 'stop=$1; shift; "$@" </dev/null & cat >/dev/null; kill -$stop $!; wait $!; rm -rf "$PWD"'
"""Runs a program until the standard input ends: the test closes it, or the test's process is gone, however it went."""


@contextmanager
def run_watched(command: Sequence[str | Path], folder: Path, is_ready: Callable[[], bool], *, stop: str) -> Iterator[None]:
    """Run a program in a folder, which goes with it, while the body runs; `stop` is the signal that ends it at once."""
    watched = ["sh", "-c", _WHILE_WATCHED, "sh", stop, *command]
    with (
        (folder / "log").open("w+") as log,
        subprocess.Popen(  # noqa: S603 - programs of packages, in a folder of ours
            watched, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, **as_nobody()
        ) as process,
    ):
        deadline = time.monotonic() + _PATIENCE_S
        while not is_ready():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, f"{command[0]} does not start"
            time.sleep(_PAUSE_S)
        yield


def is_root() -> bool:
    """Whether we are somebody whom such servers refuse to be."""
    return os.geteuid() == 0


def as_nobody() -> dict[str, Any]:
    """Return what makes a program run as somebody whom they do not refuse."""
    return {"user": NOBODY, "extra_groups": []} if is_root() else {}
