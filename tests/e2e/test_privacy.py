"""People have their data and are forgotten, on Discord, on Slack and on the page, by one program; and over a kill -9."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.quota_hands import Hand, OnDiscord, OnPage, OnSlack
from tests.e2e.quota_setup import QuotaSetup, a_setup

SECRET = "zebra"
PATIENCE = 60.0
DONE = "SELECT count(*) FROM privacy_requests WHERE told_at IS NOT NULL AND kind = "


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[QuotaSetup]:
    """Set it up; nobody has to wait long until an end is settled."""
    async with a_setup(tmp_path, {"EASEL_WORKER__LEASE": "2s"}) as setup:
        yield setup


def dump(setup: QuotaSetup) -> str:
    """Return every row of every table, but for the migrations'."""
    tables = [row["name"] for row in setup.serving.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return json.dumps({table: setup.serving.rows(f"SELECT * FROM {table}") for table in tables}, default=str)  # noqa: S608


def pictures(setup: QuotaSetup) -> list[Path]:
    """Return the files of pictures that are there."""
    return [path for path in setup.serving.folder.rglob("pictures/**/*") if path.is_file()]


async def ask(hand: Hand, command: str, button: str) -> str:
    """Type a command, and confirm it."""
    offer = await hand.says(command)
    assert offer.is_private
    return (await offer.press(button)).text


def unpack(content: bytes) -> dict[str, Any]:
    """Read the records of an export."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        records = [name for name in archive.namelist() if name.startswith("records/")]
        return {name[8:-5]: json.loads(archive.read(name)) for name in records} | {
            "files": [archive.read(name) for name in archive.namelist() if name.startswith("pictures/")]
        }


async def test_people_have_their_data_wherever_they_are(setup: QuotaSetup) -> None:
    """In a direct message as a file; on the page by a link that works once."""
    ada, bea, cy = setup.on_discord(setup.server()), setup.on_slack(), await setup.on_page()
    hands: tuple[Hand, ...] = (ada, bea, cy)
    for number, hand in enumerate(hands, start=1):
        await hand.wishes(f"a {SECRET}")
        assert (await ask(hand, "export-me", "Yes, put it together")).startswith("Your data is being put together")
        await setup.serving.until(f"{DONE} 'export'", number)
    for content in (await on_discord(ada), await on_slack(bea, setup), await on_page(cy)):
        found = unpack(content)
        assert [job["wish"]["prompt"] for job in found["jobs"]] == [f"a {SECRET}"]
        assert len(found["files"]) == 1
        assert found["files"][0].startswith(b"\x89PNG")


async def on_discord(ada: OnDiscord) -> bytes:
    """Open the file of the direct message."""
    [message] = ada.person.dms
    assert message.text.startswith("Your data is ready: 1 picture")
    return bytes(message.files[0].content)


async def on_slack(bea: OnSlack, setup: QuotaSetup) -> bytes:
    """Open the file below the direct message."""
    files = await setup.slack.until(
        lambda: [file for message in bea.member.dms for file in message.files], within=PATIENCE, what="a file"
    )
    return files[0].content or b""


async def on_page(cy: OnPage) -> bytes:
    """Follow the link of the note, twice: a look at it is not the download, and the second download is refused."""
    [note] = (await cy.visitor.types("/export-me"))["notes"]
    [link] = note["links"]
    page = await cy.visitor.get(link["address"])
    assert page.status_code == 200
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert '<form method="post">' in page.text
    download = await cy.visitor.posts(link["address"])
    assert (download.status_code, download.headers["Content-Type"]) == (200, "application/zip")
    again = await cy.visitor.posts(link["address"])
    assert again.status_code == 410
    return bytes(download.content)


async def test_people_are_forgotten_wherever_they_are(setup: QuotaSetup) -> None:
    """Their words, ids, pictures and messages are nowhere; what they used today still counts; kill -9 stops nothing."""
    ada, bea, cy = setup.on_discord(setup.server()), setup.on_slack(), await setup.on_page()
    hands: tuple[Hand, ...] = (ada, bea, cy)
    for hand in hands:
        await hand.wishes(f"a {SECRET}")
    assert all(mark in dump(setup) for mark in (SECRET, str(ada.person.id), bea.member.id, cy.user))
    assert len(pictures(setup)) >= 3
    used = (await cy.says("quota show")).text
    for hand in hands:
        assert (await ask(hand, "forget-me", "Yes, forget me")).startswith("I am forgetting you now.")
    await setup.serving.kill()
    await setup.serving.start()
    await setup.discord.gateway.ready(within=PATIENCE)
    await setup.slack.connected(within=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        await setup.serving.until(f"{DONE} 'forget'", 3)
    left = dump(setup)
    assert [mark for mark in (SECRET, str(ada.person.id), bea.member.id, cy.user) if mark in left] == []
    assert pictures(setup) == []
    assert [message for message in ada.room.messages if message.files] == []
    assert [message for message in bea.channel.messages if message.files or SECRET in message.shown] == []
    assert [one for one in await cy.visitor.messages() if not one["is_deleted"]] == []
    assert ada.person.dms[-1].text.startswith("You are forgotten: 1 picture, 1 wish and 1 message.")
    assert any("You are forgotten" in message.shown for message in bea.member.dms)
    assert (await cy.says("forget-me")).text.startswith("You are forgotten: 1 picture, 1 wish and 1 message.")
    assert (await cy.says("quota show")).text == used
    assert "no pictures yet" in (await cy.says("gallery")).text
