"""Asks whether the page works behind a proxy that takes a path prefix off, as on `https://host/easel/`."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.adapters.web import problems
from bot.adapters.web.rest import docs
from tests.fakes.studio import png
from tests.fakes.studio_page import StudioPage
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

STATIC = Path(problems.__file__).parent / "static"
ROOTED = re.compile(r"""(?:href|src|action)="/|url\(["']?/|(?:ask|fetch|EventSource)\(["'`]/""")


@pytest.mark.parametrize("house", ["/easel"], indirect=True)
@pytest.mark.needs("chromium")
@pytest.mark.asyncio(loop_scope="session")
async def test_a_picture_is_drawn_and_seen_behind_a_prefix(studio: StudioPage) -> None:
    """With all files, calls and events; the window complains of nothing."""
    order = await studio.order("a fox")
    await studio.house.studio.work(order, 0.45, png(60, 40))
    await expect(studio.page.get_by_alt_text("Unfinished picture")).to_be_visible()
    await studio.house.studio.finish(order, png(300, 200))
    picture = studio.page.get_by_role("button", name="Open larger: a fox").get_by_role("img")
    await expect(picture).to_have_js_property("naturalWidth", 300)
    assert studio.complaints == []


async def test_a_page_that_says_what_is_wrong_finds_its_files_behind_a_prefix() -> None:
    """From any depth."""
    async with running(WebHouse(prefix="/easel")) as house, HttpVisitor(f"http://127.0.0.1:{house.port}") as ann:
        page = (await ann.get("/easel/p/unknown.png", Accept="text/html")).content.decode()
        assert 'href="../static/base.css"' in page
        assert '<a href="../">' in page
        assert (await ann.get("/easel/static/base.css")).status == 200


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.*")), ids=lambda path: path.name)
def test_no_file_of_the_page_asks_from_the_root(path: Path) -> None:
    """A proxy would look for that beside easel."""
    assert ROOTED.findall(path.read_text()) == []


@pytest.mark.parametrize("module", [problems, docs])
def test_no_other_page_does(module: object) -> None:
    """Nor do the pages that are made on the way."""
    assert ROOTED.findall(vars(module)["_PAGE"]) == []
