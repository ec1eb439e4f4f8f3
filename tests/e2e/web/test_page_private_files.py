"""Asks the page in a real browser: are files that a command whispers seen and saved by who asked, and by nobody else?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.commands.spec import AnyCommand, Command
from bot.domain.chat import Attachment, Post
from bot.ports.surfaces import Call
from tests.fakes.studio import png
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

PLOT = Attachment("usage.png", "image/png", png(720, 480), "Bars by day")
TABLE = Attachment("usage.csv", "text/csv", "day,person\r\n2026-03-14,Zoë\r\n".encode())


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing."""


def usage() -> AnyCommand:
    """Return a command that whispers files."""

    async def run(call: Call, args: NoArgs) -> None:
        await call.whisper(Post("What was used", attachments=(PLOT, TABLE)))

    return Command("usage", "See what was used", NoArgs, run)


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[WebHouse]:
    """Serve the page, with that command."""
    house = WebHouse()
    house.studio._typed = (*house.studio._typed, usage())  # type: ignore[assignment]  # one more than it was made with
    async with running(house) as served:
        yield served


@pytest.mark.asyncio(loop_scope="session")
async def test_nobody_else_can_fetch_them(ann: HttpVisitor, bob: HttpVisitor) -> None:
    """The reply has the addresses, the channel has not."""
    [note] = (await ann.say("/usage"))["notes"]
    for file, attachment in zip(note["files"], (PLOT, TABLE), strict=True):
        assert (await ann.get(file["link"])).content == attachment.content
        assert (await bob.get(file["link"])).status == 404
    assert await ann.messages() == []


@pytest.mark.needs("chromium")
@pytest.mark.asyncio(loop_scope="session")
async def test_a_picture_is_seen_and_a_table_saved(studio: StudioPage, window: NewPage, tmp_path: Path) -> None:
    """In the private note, and in the large view."""
    other = await window()
    await studio.send("/usage")
    picture = studio.notes.get_by_alt_text("Bars by day")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 720)
    async with studio.page.expect_download() as started:
        await studio.notes.get_by_role("link", name="usage.csv").click()
    download = await started.value
    assert download.suggested_filename == "usage.csv"
    await download.save_as(tmp_path / "saved.csv")
    assert (tmp_path / "saved.csv").read_bytes() == TABLE.content
    await studio.notes.get_by_role("button", name="Open larger").click()
    await expect(studio.page.get_by_role("dialog").get_by_alt_text("Bars by day")).to_be_visible()
    assert await other.notes.count() == await other.messages.count() == 0


@pytest.mark.needs("chromium")
@pytest.mark.asyncio(loop_scope="session")
async def test_a_picture_that_gave_way_says_so(studio: StudioPage, house: WebHouse) -> None:
    """It can be asked for again."""
    await studio.page.route("**/handouts/**", lambda route: route.fulfill(status=404))
    await studio.send("/usage")
    await expect(studio.notes.get_by_text("This picture is not there any more.")).to_be_visible()
    assert studio.complaints
    studio.complaints.clear()
