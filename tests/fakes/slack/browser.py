"""A person's browser, for as much as an installation needs: cookies, one link to click, redirects."""

import html
import re
from dataclasses import dataclass

import aiohttp

from tests.fakes.changes import NotSeen

_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Page:
    """What the person ended up with."""

    url: str
    status: int
    text: str


async def install(install_url: str, authorize_url: str, *, loses_cookies: bool = False) -> Page:
    """Go to the app's install page, on to the platform's, and back to the app; give the last page.

    `loses_cookies` comes back as another browser would: somebody was sent a link that somebody else began.

    Raises:
        NotSeen: The install page leads nowhere near the platform's.
    """
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=_TIMEOUT) as session:
        async with session.get(install_url, allow_redirects=False) as response:
            target = response.headers.get("Location") or _link(await response.text(), authorize_url)
            _keep_secure_cookies(session, response)
        async with session.get(target, allow_redirects=False) as response:
            back = response.headers.get("Location")
            if back is None:
                return Page(target, response.status, await response.text())
        if loses_cookies:
            jar.clear()
        async with session.get(back) as response:
            return Page(str(response.url), response.status, await response.text())


def _keep_secure_cookies(session: aiohttp.ClientSession, response: aiohttp.ClientResponse) -> None:
    """Keep cookies marked `Secure` too: browsers take a loopback address for safe, the library does not."""
    for cookie in response.cookies.values():
        cookie["secure"] = ""
    session.cookie_jar.update_cookies(response.cookies, response.url)


def _link(page: str, authorize_url: str) -> str:
    links = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page)]
    found = [one for one in links if one.startswith(authorize_url)]
    if not found:
        raise NotSeen(f"the install page has no link to {authorize_url}, only {links}")
    return found[0]
