"""Asks whether pictures are shown in the one message, however Slack gets them and whatever happens to files on the way."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PIL import Image

from bot.adapters.slack.surface import SlackSurface
from bot.app.system import RandomIds
from bot.domain.chat import Attachment, MessageRef, Post
from bot.domain.pictures import PictureId
from bot.errors import ObjectMissing, SurfaceFailed
from tests.e2e.slack_surface_stage import (
    DONE,
    PICTURE,
    WORKING,
    SlackSurfaceStage,
    a_stage,
    file_of,
    link_preview,
    shows_own_files,
)
from tests.fakes.slack import ALL_SCOPES
from tests.fakes.slack_pauses import BRIEF
from tests.fakes.studio import png


@pytest.fixture
async def stage() -> AsyncIterator[SlackSurfaceStage]:
    """Yield a workspace where files have to be shared in a channel to be shown in it."""
    async with a_stage() as stage:
        yield stage


@pytest.fixture
def open_stage(stage: SlackSurfaceStage) -> SlackSurfaceStage:
    """Return a workspace where the bot may show files that are shared nowhere."""
    shows_own_files(stage.team, stage.slack)
    return stage


async def test_one_message_shows_the_picture_and_its_buttons(open_stage: SlackSurfaceStage) -> None:
    """The untouched bytes, described, and nothing else in the channel."""
    message, seen = await open_stage.posted()
    await open_stage.surface.update(message, DONE)
    assert open_stage.channel.messages == [seen]
    assert file_of(open_stage, seen) == png()
    assert seen.alts == ["a red fox"]
    assert seen.buttons == ["Again"]
    assert "AI-generated" in seen
    [upload] = open_stage.slack.calls("files.completeUploadExternal")
    assert "channel_id" not in upload.args


async def test_where_files_must_be_shared_the_picture_stands_in_the_message_and_its_thread(stage: SlackSurfaceStage) -> None:
    """One picture in the channel."""
    message, seen = await stage.posted()
    await stage.surface.update(message, DONE)
    assert stage.top == [seen]
    assert file_of(stage, seen) == png()
    assert seen.buttons == ["Again"]
    [reply] = seen.replies
    assert [file.content for file in reply.files] == [png()]


async def test_a_workspace_that_wants_files_shared_is_asked_only_once(stage: SlackSurfaceStage) -> None:
    """The next picture is shared at once."""
    for number in range(2):
        message, _ = await stage.posted(key=str(number))
        stage.slack.seen.clear()
        await stage.surface.update(message, DONE)
    assert [call.error for call in stage.slack.calls("chat.update")] == [""]


async def test_of_pictures_that_come_at_once_one_finds_out_that_files_are_shared(stage: SlackSurfaceStage) -> None:
    """The others wait for it: each refusal counts against the workspace's limit, and a burst would wait for a minute."""
    messages = [(await stage.posted(key=str(number)))[0] for number in range(4)]
    stage.slack.seen.clear()
    await asyncio.gather(*(stage.surface.update(message, DONE) for message in messages))
    errors = [call.error for call in stage.slack.calls("chat.update")]
    assert (errors.count(""), errors.count("invalid_blocks")) == (4, len(BRIEF.settling))


async def test_a_picture_does_not_wait_long_for_one_that_finds_out_nothing(stage: SlackSurfaceStage) -> None:
    """The first one's file is still on its way; the other tries for itself."""
    first, second = [(await stage.posted(key=str(number)))[0] for number in range(2)]
    held = stage.slack.faults.hold("upload", times=1)
    async with stage.other_process(replace(BRIEF, patience=0.1)) as surface:
        stuck = asyncio.create_task(surface.update(first, DONE))
        await stage.slack.until(lambda: held.met == 1)
        await surface.update(second, DONE)
        held.release()
        await stuck


async def test_a_picture_may_be_posted_at_once(stage: SlackSurfaceStage) -> None:
    """As a gallery is."""
    message, seen = await stage.posted(DONE)
    assert file_of(stage, seen) == png()
    assert seen.buttons == ["Again"]
    assert await stage.surface.post(stage.place, DONE, key="k") == message
    assert stage.top == [seen]


async def test_a_file_that_another_process_shared_is_not_shared_again(stage: SlackSurfaceStage) -> None:
    """It was killed before anybody knew; the files of other threads are others."""
    message, seen = await stage.posted()
    other, other_seen = await stage.posted(key="other")
    await stage.surface.update(other, DONE)
    async with stage.other_process() as killed:
        await killed.update(message, DONE)
    await stage.surface.update(message, DONE)
    assert [len(one.replies) for one in (seen, other_seen)] == [1, 1]
    assert file_of(stage, seen) == png()


