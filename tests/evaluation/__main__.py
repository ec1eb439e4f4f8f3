"""Counts what the word filter catches, misses and wrongly blocks: `python -m tests.evaluation [--json] [--list FILE]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.moderation.word_filter import Matcher, choose_lists
from tests.evaluation.evaluating import Evaluation, evaluate


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate, print the counts by category, and what was missed; ends with 1 when the aim is missed."""
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object: {category: {caught, missed, wrongly_blocked}}"
    )
    parser.add_argument("--list", action="append", default=[], type=Path, metavar="FILE", help="use this word list too")
    asked = parser.parse_args(arguments)
    result = evaluate(Matcher(choose_lists(starter=True, phrases=(), own=asked.list)))
    if asked.json:
        sys.stdout.write(json.dumps({name: asdict(count) for name, count in result.categories.items()}) + "\n")
    else:
        sys.stdout.write(_describe(result))
    return 0 if result.reaches_aim else 1


def _describe(result: Evaluation) -> str:
    lines = [f"{'category':<12}{'caught':>8}{'missed':>8}{'wrongly blocked':>17}"]
    for name, count in result.categories.items():
        lines.append(f"{name:<12}{count.caught:>8}{count.missed:>8}{count.wrongly_blocked:>17}")
    lines.append(
        f"Caught {result.share_caught:.2%} of {result.tried:,}; wrongly blocked {result.wrongly_blocked} of {result.harmless}."
    )
    lines += [f"missed: {words!r} ({trick})" for words, trick in result.missed]
    lines += [f"wrongly blocked: {words!r} ({rule})" for words, rule in result.blocked]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
