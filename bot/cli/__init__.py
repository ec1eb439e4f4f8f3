"""The command line. Nothing heavy is imported before a command needs it, so that `--help` is quick."""

import signal
from collections.abc import Sequence
from typing import NoReturn

from bot.app.garbage import collections_paused


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit. Signals that come while it is being loaded wait until `start` can report them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with collections_paused():
        from bot.cli.program import main as run

    run(arguments)
