"""What judging words by lists takes: `python -m benchmarks.guard [--json]`.

`filter_ms_p50_10k_entries_4k_chars` is the middle of many prompts of 4,000
characters against 10,000 entries, plain and dressed up; `filter_ms_worst` the
worst of hostile ones, some of them against the lists that easel comes with; `build_ms_10k` what making such a list ready takes.
`cases_page_ms_p50_100k` is a page of open cases with the number of all of
them, among 100,000 of several communities (`benchmarks.cases`).
Times are CPU times of one thread, so that a busy machine counts little.
Only `report_to_hidden_s_p99` (`benchmarks.reports`) is time that passes, and
`removal_everywhere_s_p99`, how long one of twenty pictures takes that are
removed at once (`benchmarks.removals`).
"""

import argparse
import asyncio
import gc
import json
import logging
import random
import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles

import structlog

from benchmarks.cases import measure_pages
from benchmarks.removals import measure_removals
from benchmarks.reports import measure_reports
from bot.moderation.word_filter import Matcher, WordList, choose_lists
from tests.evaluation.evaluating import read_harmless
from tests.evaluation.tricks import TRICKS

ENTRIES = 10_000
LENGTH = 4_000
CASES = 100_000
PICTURES, STORM = 100, 500
AIMS = {
    "filter_ms_p50_10k_entries_4k_chars": "<= 2",
    "filter_ms_worst": "<= 20",
    "build_ms_10k": "<= 300",
    "removal_everywhere_s_p99": "<= 5",
    "cases_page_ms_p50_100k": "<= 20",
    "report_to_hidden_s_p99": "<= 1",
    "cases_of_a_storm": "1",
}
_SEED = 7


def entries(count: int) -> tuple[str, ...]:
    """Return made-up words and phrases of two and three such words, which no prompt holds but by chance."""
    chance = random.Random(_SEED)  # noqa: S311 - the same ones each time
    syllables = [first + vowel + last for first in "bdfgklmnprst" for vowel in "aeiou" for last in ("", "n", "r", "s")]
    words = ["".join(chance.choices(syllables, k=chance.choice((2, 3)))) for _ in range(count)]
    return tuple(" ".join(words[number : number + chance.choice((1, 1, 2, 3))]) for number in range(count))


def prompts() -> list[str]:
    """Return everyday words of 4,000 characters, as they are and through every trick."""
    lines = read_harmless()
    chance = random.Random(_SEED)  # noqa: S311 - the same ones each time
    plain = [" ".join(chance.sample(lines, len(lines)))[:LENGTH] for _ in range(20)]
    return plain + [apply(text)[:LENGTH] for text in plain[:3] for apply in TRICKS.values()]


def hostile(listed: tuple[str, ...]) -> list[str]:
    """Return prompts that were made to take long: letters that repeat, every listed word, characters that nobody saw before."""
    chance = random.Random(_SEED)  # noqa: S311 - the same ones each time
    rare = "".join(chr(code) for code in chance.sample(range(0x4E00, 0x2FFFF), LENGTH) if not 0xD800 <= code < 0xE000)
    apart = "".join(listed)
    return [
        "a" * LENGTH,
        "a " * (LENGTH // 2),
        "4!" * (LENGTH // 2),
        "ab" * (LENGTH // 2),
        rare,
        apart[:LENGTH],
        " ".join(apart)[:LENGTH],
        "\u0301" * LENGTH,
    ]


def hostile_to_starter() -> list[str]:
    """Return prompts full of words that the lists of easel look for, alone and near each other."""
    return [
        (words * LENGTH)[:LENGTH]
        for words in ("nude child ", "naked girl ", "child nude sex ", "kinder nackt ", "hot child in a nude-ish pose ")
    ]


def cpu_ms(act: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that `act` takes, without what collecting earlier garbage would add, as `timeit` does."""
    gc.disable()
    try:
        since = time.thread_time_ns()
        act()
        return (time.thread_time_ns() - since) / 1e6
    finally:
        gc.enable()


def measure() -> dict[str, float]:
    """Return all figures."""
    listed = entries(ENTRIES)
    lists = [WordList("made up", phrases=listed)]
    builds = [cpu_ms(partial(Matcher, lists)) for _ in range(5)]
    matcher = Matcher(lists)
    everyday = [cpu_ms(partial(matcher.find, prompt)) for _ in range(3) for prompt in prompts()]
    starter = Matcher(choose_lists(starter=True, phrases=(), own=()))
    worst = [max(cpu_ms(partial(matcher.find, prompt)) for _ in range(3)) for prompt in hostile(listed)]
    worst += [max(cpu_ms(partial(starter.find, prompt)) for _ in range(3)) for prompt in hostile_to_starter()]
    return {
        "filter_ms_p50_10k_entries_4k_chars": round(median(everyday), 3),
        "filter_ms_worst": round(max(worst), 3),
        "build_ms_10k": round(median(builds), 1),
        "cases_page_ms_p50_100k": round(asyncio.run(measure_pages(CASES)), 2),
        **asyncio.run(measure_reports(PICTURES, STORM)),
        "removal_everywhere_s_p99": round(quantiles(asyncio.run(measure_removals()), n=100, method="inclusive")[-1], 2),
    }


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = measure()
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:<38} {figure:>8}   aim {AIMS[name]}")


if __name__ == "__main__":
    main()
