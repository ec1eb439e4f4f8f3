"""Counts what is caught, missed and wrongly blocked: `python -m tests.evaluation [--json] [--list FILE] [--model NAME]`.

The word filter is asked about words that must be refused, written in many ways,
and about harmless ones. Prompt injections are tried against scripted models;
with `--model` against a real chat model and OpenAI's moderation model instead,
which takes a key in OPENAI_API_KEY and some cents.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from structlog.testing import capture_logs

from bot.moderation.word_filter import Matcher, choose_lists
from bot.providers.openai.client import OpenAiClient
from tests.evaluation.evaluating import Evaluation, Tried, evaluate
from tests.evaluation.injecting import INJECTION, try_injections, try_injections_with


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate, print the counts by category, and what was missed; ends with 1 when the aim is missed."""
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object: {category: {caught, missed, wrongly_blocked}}"
    )
    parser.add_argument("--list", action="append", default=[], type=Path, metavar="FILE", help="use this word list too")
    parser.add_argument("--model", metavar="NAME", help="try the injections against this chat model, with OPENAI_API_KEY")
    asked = parser.parse_args(arguments)
    matcher = Matcher(choose_lists(starter=True, phrases=(), own=asked.list))
    result = evaluate(matcher)
    with capture_logs():
        attempted = try_with_model(asked.model) if asked.model else try_injections(matcher)
        result.add(INJECTION, asyncio.run(attempted))
    if asked.json:
        sys.stdout.write(json.dumps({name: asdict(count) for name, count in result.categories.items()}) + "\n")
    else:
        sys.stdout.write(_describe(result))
    return 0 if result.reaches_aim else 1


async def try_with_model(model: str) -> Tried:
    """Try the injections against a real model."""
    async with OpenAiClient(os.environ.get("OPENAI_API_KEY", ""), os.environ.get("OPENAI_BASE_URL")) as client:
        return await try_injections_with(client, model)


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
