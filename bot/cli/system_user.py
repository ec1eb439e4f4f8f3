"""Who uses the command line: the user of this system."""

import getpass
import os

from bot.adapters.terminal import TERMINAL
from bot.domain.people import Identity


def terminal_identity() -> Identity:
    """Return who they are on the command line: their number, which stays when they are renamed."""
    return Identity(TERMINAL, "", str(os.getuid()))


def login() -> str:
    """Return the name they go by; a container's user may have none but their number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
