"""What changing a picture costs on top of the bare call, all in one run: `python -m benchmarks.edits [--json]`.

The provider is the fake OpenAI server on this machine, which draws 2 s; the
picture that is changed has 3 MB as a PNG, and so has the one that comes of it. The
floor is the same SDK call with the same file, base64 decoding and a file, with
nothing around it. `edit_added_ms_p50` is one edit at a time, `rss_ratio` what 20 at
once add to the process, by the bytes that each reads and gets.

`input_check_ms_p50_12mp` is the check of a photo of 12 megapixels as cameras
write them, and `loop_stall_ms` the longest that the loop stood still meanwhile, or during the edits.
`composite_ms_p50` is putting a part into a picture of 1536x1024, where a model takes no mask.
"""

import argparse
import asyncio
import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from statistics import median

from openai import AsyncOpenAI
from PIL import Image

from benchmarks.drawing import PLATFORM, BenchCall, EndSurface, bench_settings
from benchmarks.measuring import Watch
from benchmarks.programs import run_fake
from bot.app.house import open_house
from bot.domain.chat import Tone
from bot.domain.inputs import BroughtPicture
from bot.moderation.input_check import InputCheck
from bot.pipeline.part_composites import PartComposites

PICTURE_BYTES = 3_000_000
EDGE = 1024
CAMERA = (4000, 3000)
AT_ONCE = 20
DRAWS_S = 2.0
AIMS = {
    "edit_added_ms_p50": "<= 80",
    "input_check_ms_p50_12mp": "<= 150",
    "loop_stall_ms": "<= 25",
    "rss_ratio": "<= 4",
}
Edit = Callable[[str], Awaitable[None]]


