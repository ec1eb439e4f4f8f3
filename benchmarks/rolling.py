"""Whether an upgrade loses nothing: real processes of the version before and of this one, side by side over the newest migration.

`python -m benchmarks.rolling [--json]`, in a checkout with its history.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import structlog

from benchmarks.chaos.evidence import gather_evidence, look_at_front_ends
from benchmarks.chaos.judge import ChaosVerdict, judge
from benchmarks.chaos.orphan_sweep import sweep_orphans
from benchmarks.chaos.people import FRONT_ENDS, Users
from benchmarks.chaos.replicas import Replica
from benchmarks.chaos.run import ask_later, build_replica, say, settle, stop_all
from benchmarks.chaos.surroundings import GUILDS, Surroundings, open_surroundings
from storage.migrate import head

_REPOSITORY = Path(__file__).resolve().parents[1]
_VERSIONS = "storage/migrations/versions"
_ROLES = ("worker", "web", "gateway")
_EACH = 2
"""Processes of each role; there is a gateway for each guild."""

_ASK_EVERY_S = 0.7
_PAUSE_S = 4.0
"""Between two of them being replaced, so that both versions have something to do."""

_POLL_S = 0.05
_VERSION = "SELECT version_num FROM alembic_version"

_BE_EASEL = """\
import os, signal, sys, threading

def end_with_parent():
    os.read(0, 1)  # whoever started it says nothing, and is gone when this returns
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=end_with_parent, daemon=True).start()
sys.path.insert(0, sys.argv.pop(1))
from bot.cli import main
main(sys.argv[1:])
"""


class CheckoutReplica(Replica):
    """A process that runs the code of another folder. It ends once, and nobody takes its place."""

    def __init__(self, like: Replica, code: Path) -> None:
        super().__init__(like.role, like.number, port=like.port, environ=like.environ, folder=like.folder)
        self.log = like.folder / f"{like.name}-before.log"
        self._code = code
        self._program: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start it, with the packages that are installed here."""
        self.ended.clear()
        with self.log.open("ab") as log:
            self._program = subprocess.Popen(
                [sys.executable, "-c", _BE_EASEL, str(self._code), *self.arguments],
                cwd=self.folder,
                env=dict(self.environ),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self._waiting = asyncio.create_task(self._wait(self._program))

    async def _wait(self, program: "subprocess.Popen[bytes]") -> None:
        while (code := program.poll()) is None:  # a thread for each would leave none for anything else  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        self.exit_code = code
        self.ended.set()

    @property
    def pid(self) -> int | None:
        """Its process."""
        return None if self._program is None else self._program.pid


@dataclass
class Roll:
    """How an upgrade went: who was replaced, and what the versions did of it."""

    before: str
    after: str = field(default_factory=head)
    drawn_by_old_beside_new: int = 0
    drawn_by_new: int = 0
    ended_badly: list[str] = field(default_factory=list)


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(_REPOSITORY), *arguments],  # noqa: S607 - whichever git there is
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def commit_before_newest_migration() -> str:
    """Return the last commit whose code does not know the newest migration."""
    added = _git("log", "-1", "--no-renames", "--diff-filter=A", "--format=%H", "--", f"{_VERSIONS}/r{head()}_*.py")
    return f"{added}~1"


def check_out(commit: str, folder: Path) -> str:
    """Put the files of a commit into a folder, and return the newest version that its code knows."""
    archive = subprocess.run(
        ["git", "-C", str(_REPOSITORY), "archive", commit],  # noqa: S607 - whichever git there is
        check=True,
        capture_output=True,
    ).stdout
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)  # noqa: S607 - as above
    return max(path.stem[1:].partition("_")[0] for path in (folder / _VERSIONS).glob("r*_*.py"))


async def roll(commit: str, folder: Path) -> tuple[ChaosVerdict, Roll]:
    """Upgrade all processes one after the other while people ask, and judge what is left."""
    code = folder / "before"
    found = Roll(check_out(commit, code))
    if found.before == found.after:
        sys.exit(f"{commit} has the same tables, version {found.before}: name an older commit with --before.")
    async with open_surroundings(folder, has_tables=False) as surroundings:
        new = {f"{role}-{number}": build_replica(surroundings, role, number) for role in _ROLES for number in range(_EACH)}
        for replica in new.values():
            _configure(surroundings, replica, new["web-0"].url)
        old = {name: CheckoutReplica(replica, code) for name, replica in new.items()}
        try:
            verdict = await _upgrade_while_people_ask(surroundings, old, new, found)
        finally:
            await asyncio.gather(*(replica.clear() for replica in (*old.values(), *new.values())))
    return verdict, found


