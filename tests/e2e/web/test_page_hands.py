"""Asks the page in a real browser: can it be used with a thumb, with a keyboard, by ear, and in both themes?"""

import re

import pytest
from playwright.async_api import expect

from tests.fakes.studio import png
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


_OVERHANG = """() =>
    [...document.querySelectorAll(".message, .message *, .composer *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".chips, .controls"))
        .map((element) => element.className)
"""

_HEIGHTS = """(chosen) =>
    [...document.querySelectorAll(chosen)]
        .filter((element) => element.offsetParent)
        .map((element) => element.getBoundingClientRect().height)
"""

_FAINT = """(chosen) => {
    const rgba = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (colour) => {
        const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const [r, g, b, a = 1] = rgba(getComputedStyle(each).backgroundColor);
            if (a === 1 && r !== undefined) return [r, g, b];
        }
    };
    return [...document.querySelectorAll(chosen)].filter((element) => element.offsetParent).map((element) => {
        const [one, other] = [light(rgba(getComputedStyle(element).color).slice(0, 3)), light(behind(element))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        return [element.className || element.tagName, Math.round(contrast * 100) / 100];
    }).filter(([, contrast]) => contrast < 4.5);
}"""


@pytest.mark.parametrize("width", [320, 390])
async def test_a_phone_needs_no_sideways_scrolling(window: NewPage, width: int) -> None:
    """Whatever is on the page."""
    studio = await window(**{**PHONE, "viewport": {"width": width, "height": 700}})
    sideways = "document.scrollingElement.scrollWidth > innerWidth || document.querySelector('#feed').scrollWidth > innerWidth"
    assert not await studio.run(sideways)
    await studio.picture("x" * 200, png(1500, 500))
    await studio.send("/imagine forbidden " + "y" * 300)
    await expect(studio.notes).to_be_visible()
    await studio.type("/imagine a fox --")
    await expect(studio.page.get_by_role("option").first).to_be_visible()
    assert not await studio.run(sideways)
    assert await studio.page.evaluate(_OVERHANG) == []


async def test_a_thumb_puts_a_line_together(window: NewPage) -> None:
    """Command, words, choice, send; no key that a phone hides."""
    studio = await window(**PHONE)
    await studio.page.get_by_role("button", name="/imagine").tap()
    await studio.type("a fox")
    await studio.page.get_by_label("shape").select_option("tall")
    await studio.page.get_by_role("button", name="Send").tap()
    await expect(studio.messages.locator(".asked")).to_have_text("/imagine a fox --shape tall")


async def test_targets_are_large_enough_for_thumbs(window: NewPage) -> None:
    """At least 24 px everywhere (WCAG 2.2), 40 px for what acts on pictures."""
    studio = await window(**PHONE)
    await studio.picture("a fox")
    assert min(await studio.page.evaluate(_HEIGHTS, "button, a, summary")) >= 24
    assert min(await studio.page.evaluate(_HEIGHTS, ".pill, .round")) >= 40


async def test_the_keyboard_reaches_everything(studio: StudioPage) -> None:
    """Draw, look, delete, undo, without a mouse."""
    await studio.leave()
    await studio.page.keyboard.press("Tab")
    assert await studio.focused() == "Skip to the message box"
    await studio.page.keyboard.press("Enter")
    assert await studio.focused() == "Say what to draw, or type a command"
    await studio.page.keyboard.type("/imagine a fox")
    await studio.page.keyboard.press("Enter")
    await until(lambda: len(studio.house.studio.orders) == 1)
    await studio.house.studio.finish(studio.house.studio.orders[0], png(600, 400))
    await expect(studio.page.locator(".frame")).to_be_visible()
    await studio.leave()
    await studio.tab_to("Open larger")
    await studio.page.keyboard.press("Enter")
    await expect(studio.page.get_by_role("dialog")).to_be_visible()
    await studio.page.keyboard.press("Escape")
    await studio.tab_to("^Delete$")
    assert await studio.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await studio.page.keyboard.press("Enter")
    await expect(studio.page.get_by_role("button", name="Undo")).to_be_focused()
    await studio.page.keyboard.press("Enter")
    await expect(studio.page.locator(".frame")).to_be_visible()


async def test_the_list_can_be_left_with_escape(studio: StudioPage) -> None:
    """Then Enter sends and Tab goes on."""
    await studio.type("/im")
    suggestions = studio.page.get_by_role("listbox", name="Suggestions")
    await expect(suggestions).to_be_visible()
    await expect(studio.line).to_have_attribute("aria-activedescendant", "suggestion-0")
    await expect(studio.page.locator("#announcer")).to_have_text("Suggestions below: arrows choose, Tab takes one.")
    await studio.page.keyboard.press("Escape")
    await expect(suggestions).to_be_hidden()
    await studio.page.keyboard.press("Tab")
    assert await studio.focused() == "Send"


async def test_what_was_sent_comes_back_with_the_arrow(studio: StudioPage) -> None:
    """Like in a terminal; it is not lost by looking further."""
    for line in ("/imagine a fox", "/imagine an owl"):
        await studio.send(line)
        await expect(studio.line).to_have_value("")
    await until(lambda: len(studio.house.studio.orders) == 2)
    for key, line in [
        ("ArrowUp", "/imagine an owl"),
        ("ArrowUp", "/imagine a fox"),
        ("ArrowDown", "/imagine an owl"),
        ("ArrowDown", ""),
    ]:
        await studio.page.keyboard.press(key)
        await expect(studio.line).to_have_value(line)


async def test_news_is_said_aloud(studio: StudioPage) -> None:
    """To who listens to the page: what is ready, and private notes."""
    announcer = studio.page.locator("#announcer")
    await studio.picture("a fox")
    await expect(announcer).to_have_text("Ready: a fox")
    await studio.send("/imagine something forbidden")
    await expect(announcer).to_have_text(re.compile("^Private note: That is not something"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read(window: NewPage, scheme: str) -> None:
    """In both themes, with the contrast that WCAG AA asks for."""
    studio = await window(color_scheme=scheme)
    await studio.picture("a fox")
    await studio.send("/imagine something forbidden")
    await expect(studio.notes).to_be_visible()
    message = ".by b, .by time, .tag, .asked .command, .words, summary, .facts li, .pill"
    chosen = f"{message}, .room, .notices span, .price, .control, .chip, .me"
    faint = await studio.page.evaluate(_FAINT, chosen)
    assert faint == []
    is_dark = await studio.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128")
    assert is_dark is (scheme == "dark")


async def test_who_wants_no_motion_gets_none(window: NewPage) -> None:
    """The canvas stands still."""
    studio = await window(reduced_motion="reduce")
    await studio.order("a fox")
    await expect(studio.page.locator(".canvas")).to_be_visible()
    assert await studio.run("document.getAnimations().length") == 0
