"""Can Slack fetch an unfinished picture from another process than the one that draws it?"""

import httpx2
import pytest
from fastapi import FastAPI

from bot.adapters.slack.public_previews import PublicPreviews
from storage.events.local import LocalEvents
from tests.fakes.studio import png

PUBLIC = "https://easel.example.org"


@pytest.fixture
def events() -> LocalEvents:
    """Return what the processes tell each other by."""
    return LocalEvents()


@pytest.fixture
def served(events: LocalEvents) -> PublicPreviews:
    """Return the previews of a process that serves them."""
    return PublicPreviews(PUBLIC, events)


async def fetch(previews: PublicPreviews, link: str) -> httpx2.Response:
    """Fetch an address as Slack does."""
    app = FastAPI()
    app.include_router(previews.routes())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=PUBLIC) as client:
        return await client.get(link)


async def test_what_one_process_links_another_serves(events: LocalEvents, served: PublicPreviews) -> None:
    """Byte for byte, as the kind of picture that it is."""
    worker = PublicPreviews(PUBLIC, events)
    with served.follow():
        link = await worker.link(png())
        answer = await fetch(served, link)
    assert link.startswith(f"{PUBLIC}/slack/previews/")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", png())
    assert (await fetch(worker, link)).status_code == 404


async def test_nothing_is_kept_where_nothing_is_served(served: PublicPreviews) -> None:
    """Nor after serving ended."""
    with served.follow():
        pass
    assert (await fetch(served, await served.link(png()))).status_code == 404
