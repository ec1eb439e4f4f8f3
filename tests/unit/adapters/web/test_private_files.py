"""Asks whether files that were whispered are there for a while, for one visitor alone, and do no harm."""

import hashlib
import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from bot.adapters.web.private_files import PrivateFiles, private_file_routes
from bot.adapters.web.visitors import COOKIE, Visitors
from bot.domain.chat import Attachment, Post
from storage.no_shared_files import NoSharedFiles
from tests.fakes.ids import CountingIds
from tests.fakes.studio import png

PLOT = Attachment("plot.png", "image/png", png(30, 20), "bars")
TABLE = Attachment("table.csv", "text/csv", b"a,b\r\n")
POST = Post("Usage", attachments=(PLOT, TABLE))


class FileVisitors:
    """Where two visitors come for their files."""

    def __init__(self, private_files: PrivateFiles) -> None:
        visitors = Visitors(CountingIds(), is_secure=False)
        self.private_files = private_files
        app = FastAPI()
        app.include_router(private_file_routes(private_files, visitors))
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://page")

    async def get(self, link: str, visitor: str = "a") -> tuple[int, bytes, dict[str, str]]:
        """Follow a link, as somebody with a cookie."""
        answer = await self.client.get(link, headers={"cookie": f"{COOKIE}={visitor * 44}"})
        return answer.status_code, answer.content, dict(answer.headers)


def links(render_note: str) -> list[str]:
    """Return where a note's files are."""
    return [file["link"] for file in json.loads(render_note)["files"]]


@pytest.fixture
async def counter() -> AsyncIterator[FileVisitors]:
    """Open the counter."""
    counter = FileVisitors(PrivateFiles(CountingIds(), NoSharedFiles()))
    async with counter.client:
        yield counter


@pytest.fixture
def ann() -> str:
    """Return the user whose cookie is all a's."""
    return hashlib.sha256(b"a" * 44).hexdigest()[:32]


async def test_a_note_says_what_its_files_are(ann: str) -> None:
    """A picture has a size; the words are those of the post."""
    render_note = json.loads(await PrivateFiles(CountingIds(), NoSharedFiles()).render_note(ann, POST))
    assert render_note["text"] == "Usage"
    assert [(file["name"], file["alt"], file["width"], file["height"], file["size_bytes"]) for file in render_note["files"]] == [
        ("plot.png", "bars", 30, 20, len(PLOT.content)),
        ("table.csv", "", 0, 0, 5),
    ]


async def test_a_note_without_files_has_none(ann: str) -> None:
    """Most are."""
    assert json.loads(await PrivateFiles(CountingIds(), NoSharedFiles()).render_note(ann, Post("Hello")))["files"] == []


async def test_a_picture_is_looked_at_and_a_table_saved(counter: FileVisitors, ann: str) -> None:
    """Nothing of it stays in a cache, and nothing of it may run."""
    plot, table = links(await counter.private_files.render_note(ann, POST))
    status, content, headers = await counter.get(plot)
    assert (status, content) == (200, PLOT.content)
    assert (headers["content-type"], headers["content-disposition"]) == ("image/png", 'inline; filename="plot.png"')
    status, content, headers = await counter.get(table)
    assert (status, content) == (200, TABLE.content)
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"] == 'attachment; filename="table.csv"'
    assert headers["cache-control"] == "private, no-store"
    assert "sandbox" in headers["content-security-policy"]


async def test_nobody_else_gets_it(counter: FileVisitors, ann: str) -> None:
    """Not with the address, and not without a cookie."""
    [plot, _] = links(await counter.private_files.render_note(ann, POST))
    assert (await counter.get(plot, "b"))[0] == 404
    assert (await counter.client.get(plot)).status_code == 404


async def test_a_page_that_is_no_picture_is_never_shown(counter: FileVisitors, ann: str) -> None:
    """Whatever it is called."""
    trap = Attachment("trap.png", "text/html", b"<script>alert(1)</script>")
    [link] = links(await counter.private_files.render_note(ann, Post("x", attachments=(trap,))))
    _, _, headers = await counter.get(link)
    assert headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("name", ['a"; x="', "../up", "a/b", "", "ä.png", "a\r\nb", "x" * 200])
async def test_a_name_is_plain(counter: FileVisitors, ann: str, name: str) -> None:
    """It stands in an address and in a header."""
    [link] = links(await counter.private_files.render_note(ann, Post("x", attachments=(Attachment(name, "text/csv", b"x"),))))
    assert link.endswith("/file")
    assert (await counter.get(link))[0] == 200


async def test_the_name_in_the_address_is_not_believed(counter: FileVisitors, ann: str) -> None:
    """Somebody may have changed it."""
    [plot, _] = links(await counter.private_files.render_note(ann, POST))
    assert (await counter.get(plot.replace("plot.png", "%22%3B.html")))[0] == 404


@pytest.mark.parametrize(
    "private_files",
    [
        PrivateFiles(CountingIds(), NoSharedFiles(), most_entries=2),
        PrivateFiles(CountingIds(), NoSharedFiles(), most_bytes=len(PLOT.content) + 5),
    ],
)
async def test_the_oldest_give_way(private_files: PrivateFiles, ann: str) -> None:
    """When there are too many, or too much of them."""
    counter = FileVisitors(private_files)
    async with counter.client:
        old, new = [links(await private_files.render_note(ann, POST)) for _ in range(2)]
        assert [(await counter.get(link))[0] for link in (*old, *new)] == [404, 404, 200, 200]