def _configure(surroundings: Surroundings, replica: Replica, public_url: str) -> None:
    replica.environ["EASEL_WEB__PUBLIC_URL"] = public_url
    replica.environ["EASEL_DATA_DIR"] = str(surroundings.folder / ("workers" if replica.role == "worker" else "others"))
    if replica.role == "gateway":
        replica.environ["EASEL_DISCORD__SHARD_IDS"] = str(replica.number)


async def _upgrade_while_people_ask(
    surroundings: Surroundings, old: Mapping[str, CheckoutReplica], new: Mapping[str, Replica], found: Roll
) -> ChaosVerdict:
    await next(iter(old.values())).start()  # it makes the tables
    await asyncio.gather(*(replica.start() for replica in list(old.values())[1:]))
    await surroundings.discord.post("gateway", ready=GUILDS, within_s=60)
    await surroundings.slack.post("wait", connections=GUILDS, within_s=60)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as http:
        users = Users(surroundings, [new["web-0"].url, new["web-1"].url], 1, http)
        await users.prepare()
        assert (await surroundings.rows(_VERSION))[0]["version_num"] == found.before
        say(f"{len(old)} processes of before run on tables of version {found.before}. People ask from now on.")
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(_keep_asking(users, group))
            await _replace_all(surroundings, old, new, found)
            await asyncio.sleep(_PAUSE_S)
            asking.cancel()
        await settle(surroundings)
        sights = await look_at_front_ends(users)
        found.drawn_by_new = _count_done(replica.log for replica in new.values())
        await stop_all(list(new.values()))
        await sweep_orphans(surroundings, [surroundings.folder / "workers" / "spool"])
        verdict, findings = judge(await gather_evidence(surroundings, users.asked, sights))
    for finding in (*findings, *found.ended_badly):
        say(finding)
    return verdict


async def _keep_asking(users: Users, group: asyncio.TaskGroup) -> None:
    for number in itertools.count():
        group.create_task(ask_later(users, FRONT_ENDS[number % len(FRONT_ENDS)], number, 0))
        await asyncio.sleep(_ASK_EVERY_S)


async def _replace_all(
    surroundings: Surroundings, old: Mapping[str, CheckoutReplica], new: Mapping[str, Replica], found: Roll
) -> None:
    """Replace one of each role, and then the others."""
    done_before = 0
    for number, role in itertools.product(range(_EACH), _ROLES):
        name = f"{role}-{number}"
        await asyncio.sleep(_PAUSE_S)
        code = await old[name].stop()
        if code != 0:
            found.ended_badly.append(f"{name} of before ended with {code}; see {old[name].log}")
        await new[name].start()
        [row] = await surroundings.rows(_VERSION)
        done_before = done_before or _count_done(replica.log for replica in old.values())
        say(f"{name} is of this version; the tables are version {row['version_num']}.")
    found.drawn_by_old_beside_new = _count_done(replica.log for replica in old.values()) - done_before


def _count_done(logs: Iterable[Path]) -> int:
    return sum(log.read_text().count('"job.done"') for log in logs if log.exists())


def main() -> None:
    """Run and print: a table, or with `--json` one object as the last line. The exit code is 0 if nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rolling", description="Prove that an upgrade loses nothing.")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--before", metavar="COMMIT", help="the old code: by default, the commit before the newest migration")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rolling") as folder:
        verdict, found = asyncio.run(roll(arguments.before or commit_before_newest_migration(), Path(folder)))
    sides = {"drawn_by_old_beside_new": found.drawn_by_old_beside_new, "drawn_by_new": found.drawn_by_new}
    counts = {**verdict.counts(), **sides, "seconds": round(time.monotonic() - began, 1)}
    counts |= {"from_version": int(found.before), "to_version": int(found.after)}
    if arguments.json:
        print(json.dumps(counts))
    else:
        for name, count in counts.items():
            print(f"{name:24} {count:10}")
    sys.exit(0 if verdict.is_clean and not verdict.notified and all(sides.values()) and not found.ended_badly else 1)


if __name__ == "__main__":
    main()
