"""How quickly Slack gets its acknowledgements, and whether a crowd gets its pictures: `python -m benchmarks.slack [--json]`.

Everything runs on this machine, each part in a process of its own: the fake
Slack, the fake OpenAI with a 2 s drawing, and the bot, which is easel or, as
the floor, nothing but slack-bolt. Acknowledgements are timed by the fake
Slack, with its rate limits off. The 200 jobs keep them on: the 50 updates a
minute that a workspace has make that part take about five minutes.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

from benchmarks.programs import run_fake, run_program

ROUNDS = {1: 20, 20: 3, 100: 3}
JOBS = 200
ROOMS = 20
PATIENCE_S = 900.0
LIMIT_MS = 3000.0
"""What Slack waits for: what was acknowledged later counts as that."""

AIMS = {"ack_over_floor_ms_p99_at_100": "<= 50", "delivered_of_200": "200", "update_overruns": "0", "auth_tests": "<= 1"}


class Fake:
    """The fake Slack, driven from outside."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses

    def post(self, act: str, **asked: object) -> Any:
        """Have it do something."""
        body = json.dumps(asked).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            self.addresses["control_url"] + act, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=150) as reply:  # noqa: S310 - see above
            return json.load(reply)

    def get(self, what: str) -> Any:
        """Ask what it saw."""
        with urllib.request.urlopen(self.addresses["control_url"] + what, timeout=60) as reply:  # noqa: S310 - see above
            return json.load(reply)

    def burst(self, count: int, rooms: list[str]) -> list[float]:
        """Have so many people type the command in one breath, and give the milliseconds until each was acknowledged."""
        sent = self.post("commands", name="/imagine", text="fox {number}", count=count, channels=rooms)
        if sent["failed"]:
            print(f"{len(sent['failed'])} of {count} commands were not acknowledged in time.", file=sys.stderr)
        return [LIMIT_MS if one is None else float(one) for one in sent["ack_ms"]]

    def delivered(self) -> int:
        """Count the messages that show a picture."""
        shown = self.get("messages")["messages"]
        return sum("AI-generated" in one["shown"] and "Again" in one["buttons"] for one in shown)


@contextlib.contextmanager
def platform(*options: str) -> Iterator[Fake]:
    """Run the fake Slack, with some rooms to talk in."""
    with run_fake("tests.fakes.slack", "--quiet", *options) as line:
        fake = Fake(json.loads(line))
        for number in range(ROOMS):
            fake.post("channel", name=f"room{number}")
        yield fake


@contextlib.contextmanager
def easel(fake: Fake) -> Iterator[None]:
    """Run easel there, with room for everybody."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_fake("tests.fakes.openai", "--delay", "2") as openai,
        run_program(
            "bot",
            "run",
            EASEL_DATA_DIR=folder,
            EASEL_WEB__PORT="0",
            SLACK_APP_TOKEN=fake.addresses["app_token"],
            SLACK_BOT_TOKEN=fake.addresses["bot_token"],
            EASEL_SLACK__API_URL=fake.addresses["api_url"],
            OPENAI_API_KEY="sk-bench",
            OPENAI_BASE_URL=openai,
            EASEL_QUOTAS__FIRST_TIER__SLACK="premium",
            EASEL_WORKER__SLOTS__PREMIUM="100",
            EASEL_BURSTS__WISHES="1000",  # the first of the people types every single command
        ),
    ):
        fake.post("wait", connections=1, within_s=60)
        yield


def rooms() -> list[str]:
    """Name the rooms."""
    return [f"room{number}" for number in range(ROOMS)]


def acknowledgements(fake: Fake, *, pause_s: float) -> dict[str, float]:
    """Return the median and the 99th percentile at each number of commands at once, in milliseconds."""
    measured: dict[str, float] = {}
    fake.burst(1, rooms())  # the first one opens connections
    for count, rounds in ROUNDS.items():
        took: list[float] = []
        for _ in range(rounds):
            took += fake.burst(count, rooms())
            time.sleep(pause_s if count > 1 else 0)
        cuts = quantiles(took, n=100, method="inclusive")
        measured[f"ack_ms_p50_at_{count}"], measured[f"ack_ms_p99_at_{count}"] = cuts[49], cuts[98]
    return measured


def tenant_quota(fake: Fake) -> dict[str, float]:
    """Have 200 people ask at once, and see what they get."""
    before = time.perf_counter()
    fake.burst(JOBS, rooms())
    while (delivered := fake.delivered()) < JOBS and time.perf_counter() - before < PATIENCE_S:
        time.sleep(2)
    seen = fake.get("seen")
    return {
        "delivered_of_200": float(delivered),
        "update_overruns": float(seen["overruns"].get("chat.update", 0)),
        "last_of_200_s": time.perf_counter() - before,
        "auth_tests": float(sum(call["method"] == "auth.test" for call in seen["calls"])),
    }


def measure(*, has_crowd: bool) -> dict[str, float]:
    """Measure everything."""
    with platform("--no-rate-limits") as fake:
        addresses = fake.addresses
        with run_program("benchmarks.slack_floor", addresses["api_url"], addresses["app_token"], addresses["bot_token"]):
            fake.post("wait", connections=1, within_s=60)
            floor = acknowledgements(fake, pause_s=0.2)
    with platform("--no-rate-limits") as fake, easel(fake):
        house = acknowledgements(fake, pause_s=8)
    measured = {
        **house,
        **{f"floor_{name}": value for name, value in floor.items()},
        "ack_over_floor_ms_p99_at_100": house["ack_ms_p99_at_100"] - floor["ack_ms_p99_at_100"],
    }
    if has_crowd:
        with platform() as fake, easel(fake):
            measured |= tenant_quota(fake)
    return measured


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slack", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--no-crowd", action="store_true", help="leave out the 200 jobs, which take five minutes")
    chosen = parser.parse_args()
    print("Measuring; this takes about seven minutes.", flush=True)
    measured = measure(has_crowd=not chosen.no_crowd)
    if chosen.json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:32} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
