"""Asks the page in a real browser: is everything that people type shown as words, and completed well?"""

import pytest
from playwright.async_api import expect

from bot.domain.chat import Post, PostPicture, Tone
from bot.domain.pictures import PictureId
from tests.fakes.studio_page import StudioPage

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    "<script>window.hacked=1</script>",
    '"><svg onload=window.hacked=1>',
    "[click](javascript:window.hacked=1)",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
]

COMPLETIONS = {
    "": [],
    "/": ["/imagine", "/edit", "/gallery", "/help"],
    "/IM": ["/imagine"],
    "/x": [],
    "a fox": [],
    "a fox --sh": ["--shape"],
    "a fox --shape ": ["square", "wide", "tall"],
    "/imagine a fox": [],
    "/imagine a fox -": ["--shape", "--quality", "--count", "--size"],
    "/imagine a fox --shape wide --": ["--quality", "--count", "--size"],
    "/imagine a fox —sh": ["--shape"],
    "/imagine a fox --shape ": ["square", "wide", "tall"],
    "/imagine a fox --shape=t": ["tall"],
    "/imagine a fox --shape wide": [],
    "/imagine a fox --count ": ["1", "2", "3", "4"],
    "/imagine a fox --size ": [],
    "/imagine a fox --colour ": [],
    "/gallery --": [],
    "/nothing a --": [],
}


async def test_markup_is_shown_and_never_run(studio: StudioPage) -> None:
    """In what was asked, in the caption, in folds, and in alternative texts."""
    for words in HOSTILE:
        await studio.picture(words)
    await expect(studio.messages.locator(".asked")).to_have_text([f"/imagine {words}" for words in HOSTILE])
    await expect(studio.messages.locator(".text")).to_have_text(HOSTILE)
    assert await studio.run("window.hacked") is None
    assert await studio.messages.locator("script, svg[onload], a[href^=javascript], img[onerror]").count() == 0


async def test_a_link_that_is_code_is_no_link(studio: StudioPage) -> None:
    """Even if it came out of our own store."""
    order = await studio.order("a fox")
    trap = PostPicture(PictureId("p"), "k", "image/png", 4, 4, 9, "a trap", "javascript:window.hacked=1")
    await studio.house.surface.update(order.message, Post("a trap", Tone.DONE, pictures=(trap,)))
    await expect(studio.messages.locator(".text")).to_have_text("a trap")
    assert "javascript:" not in await studio.messages.inner_html()


async def test_right_to_left_words_stand_right_to_left(studio: StudioPage) -> None:
    """And do not turn what stands beside them around."""
    await studio.picture("שועל בשלג")
    direction = "getComputedStyle(document.querySelector('.card .words span')).direction"
    assert await studio.run(direction) == "rtl"
    assert await studio.run("getComputedStyle(document.querySelector('.asked .command')).direction") == "ltr"


async def test_markup_cannot_be_made_at_all(studio: StudioPage) -> None:
    """The browser itself refuses markup from words (trusted types)."""
    attempt = "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch { return 'refused'; } })()"
    script = f"import('/static/dom.js').then(() => {attempt})"
    assert await studio.run(script) == "refused"
    studio.complaints.clear()


async def test_completion_knows_what_can_come_next(studio: StudioPage) -> None:
    """Commands, options that are not there yet, choices, small numbers."""
    script = """async (texts) => {
        const { suggest } = await import("/static/completion.js");
        const { commands } = await (await fetch("/api/commands")).json();
        return texts.map((text) => suggest(text, text.length, commands).items.map((item) => item.label));
    }"""
    suggested = await studio.page.evaluate(script, list(COMPLETIONS))
    assert dict(zip(COMPLETIONS, suggested, strict=True)) == COMPLETIONS


async def test_completion_offers_the_names_of_people(studio: StudioPage) -> None:
    """Where a command is about somebody, whose group has two words; as it is typed, in quotes."""
    script = """async (texts) => {
        const { suggest } = await import("/static/completion.js");
        const person = { name: "person", kind: "person", summary: "Who gets them", is_required: true };
        const amount = { name: "amount", kind: "number", summary: "How many", least: 1, most: 100, is_required: true };
        const give = { name: "credits give", summary: "Give credits", options: [person, amount] };
        const commands = [give, { name: "help", options: [] }];
        const names = ["Amber Heron", "Jade Owl"];
        return texts.map((text) => suggest(text, text.length, commands, names).items.map((item) => item.insert.trim()));
    }"""
    expected = {
        "/credits g": ["/credits give"],
        "/credits give --": ["--person", "--amount"],
        "/credits give --person ": ['"Amber Heron"', '"Jade Owl"'],
        "/credits give --person @ja": ['"Jade Owl"'],
        "/credits give 5 @": ['"Amber Heron"', '"Jade Owl"'],
        "/credits give --person x": [],
        "/help @": [],
    }
    assert dict(zip(expected, await studio.page.evaluate(script, list(expected)), strict=True)) == expected
