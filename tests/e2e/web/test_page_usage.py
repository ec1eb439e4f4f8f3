"""Asks the page of usage in a real browser: are the charts right, in both themes and on a phone, and for admins alone?"""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.domain.people import AccountId, CommunityId
from bot.ports.statistics import UsageLine
from tests.e2e.web.accessibility import violations
from tests.fakes.studio_page import NewPage
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium", "axe"), pytest.mark.asyncio(loop_scope="session")]

TODAY = date(2026, 3, 14)
MODELS = ("gpt-image-2", "flux-2-pro", "easel-painter")


class _Season:
    """Three models drew for two people, more each day."""

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return tuple(
            UsageLine(
                day=day,
                account=AccountId(name),
                name=name,
                model=model,
                pictures=(day.toordinal() * 7 + column * 5) % 11,
                microusd=(day.toordinal() % 13) * 40_000,
                estimated=40_000 if column else 0,
            )
            for day in days
            for column, model in enumerate(MODELS)
            for name in ("<b>Ann", "Amber Heron with a very long name of her own")
        )


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[WebHouse]:
    """Serve a house in which much was drawn."""
    async with running(WebHouse(statistics=_Season())) as house:
        yield house


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_admins_see_charts(window: NewPage, house: WebHouse, theme: str) -> None:
    """From a link that nobody else has; a week has seven bars, and all can be read as a table, and by everybody."""
    studio = await window(color_scheme=theme, viewport={"width": 320, "height": 640} if theme == "dark" else None)
    page, link = studio.page, studio.page.get_by_role("link", name="Usage")
    await expect(page.locator("#me")).not_to_be_empty()
    await expect(link).to_be_hidden()
    house.owners.add((await studio.order("a fox")).author)
    await studio.open()
    await link.click()
    bars = page.get_by_role("img", name=re.compile("Pictures a day: most on ")).locator("g")
    await expect(bars).to_have_count(30)
    await expect(page.locator("#said")).to_contain_text(re.compile(r"Feb 13 to Mar 14: \d+ pictures by 2 people, for \$"))
    await page.get_by_role("button", name="7 days").click()
    await expect(bars).to_have_count(7)
    await expect(page.locator(".shares").first).to_contain_text("<b>Ann")
    await page.get_by_text("The days as a table").click()
    await expect(page.get_by_role("row")).to_have_count(8)
    assert await studio.run("document.querySelector('#feed').scrollWidth <= innerWidth")
    assert await violations(page) == []


async def test_nobody_else_sees_them(window: NewPage) -> None:
    """They are told whose page it is."""
    studio = await window()
    await studio.page.goto(f"{studio.house.address}/usage")
    await expect(studio.page.locator("#said")).to_contain_text("This page is for admins only.")
    studio.complaints.clear()
