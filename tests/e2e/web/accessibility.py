"""What axe-core finds wrong with a page that is open in a window."""

from functools import cache
from importlib.resources import files

from playwright.async_api import Page


@cache
def _script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()


async def violations(page: Page) -> list[str]:
    """Return each rule that the page breaks, with where; a page's own rules for scripts do not hold for this one."""
    await page.emulate_media(reduced_motion="reduce")  # a colour that is on its way to another one is none that people read
    await page.evaluate(_script())
    found = await page.evaluate("axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
