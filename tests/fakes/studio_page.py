"""The page in a window of a real browser, with what tests do to it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, expect

from tests.fakes.studio import Order, png
from tests.fakes.waiting import until
from tests.fakes.web_house import WebHouse

NewPage = Callable[..., Awaitable["StudioPage"]]
"""Opens one more window; takes what Playwright's `new_context` takes."""


class StudioPage:
    """One browser window on the studio; `complaints` are what the browser's console said was wrong."""

    def __init__(self, house: WebHouse, page: Page) -> None:
        self.house = house
        self.page = page
        self.line = page.get_by_role("textbox", name="Say what to draw, or type a command")
        self.messages = page.locator(".message:not(.note)")
        self.notes = page.locator(".message.note")
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self) -> None:
        """Load the page and wait until it knows the commands and listens."""
        async with self.page.expect_response(re.compile("/events")):
            await self.page.goto(f"{self.house.address}/")
        await expect(self.page.locator(".chip").first).to_be_visible()

    async def look_around(self) -> None:
        """See what everybody asked for, not only this person."""
        async with self.page.expect_response(re.compile("/api/messages")):
            await self.page.get_by_role("button", name="Room").click()

    async def type(self, text: str) -> None:
        """Type with the keyboard, key by key."""
        await self.line.press_sequentially(text)

    async def send(self, line: str) -> None:
        """Send a line as it is."""
        await self.line.fill(line)
        await self.line.press("Escape")
        await self.line.press("Enter")

    async def order(self, prompt: str) -> Order:
        """Ask for a picture and give the order that came of it."""
        count = len(self.house.studio.orders)
        await self.send(f"/imagine {prompt}")
        await until(lambda: len(self.house.studio.orders) > count)
        return self.house.studio.orders[-1]

    async def picture(self, prompt: str, *contents: bytes) -> Order:
        """Have pictures drawn, and wait until they are seen."""
        order = await self.order(prompt)
        await self.house.studio.finish(order, *(contents or (png(600, 400),)))
        await expect(self.page.locator(".frame img").last).to_have_js_property("complete", True)
        return order

    async def run(self, script: str) -> Any:
        """Run a script in the page, past its own rules."""
        return await self.page.evaluate(script)

    async def focused(self) -> str:
        """Say what the keyboard is at."""
        name = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
        return str(await self.run(name))

    async def leave(self) -> None:
        """Put the keyboard at the very beginning of the page."""
        await self.run("document.body.tabIndex = -1, document.body.focus(), document.body.removeAttribute('tabindex')")

    async def tab_to(self, name: str) -> None:
        """Press Tab until the keyboard is at something of this name."""
        for _ in range(40):
            if re.search(name, await self.focused()):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {name}")