@cache
def grain(width: int, height: int, form: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture that packs as badly as photos do."""
    noise = Random(7).randbytes(width * height * len(mode))  # noqa: S311 - nothing is kept secret by it
    image = Image.frombytes(mode, (width, height), noise)
    if form == "JPEG":  # a camera's picture is smooth, with a little noise
        image = Image.blend(Image.linear_gradient("L").resize((width, height)).convert("RGB"), image, 0.06)
    packed = BytesIO()
    image.save(packed, form, **({"quality": 90} if form == "JPEG" else {"compress_level": 1}))
    return packed.getvalue()


@asynccontextmanager
async def house(url: str, folder: Path) -> AsyncIterator[Edit]:
    """Edit with everything: checked, kept, judged, counted, drawn, kept, shown."""
    surface = EndSurface()
    async with open_house(bench_settings(url, folder, AT_ONCE), {PLATFORM: surface}) as running:

        async def edit(key: str) -> None:
            picture = (BroughtPicture(grain(EDGE, EDGE)),)
            await running.dispatcher.dispatch("imagine", {"prompt": f"a fox, {key}", "picture": picture}, BenchCall(key, surface))
            post = await surface.ends[key]
            assert post.tone is Tone.DONE, post.text

        yield edit


@asynccontextmanager
async def floor(url: str, folder: Path) -> AsyncIterator[Edit]:
    """Edit with nothing: the same SDK call, base64 decoded, written to a file."""
    async with AsyncOpenAI(api_key="sk-bench", base_url=url, max_retries=0) as client:

        async def edit(key: str) -> None:
            stream = await client.images.edit(
                model="gpt-image-2",
                image=("picture.png", grain(EDGE, EDGE), "image/png"),
                prompt=f"a fox, {key}",
                size="1024x1024",
                quality="medium",
                stream=True,
                partial_images=2,
            )
            async for event in stream:
                if event.type == "image_edit.completed":
                    content = await asyncio.to_thread(base64.b64decode, event.b64_json)
                    await asyncio.to_thread((folder / key).write_bytes, content)

        yield edit


async def measure_edits(kind: str, url: str, *, at_once: int, rounds: int) -> dict[str, float]:
    """Make `rounds` times `at_once` edits, after one that does not count, and say what they took."""
    seconds: list[float] = []

    async def timed(edit: Edit, key: str) -> None:
        before = time.perf_counter()
        await edit(key)
        seconds.append(time.perf_counter() - before)

    grain(EDGE, EDGE)
    with tempfile.TemporaryDirectory() as folder:
        async with {"house": house, "floor": floor}[kind](url, Path(folder)) as edit:
            await edit("warm-up")
            async with Watch() as watch:
                for number in range(rounds):
                    await asyncio.gather(*(timed(edit, f"{number}-{place}") for place in range(at_once)))
    return {
        "p50_ms": median(seconds) * 1000,
        "stall_ms": watch.longest_stall_ms,
        "added_mb_each": watch.added_mb / at_once,
    }


async def measure_pictures(
    rounds: int, camera: tuple[int, int] = CAMERA, edges: tuple[int, int] = (1536, 1024)
) -> dict[str, float]:
    """Check a camera's picture, and make a composite, so often."""
    photo, check = BroughtPicture(grain(*camera, "JPEG")), InputCheck()
    base, drawn, mask = grain(*edges), grain(*edges), _half_clear(edges)
    composites = PartComposites()
    async with Watch() as watch:
        checks = [await _milliseconds(check.examine((photo,))) for _ in range(rounds)]
    return {
        "input_check_ms_p50": median(checks),
        "stall_ms": watch.longest_stall_ms,
        "composite_ms_p50": median([await _milliseconds(composites.make(base, mask, drawn)) for _ in range(rounds)]),
    }


async def _milliseconds(work: Awaitable[object]) -> float:
    before = time.perf_counter()
    await work
    return (time.perf_counter() - before) * 1000


def _half_clear(edges: tuple[int, int]) -> bytes:
    mask = Image.new("RGBA", edges, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, edges[0] // 2, edges[1]))
    packed = BytesIO()
    mask.save(packed, "PNG")
    return packed.getvalue()


def _measure_apart(kind: str, url: str = "", *, at_once: int = 1, rounds: int) -> dict[str, float]:
    """Measure one kind in a process of its own."""
    options = ["--kind", kind, "--url", url, "--at-once", str(at_once), "--rounds", str(rounds)]
    command = [sys.executable, "-m", "benchmarks.edits", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure() -> dict[str, float]:
    """Measure everything."""
    with run_fake("tests.fakes.openai", "--delay", str(DRAWS_S), "--picture-bytes", str(PICTURE_BYTES)) as url:
        floor_1, house_1 = (_measure_apart(kind, url, rounds=5) for kind in ("floor", "house"))
        floor_20, house_20 = (_measure_apart(kind, url, at_once=AT_ONCE, rounds=2) for kind in ("floor", "house"))
    pictures = _measure_apart("pictures", rounds=15)
    moved = PICTURE_BYTES + len(grain(EDGE, EDGE))
    return {
        "edit_added_ms_p50": house_1["p50_ms"] - floor_1["p50_ms"],
        "input_check_ms_p50_12mp": pictures["input_check_ms_p50"],
        "loop_stall_ms": max(house_1["stall_ms"], pictures["stall_ms"]),
        "rss_ratio": house_20["added_mb_each"] * 1_000_000 / moved,
        "composite_ms_p50": pictures["composite_ms_p50"],
        "floor_ms_p50": floor_1["p50_ms"],
        "floor_stall_ms": floor_1["stall_ms"],
        "added_ms_p50_at_20": house_20["p50_ms"] - floor_20["p50_ms"],
        "stall_ms_at_20": house_20["stall_ms"],
        "floor_stall_ms_at_20": floor_20["stall_ms"],
        "floor_rss_ratio": floor_20["added_mb_each"] * 1_000_000 / moved,
    }


def main() -> None:
    """Measure and print: a table, or with `--json` one object as the last line. With `--kind` it measures that alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edits", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--kind", choices=["house", "floor", "pictures"], help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--at-once", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.kind == "pictures":
        print(json.dumps(asyncio.run(measure_pictures(args.rounds))))
        return
    if args.kind:
        print(json.dumps(asyncio.run(measure_edits(args.kind, args.url, at_once=args.at_once, rounds=args.rounds))))
        return
    print("Measuring; this takes about a minute.", flush=True)
    measured = measure()
    if args.json:
        print(json.dumps({name: round(value, 3) for name, value in measured.items()}))
        return
    for name, value in measured.items():
        print(f"{name:24} {value:10.3f}   {'aim ' + AIMS[name] if name in AIMS else ''}")


if __name__ == "__main__":
    main()
