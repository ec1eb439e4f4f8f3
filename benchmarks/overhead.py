"""What the house costs on top of the bare provider call, all in one run: `python -m benchmarks.overhead [--json]`.

The provider is the fake OpenAI server on this machine. It sends two previews
and a 3 MB PNG, after 2 s or at once; the floor is the same SDK call, base64
decoding and a file, with nothing around it.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import AbstractContextManager
from statistics import median

from benchmarks.programs import run_fake, run_program
from tests.fakes.ports import free_port

PICTURE_BYTES = 3_000_000
SLOW, INSTANT = 2.0, 0.0
AIMS = {
    "added_ms_p50_at_1": "<= 60",
    "added_ms_p50_at_20": "<= 60",
    "job_ratio_at_20": "<= 1.05",
    "throughput_ratio": ">= 0.5",
    "loop_stall_ms": "<= 25",
    "rss_ratio": "<= 4",
    "help_s": "<= 0.5",
    "ready_s": "<= 2",
}


def provider(delay: float) -> AbstractContextManager[str]:
    """Run the fake provider and give its address."""
    return run_fake("tests.fakes.openai", "--delay", str(delay), "--picture-bytes", str(PICTURE_BYTES))


def drawing(kind: str, url: str, *, at_once: int, rounds: int) -> dict[str, float]:
    """Measure one kind in a process of its own."""
    options = ["--url", url, "--at-once", str(at_once), "--rounds", str(rounds)]
    command = [sys.executable, "-m", "benchmarks.drawing", kind, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def help_seconds() -> float:
    """Say how long `easel --help` takes."""
    return median(_seconds([sys.executable, "-m", "bot", "--help"]) for _ in range(5))


def _seconds(command: list[str]) -> float:
    before = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def ready_seconds(url: str) -> float:
    """Say how long `easel run` takes until it can take jobs, on a house that was started once before."""
    with tempfile.TemporaryDirectory() as folder:
        _start_seconds(folder, url)
        return median(_start_seconds(folder, url) for _ in range(3))


def _start_seconds(folder: str, url: str) -> float:
    port = free_port()
    environ = {"EASEL_DATA_DIR": folder, "EASEL_WEB__PORT": str(port), "OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": url}
    before = time.perf_counter()
    with run_program("bot", "run", **environ):
        while not _is_ready(port):
            time.sleep(0.01)
        return time.perf_counter() - before


def _is_ready(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as reply:
        return bool(reply.status == 200)
    return False


def measure() -> dict[str, float]:
    """Measure everything."""
    with provider(SLOW) as url:
        floor_1, house_1 = (drawing(kind, url, at_once=1, rounds=5) for kind in ("floor", "house"))
        floor_20, house_20 = (drawing(kind, url, at_once=20, rounds=3) for kind in ("floor", "house"))
    with provider(INSTANT) as url:
        floor_fast, house_fast = (drawing(kind, url, at_once=20, rounds=5) for kind in ("floor", "house"))
        ready_s = ready_seconds(url)
    return {
        "added_ms_p50_at_1": house_1["p50_ms"] - floor_1["p50_ms"],
        "added_ms_p50_at_20": house_20["p50_ms"] - floor_20["p50_ms"],
        "job_ratio_at_20": house_20["p50_ms"] / floor_20["p50_ms"],
        "throughput_ratio": house_fast["per_s"] / floor_fast["per_s"],
        "loop_stall_ms": house_20["stall_ms"],
        "rss_ratio": house_20["added_mb_each"] * 1_000_000 / PICTURE_BYTES,
        "help_s": help_seconds(),
        "ready_s": ready_s,
        "floor_ms_p50_at_1": floor_1["p50_ms"],
        "floor_ms_p50_at_20": floor_20["p50_ms"],
        "floor_stall_ms_at_20": floor_20["stall_ms"],
        "floor_rss_ratio": floor_20["added_mb_each"] * 1_000_000 / PICTURE_BYTES,
        "floor_per_s": floor_fast["per_s"],
    }


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    as_json = parser.parse_args().json
    print("Measuring; this takes about two minutes.", flush=True)
    measured = measure()
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:24} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