@pytest.mark.parametrize("is_carried_out", [True, False])
async def test_a_share_whose_answer_was_lost_is_not_repeated(stage: SlackSurfaceStage, is_carried_out: bool) -> None:
    """The next try looks whether the file stands there."""
    known, _ = await stage.posted(key="the first tells that files have to be shared")
    await stage.surface.update(known, DONE)
    message, seen = await stage.posted()
    stage.slack.faults.cut("files.completeUploadExternal", is_carried_out=is_carried_out)
    with pytest.raises(SurfaceFailed):
        await stage.surface.update(message, DONE)
    if is_carried_out:
        await stage.slack.until(lambda: seen.replies, what="the file")
    await stage.surface.update(message, DONE)
    assert len(seen.replies) == 1
    assert file_of(stage, seen) == png()


async def test_where_nobody_may_list_files_pictures_are_shown_all_the_same(stage: SlackSurfaceStage) -> None:
    """They are then as good as unknown."""
    stage.slack.faults.fail("files.list", "missing_scope")
    message, seen = await stage.posted()
    await stage.surface.update(message, DONE)
    assert file_of(stage, seen) == png()


async def test_a_late_file_is_waited_for(open_stage: SlackSurfaceStage) -> None:
    """The progress stays until then."""
    message, seen = await open_stage.posted()
    open_stage.slack.hold_files()
    ending = asyncio.create_task(open_stage.surface.update(message, DONE))
    await open_stage.slack.until(lambda: len(open_stage.slack.calls("files.info")) > 2, what="a look at the file")
    assert "Drawing" in seen
    assert not open_stage.slack.calls("chat.update")
    open_stage.slack.release_files()
    await ending
    assert file_of(open_stage, seen) == png()


async def test_a_file_that_stays_invisible_is_uploaded_once(open_stage: SlackSurfaceStage) -> None:
    """The next try goes on waiting for it."""
    message, seen = await open_stage.posted()
    open_stage.slack.hold_files()
    with pytest.raises(SurfaceFailed) as failure:
        await open_stage.surface.update(message, DONE)
    assert failure.value.is_temporary
    open_stage.slack.release_files()
    await open_stage.surface.update(message, DONE)
    assert file_of(open_stage, seen) == png()
    assert len(open_stage.slack.calls("upload")) == 1


async def test_a_dropped_share_is_shared_again(stage: SlackSurfaceStage) -> None:
    """And people see it once."""
    message, seen = await stage.posted()
    stage.slack.drop_shares(1)
    await stage.surface.update(message, DONE)
    assert file_of(stage, seen) == png()
    assert len(seen.replies) == 1


async def test_after_a_crash_the_picture_is_not_seen_twice(open_stage: SlackSurfaceStage) -> None:
    """Another process says the same again."""
    message, seen = await open_stage.posted()
    await open_stage.surface.update(message, DONE)
    other = SlackSurface(open_stage.web, open_stage.objects, open_stage.slack.clock, RandomIds(), timings=BRIEF)
    await other.update(MessageRef(message.place, message.id), DONE)
    await other.close()
    assert open_stage.channel.messages == [seen]
    assert len(seen.images) == 1


async def test_a_repeated_end_changes_nothing(open_stage: SlackSurfaceStage) -> None:
    """Neither message nor files."""
    message, seen = await open_stage.posted()
    for _ in range(2):
        await open_stage.surface.update(message, DONE)
    assert len(seen.history) == 2
    assert len(open_stage.slack.calls("upload")) == 1


async def test_a_picture_taken_back_is_taken_out_of_the_thread(stage: SlackSurfaceStage) -> None:
    """Deleted is deleted."""
    message, seen = await stage.posted()
    await stage.surface.update(message, DONE)
    await stage.surface.update(message, Post("a fox – deleted"))
    assert stage.channel.messages == [seen]
    assert not seen.images
    await stage.surface.update(message, DONE)
    assert file_of(stage, seen) == png()


async def test_a_deleted_message_takes_its_files_along(stage: SlackSurfaceStage) -> None:
    """Nothing of it stays."""
    message, _ = await stage.posted(DONE)
    await stage.surface.delete(message)
    assert stage.channel.messages == []


async def test_with_a_public_address_pictures_are_links_of_ours() -> None:
    """Nothing is uploaded."""
    async with a_stage(preview_link=link_preview) as stage:
        message, seen = await stage.posted()
        stage.surface.show_progress(message, replace(WORKING, preview=png()))
        await stage.silence()
        assert [image["image_url"] for image in seen.images] == ["https://easel.example/preview/1"]
        await stage.surface.update(message, DONE)
        assert [image["image_url"] for image in seen.images] == [PICTURE.link]
        assert not stage.slack.calls("upload")


async def test_a_link_that_slack_cannot_fetch_becomes_a_file() -> None:
    """The picture was paid for."""
    async with a_stage(preview_link=link_preview) as stage:
        message, seen = await stage.posted()
        stage.slack.faults.fail("chat.update", "invalid_blocks")
        await stage.surface.update(message, DONE)
        assert file_of(stage, seen) == png()


