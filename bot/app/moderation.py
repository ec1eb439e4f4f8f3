"""What follows from the decisions of moderators."""

from bot.app.foundation import Foundation
from bot.ports.cases import CaseEffect


def build_case_effects(_base: Foundation) -> tuple[CaseEffect, ...]:
    """Return what makes things as a case says, in the order in which it happens."""
    return ()
