"""Does the fake Slack let files be seen late, and only where they are shared?"""

import json
from datetime import timedelta
from typing import Any

import aiohttp

from tests.fakes.tests.test_slack_messages import SlackChannel, a_place, refused


async def upload(place: SlackChannel, **more: Any) -> Any:
    """Upload a picture the way the SDK does it."""
    return await place.api.files_upload_v2(**{"content": b"png", "filename": "fox.png", "alt_txt": "a fox", **more})


def picture(file: str) -> list[dict[str, Any]]:
    """Make a block that shows a file."""
    return [{"type": "image", "alt_text": "a fox", "slack_file": {"id": file}}]


async def test_an_upload_is_seen_late() -> None:
    """`ok: true` comes first, type and shares later, and only then a block may show it."""
    async with a_place() as place:
        place.slack.hold_files()
        root = await place.post()
        sent = await upload(place, channel=place.channel.id, thread_ts=root["ts"], initial_comment="here")
        file = sent["file"]["id"]
        early = (await place.api.files_info(file=file))["file"]
        assert (early["mimetype"], early["shares"], len(place.channel.messages)) == ("", {}, 1)
        assert "invalid slack file" in str((await refused(place.post(blocks=picture(file)))).data)
        place.slack.release_files()
        [_, shared] = place.channel.messages
        assert (shared.text, shared.thread, shared.files[0].name, shared.alts) == ("here", root["ts"], "fox.png", ["a fox"])
        late = (await place.api.files_info(file=file))["file"]
        assert late["mimetype"] == "image/png"
        assert late["shares"]["public"][place.channel.id][0]["ts"] == shared.ts
        await place.post(blocks=picture(file))


async def test_the_files_of_a_channel_are_listed() -> None:
    """Those that can be seen, since a moment, with the threads that they stand in."""
    async with a_place() as place:
        place.slack.limits.file_delay = timedelta(0)
        early = (await upload(place, channel=place.channel.id))["file"]["id"]
        await place.slack.until(lambda: place.slack.world.files[early].is_visible)
        root = await place.post()
        late = (await upload(place, channel=place.channel.id, thread_ts=root["ts"]))["file"]["id"]
        await place.slack.until(lambda: place.slack.world.files[late].is_visible)
        listed = await place.api.files_list(channel=place.channel.id)
        assert [file["id"] for file in listed["files"]] == [late, early]
        since = await place.api.files_list(channel=place.channel.id, ts_from=root["ts"])
        [file] = since["files"]
        assert file["shares"]["public"][place.channel.id][0]["thread_ts"] == root["ts"]


async def test_it_is_seen_after_a_while_by_itself() -> None:
    """A few milliseconds, or as long as a test says."""
    async with a_place() as place:
        place.slack.limits.file_delay = timedelta(milliseconds=5)
        await upload(place, channel=place.channel.id)
        await place.channel.message_when(lambda one: one.files)


async def test_a_share_may_vanish_without_a_word() -> None:
    """The file is there, but nobody sees it."""
    async with a_place() as place:
        place.slack.limits.file_delay = timedelta(0)
        place.slack.drop_shares()
        file = (await upload(place, channel=place.channel.id))["file"]["id"]
        await place.slack.until(lambda: place.slack.world.files[file].is_visible)
        assert (place.channel.messages, (await place.api.files_info(file=file))["file"]["shares"]) == ([], {})
        assert (await refused(place.post(blocks=picture(file))))["error"] == "invalid_blocks"


async def test_a_file_of_a_private_place_is_not_shown_elsewhere() -> None:
    """What was shared in a direct conversation is not seen in a channel."""
    async with a_place() as place:
        place.slack.limits.file_delay = timedelta(0)
        file = (await upload(place, channel=place.ann.dm.id))["file"]["id"]
        await place.slack.until(lambda: place.ann.dms)
        assert (await refused(place.post(blocks=picture(file))))["error"] == "invalid_blocks"
        await place.post(channel=place.ann.dm.id, blocks=picture(file))


async def test_uploads_are_refused_for_the_platforms_reasons() -> None:
    """No member, no such channel, no bytes, wrong length, a markdown block, a second completion."""
    async with a_place() as place:
        outside = place.team.add_channel("outside", has_bot=False)
        assert (await refused(upload(place, channel=outside.id)))["error"] == "not_in_channel"
        assert (await refused(upload(place, channel="C0NOSUCH")))["error"] == "channel_not_found"
        ticket = await place.api.files_getUploadURLExternal(filename="fox.png", length=3)
        named = [{"id": ticket["file_id"], "title": "Fox"}]
        assert (await refused(place.api.files_completeUploadExternal(files=named)))["error"] == "file_not_found"
        async with aiohttp.ClientSession() as session:
            async with session.post(ticket["upload_url"], data=b"too long") as response:
                assert response.status == 400
            async with session.post(ticket["upload_url"], data=b"png") as response:
                assert (response.status, await response.text()) == (200, "OK - 3")
        blocks = json.dumps([{"type": "markdown", "text": "x"}])
        shared: dict[str, Any] = {"files": named, "channel_id": place.channel.id}
        assert (await refused(place.api.files_completeUploadExternal(**shared, blocks=blocks)))["error"] == "internal_error"
        await place.api.files_completeUploadExternal(**shared)
        assert (await refused(place.api.files_completeUploadExternal(**shared)))["error"] == "file_not_found"
        assert (await refused(place.api.files_getUploadURLExternal(filename="x", length=0)))["error"] == "invalid_arguments"


async def test_a_deleted_file_takes_its_message_with_it() -> None:
    """And nobody can download it any more."""
    async with a_place() as place:
        place.slack.limits.file_delay = timedelta(0)
        file = (await upload(place, channel=place.channel.id))["file"]["id"]
        await place.channel.message_when(lambda one: one.files)
        url = (await place.api.files_info(file=file))["file"]["url_private"]
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {place.team.bot_token}"}) as session:
            async with session.get(url) as response:
                assert await response.read() == b"png"
            await place.api.files_delete(file=file)
            async with session.get(url) as response:
                assert response.status == 404
        assert place.channel.messages == []
        assert (await refused(place.api.files_info(file=file)))["error"] == "file_deleted"


async def test_a_reply_to_a_deleted_message_leaves_the_thread() -> None:
    """The platform says `ok` and shows it in the channel; a thread that has replies stays."""
    async with a_place() as place:
        lonely, answered = await place.post(text="lonely"), await place.post(text="answered")
        await place.post(text="first", thread_ts=answered["ts"])
        for message in list(place.channel.messages[:2]):
            message.delete()
        assert "thread_ts" not in (await place.post(thread_ts=lonely["ts"]))["message"]
        assert (await place.post(thread_ts=answered["ts"]))["message"]["thread_ts"] == answered["ts"]
