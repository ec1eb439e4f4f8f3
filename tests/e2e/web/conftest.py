"""A served page for each test, visitors without a window, and windows of one browser that all tests share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.conftest import find_chromium
from tests.fakes.gallery_wall import Wall
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--renderer-process-limit=1",
    # No renderer is started ahead. This list takes the place of Playwright's own, from which the rest comes.
    "--disable-site-isolation-trials",
    "--disable-features=SpareRendererForSitePerProcess,HttpsUpgrades,MediaRouter,OptimizationHints,PaintHolding,Translate",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
# What moves all the time is painted all the time.
_LOOK = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the system's Chromium once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def wall() -> Wall:
    """Set up what pictures hang on."""
    return Wall()


@pytest_asyncio.fixture(loop_scope="session")
async def house(request: pytest.FixtureRequest) -> AsyncIterator[WebHouse]:
    """Serve the page, behind a path prefix where a test names one."""
    async with running(WebHouse(prefix=getattr(request, "param", ""))) as house:
        yield house


@asynccontextmanager
async def flawless_page(context: BrowserContext) -> AsyncIterator[Page]:
    """Open a window, about which nothing may be complained."""
    page, complaints = await context.new_page(), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await page.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def window(house: WebHouse, browser: Browser) -> AsyncIterator[NewPage]:
    """Open windows of people who do not know each other; at the end, none may have complained."""
    contexts: list[BrowserContext] = []
    studios: list[StudioPage] = []

    async def open_window(**options: Any) -> StudioPage:
        context = await browser.new_context(**_LOOK | options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        studio = StudioPage(house, await context.new_page())
        studios.append(studio)
        await studio.open()
        return studio

    expect.set_options(timeout=PATIENCE_MS)
    yield open_window
    for context in contexts:
        await context.close()
    assert [studio.complaints for studio in studios] == [[]] * len(studios)


@pytest_asyncio.fixture(loop_scope="session")
async def studio(window: NewPage) -> StudioPage:
    """Open one wide window."""
    return await window()


@pytest_asyncio.fixture(loop_scope="session")
async def ann(house: WebHouse) -> AsyncIterator[HttpVisitor]:
    """Let somebody come by."""
    async with HttpVisitor(house.address) as visitor:
        yield visitor


@pytest_asyncio.fixture(loop_scope="session")
async def bob(house: WebHouse) -> AsyncIterator[HttpVisitor]:
    """And somebody else."""
    async with HttpVisitor(house.address) as visitor:
        yield visitor
