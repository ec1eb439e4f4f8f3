"""The command line as a front end: one person, one call, one line of progress."""

from bot.adapters.terminal.call import TERMINAL, TerminalCall
from bot.adapters.terminal.surface import TerminalSurface

__all__ = ["TERMINAL", "TerminalCall", "TerminalSurface"]
