"""Keeps Python's garbage collector from what start-up makes, and from what is there for ever."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collections_paused() -> Iterator[None]:
    """Collect no garbage while the body runs, or until `startup_frozen` begins in it.

    Importing makes classes and no garbage; to look for some all the while is a
    tenth of what it takes to start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def startup_frozen() -> Iterator[None]:
    """Keep everything that start-up made out of garbage collections while the body runs.

    It is modules and classes, 180,000 objects that stay. A full collection
    goes through all of them and stops every thread for that long: 150 ms,
    and 2 s on a busy machine.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        gc.unfreeze()
