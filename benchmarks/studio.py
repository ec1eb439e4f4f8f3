"""`python -m benchmarks.studio [--json]`: how quickly people find their pictures again when there are very many of them.

Tables of SQLite are filled with pictures of one account, a hundred and a hundred thousand, one in a hundred of them with
the words that are looked for. Then a page of the gallery, one of a search, the same of wishes (none of which is drawn in
these tables), and a share page are asked for in turn, each of its own place, in milliseconds; `growth_ratio` says how much
longer a page of the gallery takes in the large table. `wall_…` are those of the gallery on the page, two hundred at once:
how long they take, and how many kilobytes a browser has loaded, packed, before the first picture comes.
"""

import argparse
import asyncio
import gzip
import json
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.adapters.web import assets as page_files
from bot.adapters.web.gallery import read_page
from bot.adapters.web.share_view import ShareView, describe_share
from bot.app.system import RandomIds, SystemClock
from bot.domain.jobs import JobId
from bot.domain.people import REGISTERED, AccountId
from bot.domain.picture_search import PictureQuery
from bot.domain.pictures import PictureId
from bot.domain.shares import Share, ShareId
from bot.domain.wish_history import WishQuery, WishStatus
from bot.domain.wishes import Wish
from bot.services.picture_links import PictureLinks
from bot.services.sharing import Sharing
from storage.migrate import upgrade
from storage.schema.jobs import jobs, pictures
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database, open_database
from storage.sql.jobs import SqlJobs
from storage.sql.picture_search import SqlPictureSearch
from storage.sql.pictures import SqlPictures
from storage.sql.rows import job_values, picture_values
from storage.sql.shares import SqlShares
from storage.sql.wish_history import SqlWishHistory
from tests.contract.examples import ANN, a_job, some_pictures

FEW, MANY = 100, 100_000
_CHUNK = 5_000
_PAGE = 11
_RARE = 100
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_ROUNDS = 60
_WARM_UP = 5

Ask = Callable[[int], Awaitable[object]]


async def measure_studio(many: int = MANY, few: int = FEW, rounds: int = _ROUNDS) -> dict[str, float]:
    """Return the figures, in milliseconds where they are times. Both tables are asked in turn."""
    async with AsyncExitStack() as stack:
        small, large = [await stack.enter_async_context(_filled(count)) for count in (few, many)]
        asks = {"small": small["gallery"], **large}
        took: dict[str, list[float]] = {name: [] for name in asks}
        for turn in range(rounds + _WARM_UP):
            for name, ask in asks.items():
                seconds = await _time(ask, turn)
                if turn >= _WARM_UP:
                    took[name].append(seconds)
        tiles = gzip.compress(json.dumps(await large["wall"](0)).encode())
    ms = {name: statistics.median(times) * 1000 for name, times in took.items()}
    return {
        "gallery_ms_p50_100k": round(ms["gallery"], 2),
        "growth_ratio": round(ms["gallery"] / ms["small"], 2),
        "search_ms_p50_100k": round(ms["search"], 2),
        "wishes_ms_p50_100k": round(ms["wishes"], 2),
        "wish_search_ms_p50_100k": round(ms["waiting"], 2),
        "share_page_ms_p50": round(ms["share"], 2),
        "wall_ms_p50_100k": round(ms["wall"], 2),
        "wall_kb_before_pictures": round((_bytes_of_page() + len(tiles)) / 1024, 1),
    }


def _bytes_of_page() -> int:
    """Return how many bytes of its own files the gallery's page loads, packed."""
    folder = Path(page_files.__file__).parent / "static"
    page = (folder / "gallery.html").read_text()
    names = {"gallery.html", *re.findall(r"static/([\w.-]+)", page)}
    return sum(len(gzip.compress((folder / name).read_bytes())) for name in names)


@asynccontextmanager
async def _filled(count: int) -> AsyncIterator[dict[str, Ask]]:
    """Yield what can be asked of a table with so many pictures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'studio.db'}"
        await upgrade(url)
        async with open_database(url) as database:
            account = (await SqlAccounts(database, SystemClock(), RandomIds()).get_or_create(ANN, REGISTERED)).id
            await _fill(database, account, count)
            yield _asks(database, account, count)


def _asks(database: Database, account: AccountId, count: int) -> dict[str, Ask]:
    search, history = SqlPictureSearch(database), SqlWishHistory(database)
    sharing = Sharing(
        shares=SqlShares(database),
        pictures=SqlPictures(database),
        jobs=SqlJobs(database, SystemClock()),
        clock=SystemClock(),
        ids=RandomIds(),
    )
    links = PictureLinks("http://127.0.0.1")

    def place(turn: int) -> PictureId:
        return PictureId(f"job-{count // 2 + turn * 7919 % (count // 2)}.0")

    async def gallery(turn: int) -> object:
        return await search.find(account, PictureQuery(), most=_PAGE, before=place(turn))

    async def find(turn: int) -> object:
        return await search.find(account, PictureQuery(words=("lighthouse", "storm")), most=_PAGE, before=place(turn))

    async def wishes(turn: int) -> object:
        return await history.find(account, WishQuery(), most=_PAGE, before=JobId(place(turn).removesuffix(".0")))

    async def waiting(turn: int) -> object:
        query, last = WishQuery(status=WishStatus.WAITING, words=("lighthouse", "storm")), JobId(place(turn).removesuffix(".0"))
        return await history.find(account, query, most=_PAGE, before=last)

    async def wall(turn: int) -> object:
        return await read_page(search, SqlJobs(database, SystemClock()), account, PictureQuery(), place(turn))

    async def share(turn: int) -> object:
        new = Share(id=ShareId(f"share-{turn}"), picture=place(turn), shows_words=True, created_at=_BEGIN)
        shared = await SqlShares(database).add(new)
        began = time.perf_counter()
        found = await sharing.get(shared.id)
        shown = None if found is None else await sharing.open(found)
        if shown is None:
            raise RuntimeError("what was just shared cannot be seen")
        ShareView(describe_share(shown, links), links.share(shared.id), "0").page  # noqa: B018 - building it is what is measured
        return time.perf_counter() - began

    return {"gallery": gallery, "search": find, "wishes": wishes, "waiting": waiting, "wall": wall, "share": share}


async def _time(ask: Ask, turn: int) -> float:
    """Return how many seconds it takes; what says that by itself is believed."""
    began = time.perf_counter()
    said = await ask(turn)
    return said if isinstance(said, float) else time.perf_counter() - began


async def _fill(database: Database, account: AccountId, count: int) -> None:
    for first in range(0, count, _CHUNK):
        rows = list(_rows(account, first, min(first + _CHUNK, count)))
        async with database.write_transaction() as connection:
            await connection.execute(insert(jobs), [job for job, _ in rows])
            await connection.execute(insert(pictures), [picture for _, picture in rows])


def _rows(account: AccountId, first: int, end: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield jobs with a picture each, a minute after each other."""
    for number in range(first, end):
        rare = "a lighthouse in a storm" if number % _RARE == 0 else f"a fox number {number} in the snow"
        job = replace(
            a_job(f"job-{number}", account, wish=Wish(prompt=f"{rare}, in soft light, seen from afar")),
            created_at=_BEGIN + timedelta(minutes=number),
        )
        [picture] = some_pictures(job.id)
        kept = {**picture_values(picture), "account": account, "community": job.community, "kept_at": job.created_at}
        yield job_values(job), kept


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    figures = asyncio.run(measure_studio())
    if parser.parse_args().json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value:10}")


if __name__ == "__main__":
    main()
