"""Asks the page in a real browser on which the owner sets the house up: is a key tried and never kept, and by nobody else?"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.adapters.web.setup import SetupDependencies, setup_routes
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import Post
from bot.domain.health import Finding, Health
from bot.domain.options import Text
from bot.errors import BadInput
from bot.ports.surfaces import Call
from tests.e2e.web.accessibility import violations
from tests.fakes.studio_page import NewPage
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium", "axe"), pytest.mark.asyncio(loop_scope="session")]

KEY = "sk-proj-abcdefgh12345678"


@dataclass(frozen=True, slots=True)
class _LinkArgs:
    code: Annotated[str, Text("The code", longest=40)] = ""


@dataclass(frozen=True, slots=True)
class _BudgetArgs:
    period: Annotated[str, Text("Which", longest=10)]
    amount: Annotated[str, Text("How much", longest=10)]


async def _test_key(key: str) -> tuple[Finding, ...]:
    if key == KEY:
        return (Finding("openai: key", Health.OK, "The service accepts it."),)
    return (Finding("openai: key", Health.WRONG, "The service does not accept it.", "Copy it once more."),)


async def _check() -> tuple[Finding, ...]:
    return (Finding("offline", Health.NOTE, "Draws previews.", "Set OPENAI_API_KEY."),)


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[WebHouse]:
    """Serve a house without a key; whoever types the code owns it."""

    async def link(call: Call, args: _LinkArgs) -> None:
        if args.code != "ABCD-EFGH":
            raise BadInput("That code is not known.")
        served.owners.add(call.person.identity.user)
        await call.whisper(Post("Your accounts are one now."))

    async def budget(call: Call, args: _BudgetArgs) -> None:
        await call.whisper(Post(f"The budget for a {args.period} is now ${args.amount}."))

    setup = SetupDependencies(
        is_offline=True,
        draws="Pictures are offline previews.",
        platforms={"discord": False, "slack": True},
        test_key=_test_key,
        checks=(_check,),
    )
    commands = (
        Command("link", "Link", _LinkArgs, link),
        Command("budget set", "Set", _BudgetArgs, budget, audience=CommandAudience.ADMINS),
    )
    served = WebHouse(pages=(partial(setup_routes, setup),), is_unset=setup.is_offline, commands=commands)
    async with running(served):
        yield served


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_owner_tries_a_key_and_sets_a_budget(window: NewPage, theme: str) -> None:
    """Once they have said who they are; the key is in no answer, and in nothing that the browser keeps."""
    studio = await window(color_scheme=theme, viewport={"width": 320, "height": 700} if theme == "dark" else None)
    page = studio.page
    await page.get_by_role("link", name="Set up").click()
    await expect(page.locator("#said")).to_have_text("This page is for who owns this easel.")
    assert await violations(page) == []
    await page.get_by_label("Line or code").fill("/link WRONG")
    await page.get_by_role("button", name="This is mine").click()
    await expect(page.locator("#claim-told")).to_have_text("That code is not known.")
    await page.get_by_label("Line or code").fill("ABCD-EFGH")
    await page.get_by_role("button", name="This is mine").click()
    await expect(page.locator("#slack")).to_have_text("is set up")
    lines, key = page.locator("#key-line"), page.get_by_label("API key")
    for typed, reply in (
        ("two words", "That is no API key"),
        ("sk-another", "The service does not accept it. Copy it once more."),
    ):
        await key.fill(typed)
        await key.press("Enter")
        await expect(page.locator("#key-told")).to_contain_text(reply)
        await expect(lines).to_be_hidden()
    await key.fill(KEY)
    async with page.expect_response("**/api/setup/key") as answered:
        await key.press("Enter")
    assert KEY not in await (await answered.value).text()
    await expect(lines).to_contain_text('[openai]\napi_key = "sk-…"')
    await expect(key).to_have_value("")
    assert KEY not in await studio.run("document.body.innerHTML + JSON.stringify({ ...localStorage, ...sessionStorage })")
    await page.get_by_role("button", name="Ask the services").click()
    await expect(page.locator("#check-told")).to_contain_text("Draws previews. Set OPENAI_API_KEY.")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.locator("#budget-told")).to_have_text("The budget for a month is now $20.")
    assert await studio.run("document.querySelector('#feed').scrollWidth <= innerWidth")
    assert await violations(page) == []
    studio.complaints.clear()  # of the key that was none


async def test_nobody_else_may_try_a_key(ann: HttpVisitor) -> None:
    """Nor learn how the house is set up."""
    assert (await ann.get("/api/setup")).facts == {"is_owner": False}
    for path, fields in (("/api/setup/key", {"key": KEY}), ("/api/setup/checks", {})):
        answer = await ann.post_json(path, fields)
        assert (answer.status, KEY in answer.content.decode()) == (403, False)
        strange = await ann.ask(
            "POST", path, {"Origin": "https://evil.example", "Content-Type": "application/json"}, json.dumps(fields)
        )
        assert strange.status == 403
    assert (await ann.get("/api/channel")).facts["offers_setup"] is True
