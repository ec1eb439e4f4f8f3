"""How quickly Discord gets its acknowledgements and pictures: `python -m benchmarks.discord [--json]`.

Everything runs on this machine, each part in a process of its own: the fake
Discord, the fake OpenAI with a 2 s drawing, and the bot, which is easel or,
as the floor, nothing but discord.py and OpenAI's SDK. Times are taken by the
fake Discord: from sending an interaction to having its response. Stalls are
heartbeats of the gateway that came late.
"""

import argparse
import contextlib
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

from benchmarks.programs import run_fake, run_program

TOKEN = "fake-token"  # noqa: S105 - the fake's own
BEAT_S = 0.1
ROUNDS = {1: 30, 20: 5, 100: 3}
AIMS = {"ack_over_floor_ms_p99_at_100": "<= 50", "last_of_20_over_floor": "<= 1.15", "loop_stall_ms": "<= 30"}


class Fake:
    """The fake Discord, driven from outside."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def api_url(self) -> str:
        """Where its API is."""
        return f"{self._url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where its gateway is."""
        return f"{self._url.replace('http', 'ws', 1)}/gateway/"

    def post(self, act: str, **asked: object) -> Any:
        """Have it do something."""
        body = json.dumps(asked).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            f"{self._url}/control/{act}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=130) as reply:  # noqa: S310 - see above
            return json.load(reply)

    def get(self, what: str) -> Any:
        """Ask what it saw."""
        with urllib.request.urlopen(f"{self._url}/control/{what}", timeout=30) as reply:  # noqa: S310 - see above
            return json.load(reply)

    def burst(self, count: int) -> list[Any]:
        """Have so many people type the command in one breath, and give the interactions once all are acknowledged."""
        made = self.post("commands", name="imagine", count=count, options={"prompt": "a fox"})["interactions"]
        return list(self.post("wait", interactions=made, within_s=100)["interactions"])

    def drawn(self, interactions: list[Any]) -> None:
        """Wait until all of them have their picture."""
        self.post("wait", interactions=[one["id"] for one in interactions], until="answered", text="AI-generated", within_s=100)


@contextlib.contextmanager
def platform() -> Iterator[Fake]:
    """Run the fake Discord without rate limits, which are not what is measured."""
    with run_fake("tests.fakes.discord", "--no-rate-limits", "--quiet", "--heartbeat", str(BEAT_S)) as url:
        yield Fake(url)


@contextlib.contextmanager
def easel(fake: Fake, openai: str) -> Iterator[None]:
    """Run easel there, with room for everybody."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_program(
            "bot",
            "run",
            EASEL_DATA_DIR=folder,
            EASEL_WEB__PORT="0",
            DISCORD_TOKEN=TOKEN,
            EASEL_DISCORD__API_URL=fake.api_url,
            EASEL_DISCORD__GATEWAY_URL=fake.gateway_url,
            OPENAI_API_KEY="sk-bench",
            OPENAI_BASE_URL=openai,
            EASEL_QUOTAS__FIRST_TIER__DISCORD="premium",
            EASEL_WORKER__SLOTS__PREMIUM="100",
            EASEL_BURSTS__WISHES="1000",  # the first of the people types every single command
        ),
    ):
        yield


def ready(fake: Fake) -> None:
    """Wait until a bot is connected, and has registered its command."""
    fake.post("gateway", ready=1, within_s=60)
    while not any(command["name"] == "imagine" for command in fake.get("world")["commands"]):
        time.sleep(0.05)


def acknowledgements(fake: Fake, *, draws: bool) -> dict[str, float]:
    """Return the median and the 99th percentile at each number of commands at once, in milliseconds."""
    measured: dict[str, float] = {}
    fake.burst(1)  # the first one opens connections
    for count, rounds in ROUNDS.items():
        took: list[float] = []
        for _ in range(rounds):
            interactions = fake.burst(count)
            took += [float(one["acknowledged_after_s"]) * 1000 for one in interactions]
            if draws:
                fake.drawn(interactions)
        cuts = quantiles(took, n=100, method="inclusive")
        measured[f"ack_ms_p50_at_{count}"], measured[f"ack_ms_p99_at_{count}"] = cuts[49], cuts[98]
    return measured


def last_of_20(fake: Fake) -> float:
    """Return the seconds from the first of 20 commands to the last of 20 pictures."""
    before = time.perf_counter()
    fake.drawn(fake.burst(20))
    return time.perf_counter() - before


def measure() -> dict[str, float]:
    """Measure everything."""
    with platform() as fake, run_program("benchmarks.discord_floor", fake.api_url, fake.gateway_url, TOKEN):
        ready(fake)
        floor = acknowledgements(fake, draws=False)
        floor_stall = float(fake.get("seen")["worst_heartbeat_late_s"]) * 1000
    with (
        run_fake("tests.fakes.openai", "--delay", "2") as openai,
        platform() as fake,
        run_program("benchmarks.discord_floor", fake.api_url, fake.gateway_url, TOKEN, openai),
    ):
        ready(fake)
        fake.drawn(fake.burst(1))
        floor_last = min(last_of_20(fake) for _ in range(3))
    with run_fake("tests.fakes.openai", "--delay", "2") as openai, platform() as fake, easel(fake, openai):
        ready(fake)
        fake.drawn(fake.burst(1))
        last = min(last_of_20(fake) for _ in range(3))
        fake.post("clear")
        fake.drawn(fake.burst(20))
        stall = float(fake.get("seen")["worst_heartbeat_late_s"]) * 1000
        house = acknowledgements(fake, draws=True)
    return {
        **house,
        **{f"floor_{name}": value for name, value in floor.items()},
        "ack_over_floor_ms_p99_at_100": house["ack_ms_p99_at_100"] - floor["ack_ms_p99_at_100"],
        "last_of_20_s": last,
        "floor_last_of_20_s": floor_last,
        "last_of_20_over_floor": last / floor_last,
        "loop_stall_ms": stall,
        "floor_loop_stall_ms": floor_stall,
    }


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.discord", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    as_json = parser.parse_args().json
    print("Measuring; this takes about two minutes.", flush=True)
    measured = measure()
    if as_json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:32} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
