"""What many pictures in one go take: `python -m benchmarks.batches [--json]`.

`batch_100_offer_ms` is from a hundred typed prompts to their price, and
`batch_100_accept_ms` from the press that confirms them until all are jobs and
the answer is given, on SQLite on disk; of both the middle of a few. Nobody
draws meanwhile. `zip_rss_mb` is by how much this process grows while a hundred
pictures of two megabytes are sent as one file.
"""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import structlog

from benchmarks.reports import ReactionCall
from bot.adapters.web.zip_stream import ZipEntry, write_zip
from bot.app.foundation import Foundation, open_foundation
from bot.app.services import Services, build_services
from bot.config import Settings
from bot.domain.batches import Batch
from bot.domain.jobs import BatchId
from bot.domain.people import PREMIUM, Identity, Person, Platform
from bot.domain.pictures import Picture, PictureId
from bot.domain.wishes import Draft
from storage.engines.local import LocalEngine
from storage.sql.batches import SqlBatches
from tests.contract.examples import a_job, some_pictures

PICTURES = 100
TIMES = 5
PICTURE_BYTES = 2_000_000
AIMS = {"batch_100_offer_ms": "-", "batch_100_accept_ms": "<= 300", "zip_rss_mb": "<= 40"}
_PROMPTS = "\n".join(f"a fox number {number} in the snow" for number in range(PICTURES))
_TIERS = {"guest": 100_000, "registered": 100_000, "premium": 100_000}


@asynccontextmanager
async def _services() -> AsyncIterator[tuple[Foundation, Services]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {"data_dir": Path(folder), "quotas": {"tiers": _TIERS}, "bursts": {"queued": 10_000, "wishes": 1000}}
        )
        async with open_foundation(settings) as base:
            yield base, build_services(base, {}, LocalEngine(base.clock))


async def measure_batches() -> dict[str, float]:
    """Return all figures."""
    async with _services() as (base, services):
        took = [await _take_in(base, services, number) for number in range(TIMES)]
        return {
            "batch_100_offer_ms": round(median(offer for offer, _ in took), 1),
            "batch_100_accept_ms": round(median(accept for _, accept in took), 1),
            "zip_rss_mb": round(await _send_all(base), 1),
        }


async def _take_in(base: Foundation, services: Services, number: int) -> tuple[float, float]:
    """Offer and confirm a batch of somebody's, and return the milliseconds of each."""
    person = Person(Identity(Platform("discord"), "", f"8{number:09d}"), f"person {number}")
    since = time.perf_counter()
    offer = await services.features.batch_studio.offer(_PROMPTS, Draft(prompt=""), ReactionCall(person, f"offer-{number}"))
    offered = time.perf_counter()
    await services.features.batch_studio.confirm(offer.batch.id, ReactionCall(person, f"press-{number}"))
    accepted = time.perf_counter()
    await _check(base, offer.batch)
    return (offered - since) * 1000, (accepted - offered) * 1000


async def _check(base: Foundation, batch: Batch) -> None:
    if len(await SqlBatches(base.database).jobs(batch.id)) != PICTURES:
        raise RuntimeError("not every prompt has become a job")


async def _send_all(base: Foundation) -> float:
    """Return by how many megabytes the process grows while a file of all pictures is sent."""
    account = (await base.records.accounts.get_or_create(Identity(Platform("discord"), "", "7"), PREMIUM)).id
    shown = []
    for number in range(PICTURES):
        job = replace(a_job(f"zip-{number}", account), key=f"batch:zip:{number:04}", batch=BatchId("zip"))
        [picture] = some_pictures(job.id)
        await base.objects.put(picture.file.key, bytes([number]) * PICTURE_BYTES, "image/png")
        shown.append(ZipEntry(f"{number:03}.png", job, picture))
    idle = highest = _rss_mb()
    pictures = {one.picture.id: one.picture for one in shown}

    async def find(picture: PictureId) -> Picture | None:
        return pictures.get(picture)

    async for _ in write_zip(shown, find, base.objects):
        highest = max(highest, _rss_mb())
    return highest - idle


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batches", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = asyncio.run(measure_batches())
    if asked.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:<20} {figure:>8}   aim {AIMS[name]}")


if __name__ == "__main__":
    main()
