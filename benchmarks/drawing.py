"""Draws so many pictures at once, with the house or with nothing around the same SDK call; prints what it took as JSON.

A program of its own, so that each measurement begins in a fresh process:
`python -m benchmarks.drawing house --url http://127.0.0.1:4010/v1 --at-once 20 --rounds 2`.
"""

import argparse
import asyncio
import base64
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from openai import AsyncOpenAI

from benchmarks.measuring import Watch
from bot.app.house import open_house
from bot.config import Settings
from bot.domain.chat import Form, MessageRef, Place, Post, Tone, promise
from bot.domain.people import Identity, Person, Platform
from bot.domain.pictures import PictureId

PLATFORM = Platform("terminal")
Draw = Callable[[str], Awaitable[None]]


class EndSurface:
    """A surface that only waits for each message's end."""

    def __init__(self) -> None:
        self.ends: dict[str, asyncio.Future[Post]] = {}

    async def post(self, place: Place, post: Post, *, key: str) -> MessageRef:  # noqa: ARG002 - the port's signature
        """Begin a message."""
        self.ends[key] = asyncio.get_running_loop().create_future()
        return MessageRef(place, key)

    async def find(self, promised: MessageRef) -> MessageRef | None:  # noqa: ARG002 - the port's signature
        """Leave it to `post`."""
        return None

    def show_progress(self, message: MessageRef, post: Post) -> None:
        """Show nothing: only the end is waited for."""

    def drop_progress(self, message: MessageRef) -> None:
        """Drop nothing: nothing waits."""

    async def update(self, message: MessageRef, post: Post) -> None:
        """Note how it ended."""
        if post.tone in {Tone.DONE, Tone.FAILED, Tone.REFUSED} and not self.ends[message.id].done():
            self.ends[message.id].set_result(post)

    async def retract(self, message: MessageRef, post: Post, gone: Collection[PictureId]) -> None:
        """Show nothing."""

    async def direct(self, person: Identity) -> Place:
        """Nobody is written to alone here."""
        raise AssertionError(person.platform)

    async def delete(self, message: MessageRef) -> None:
        """Nothing is ever deleted here."""


class BenchCall:
    """One wish."""

    message = None

    def __init__(self, key: str, surface: EndSurface) -> None:
        self.key = key
        self.person = Person(Identity(PLATFORM, "", "bench"), "bench")
        self.place = Place(PLATFORM, "", "bench")
        self._surface = surface

    def promise(self) -> MessageRef:
        """Promise an answer."""
        return promise(self.place)

    async def answer(self, post: Post, *, key: str) -> MessageRef:  # noqa: ARG002 - it is known by the call's, not by the job's
        """Answer in public."""
        return await self._surface.post(self.place, post, key=self.key)

    async def whisper(self, post: Post) -> None:
        """Nothing may be refused here."""
        raise AssertionError(post.text)

    async def settle(self, post: Post) -> bool:
        """Nothing was pressed."""
        raise AssertionError(post.text)

    async def ask(self, form: Form) -> None:
        """Nor asked."""
        raise AssertionError(form.command)


def bench_settings(url: str, folder: Path, at_once: int) -> Settings:
    """Return the settings of a house that draws so many pictures at once, without limits for who asks."""
    return Settings.model_validate(
        {
            "data_dir": folder,
            "openai": {"api_key": "sk-bench", "base_url": url},
            "quotas": {"tiers": {"premium": 100_000}},
            "bursts": {"wishes": 10_000, "running": 1000, "queued": 10_000},
            "worker": {"slots": {"premium": at_once}},
        }
    )


@asynccontextmanager
async def house(url: str, folder: Path, at_once: int) -> AsyncIterator[Draw]:
    """Draw with everything: checked, rewritten, counted, drawn, kept, shown."""
    surface = EndSurface()
    async with open_house(bench_settings(url, folder, at_once), {PLATFORM: surface}) as running:

        async def draw(key: str) -> None:
            await running.dispatcher.dispatch("imagine", {"prompt": f"a fox, number {key}"}, BenchCall(key, surface))
            post = await surface.ends[key]
            assert post.tone is Tone.DONE, post.text

        yield draw


@asynccontextmanager
async def floor(url: str, folder: Path, at_once: int) -> AsyncIterator[Draw]:  # noqa: ARG001 - called as `house` is
    """Draw with nothing: the same SDK call with the same previews, base64 decoded, written to a file."""
    async with AsyncOpenAI(api_key="sk-bench", base_url=url, max_retries=0) as client:

        async def draw(key: str) -> None:
            stream = await client.images.generate(
                model="gpt-image-2",
                prompt=f"a fox, number {key}",
                size="1024x1024",
                quality="medium",
                stream=True,
                partial_images=2,
            )
            async for event in stream:
                if event.type == "image_generation.completed":
                    content = await asyncio.to_thread(base64.b64decode, event.b64_json)
                    await asyncio.to_thread((folder / key).write_bytes, content)

        yield draw


async def measure(kind: str, url: str, *, at_once: int, rounds: int) -> dict[str, float]:
    """Draw `rounds` times `at_once` pictures, after one that does not count, and say what it took."""
    seconds: list[float] = []

    async def timed(draw: Draw, key: str) -> None:
        before = time.perf_counter()
        await draw(key)
        seconds.append(time.perf_counter() - before)

    with tempfile.TemporaryDirectory() as folder:
        async with {"house": house, "floor": floor}[kind](url, Path(folder), at_once) as draw:
            await draw("warm-up")
            async with Watch() as watch:
                before = time.perf_counter()
                for number in range(rounds):
                    await asyncio.gather(*(timed(draw, f"{number}-{place}") for place in range(at_once)))
                took = time.perf_counter() - before
    return {
        "p50_ms": median(seconds) * 1000,
        "per_s": len(seconds) / took,
        "stall_ms": watch.longest_stall_ms,
        "added_mb_each": watch.added_mb / at_once,
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__)
    parser.add_argument("kind", choices=["house", "floor"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(measure(args.kind, args.url, at_once=args.at_once, rounds=args.rounds))))


if __name__ == "__main__":
    main()