async def test_previews_that_slack_cannot_fetch_become_words() -> None:
    """Progress is shown all the same."""
    async with a_stage(preview_link=link_preview) as stage:
        message, seen = await stage.posted()
        stage.slack.faults.fail("chat.update", "invalid_blocks")
        for share in (0.2, 0.4):
            stage.surface.show_progress(message, replace(WORKING, preview=png(), progress=share))
            await stage.silence()
        assert "40 %" in seen
        assert not seen.images


async def test_without_a_public_address_progress_is_words(stage: SlackSurfaceStage) -> None:
    """And nothing is uploaded for it."""
    message, seen = await stage.posted()
    stage.surface.show_progress(message, replace(WORKING, preview=png()))
    await stage.silence()
    assert "50 %" in seen
    assert not stage.slack.calls("upload")


async def test_a_kind_of_picture_that_slack_does_not_show_is_converted(open_stage: SlackSurfaceStage) -> None:
    """Pixel by pixel."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "WEBP", lossless=True)
    await open_stage.objects.put("w", file.getvalue(), "image/webp")
    webp = replace(PICTURE, key="w", media_type="image/webp", picture=PictureId("p2"))
    _, seen = await open_stage.posted(replace(DONE, pictures=(webp,)))
    content = file_of(open_stage, seen)
    assert content is not None
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.format == "PNG"
        assert shown.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


class LengthSigner:
    """Writes the length of the original behind a copy."""

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Sign."""
        return copy + str(len(original)).encode()


async def test_what_is_converted_is_signed_and_what_is_not_stays_as_it_is() -> None:
    """Only copies are."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "WEBP", lossless=True)
    webp = replace(PICTURE, key="w", media_type="image/webp", picture=PictureId("p2"))
    async with a_stage(copy_signer=LengthSigner()) as stage:
        shows_own_files(stage.team, stage.slack)
        await stage.objects.put("w", file.getvalue(), "image/webp")
        _, seen = await stage.posted(replace(DONE, pictures=(webp,)), key="copy")
        copy = file_of(stage, seen)
        _, seen = await stage.posted(DONE, key="original")
        assert file_of(stage, seen) == png()
    assert copy is not None
    assert copy.endswith(str(len(file.getvalue())).encode())


async def test_attachments_are_shown_or_stand_in_the_thread(open_stage: SlackSurfaceStage) -> None:
    """Pictures in the message, everything else below it."""
    plot = Attachment("usage.png", "image/png", png(), "a curve that rises")
    table = Attachment("usage.csv", "text/csv", b"day,pictures\n")
    post = Post("Usage", attachments=(plot, table))
    message, seen = await open_stage.posted(post)
    assert await open_stage.surface.post(open_stage.place, post, key="k") == message
    assert seen.alts == ["a curve that rises"]
    [reply] = seen.replies
    assert [(file.title, file.content) for file in reply.files] == [("usage.csv", b"day,pictures\n")]


async def test_pictures_that_cannot_be_read_are_tried_again_later(stage: SlackSurfaceStage) -> None:
    """The message stays as it is."""
    message, seen = await stage.posted()
    stage.objects.failures.fail_always("get", ObjectMissing("memory", "down"))
    with pytest.raises(SurfaceFailed):
        await stage.surface.update(message, DONE)
    assert "Drawing" in seen


async def test_without_the_scope_to_look_at_files_pictures_come_a_little_later(stage: SlackSurfaceStage) -> None:
    """The words say so until then."""
    stage.team.install(one for one in ALL_SCOPES if one != "files:read")
    message, seen = await stage.posted()
    stage.slack.hold_files()
    with pytest.raises(SurfaceFailed) as failure:
        await stage.surface.update(message, DONE)
    assert failure.value.is_temporary
    assert "not shown here yet" in seen
    assert seen.buttons == ["Again"]
    stage.slack.release_files()
    await stage.surface.update(message, DONE)
    assert file_of(stage, seen) == png()
    assert "not shown here yet" not in seen
    assert len(seen.replies) == 1


async def test_a_post_whose_picture_comes_later_is_one_message(stage: SlackSurfaceStage) -> None:
    """The same key again goes on where it stopped."""
    stage.slack.hold_files()
    with pytest.raises(SurfaceFailed):
        await stage.surface.post(stage.place, DONE, key="k")
    stage.slack.release_files()
    _, seen = await stage.posted(DONE)
    assert stage.top == [seen]
    assert file_of(stage, seen) == png()


async def test_bytes_that_do_not_arrive_are_sent_again_by_the_next_try(open_stage: SlackSurfaceStage) -> None:
    """The message stays as it is until then."""
    message, seen = await open_stage.posted()
    open_stage.slack.faults.fail("upload", status=500)
    with pytest.raises(SurfaceFailed):
        await open_stage.surface.update(message, DONE)
    assert "Drawing" in seen
    await open_stage.surface.update(message, DONE)
    assert file_of(open_stage, seen) == png()
