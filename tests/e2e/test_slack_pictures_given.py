"""Asks, with the real client, what becomes of pictures that somebody attaches to a mention of the bot, or enters in a form."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack import SLACK
from bot.adapters.slack.manifest import SCOPES
from bot.domain.jobs import Job
from bot.domain.people import Identity
from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.photos import GPS, photo, tagged
from tests.fakes.slack import Member

MB = 1024 * 1024


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield a workspace with the bot in it, which may do what the manifest says."""
    async with a_stage(tmp_path) as stage:
        stage.team.install(SCOPES, value=stage.team.bot_token)
        yield stage


async def jobs_of(stage: SlackStage, member: Member) -> tuple[Job, ...]:
    """Return every job of somebody."""
    account = await stage.base.records.accounts.find(Identity(SLACK, member.workspace.id, member.id))
    return () if account is None else await stage.base.records.jobs.of_account(account.id, 10, None)


async def refusal(stage: SlackStage) -> str:
    """Wait for the sentence that Ada alone reads, and see that nothing came of her wish."""
    text = (await stage.ada.ephemeral("", within=20)).text
    assert "Nothing was counted" in text
    assert await jobs_of(stage, stage.ada) == ()
    return text


async def test_pictures_of_a_mention_are_drawn_over(stage: SlackStage) -> None:
    """In their order; nobody learns where one was taken."""
    files = [stage.ada.upload("wide.jpg", tagged(size=(120, 80))), stage.ada.upload("tall.png", photo("PNG", (80, 120)))]
    await stage.ada.mention(stage.channel, "@easel make it night", files=files)
    job = await stage.job(await stage.done())
    assert job.wish.prompt == "make it night"
    assert [(one.role, one.width, one.height) for one in job.wish.inputs] == [("base", 120, 80), ("reference", 80, 120)]
    assert GPS not in await stage.base.objects.get(job.wish.inputs[0].key)


async def test_a_picture_of_a_direct_message_is_drawn_over(stage: SlackStage) -> None:
    """Slack calls such a message `file_share`."""
    await stage.ada.write("make it night", files=[stage.ada.upload("fox.png", photo("PNG"))])
    job = await stage.job(await stage.done(stage.ada.dm))
    assert [one.role for one in job.wish.inputs] == ["base"]


async def test_a_picture_of_somebody_from_another_organisation_is_looked_up_first(stage: SlackStage) -> None:
    """The event tells nothing of it but its id."""
    other = stage.slack.add_workspace("globex", is_installed=False)
    stage.channel.share_with(other)
    eve = other.add_member("eve")
    received = await eve.mention(stage.channel, "@easel make it night", files=[eve.upload("fox.png", photo("PNG"))])
    assert received.payload["event"]["files"][0]["file_access"] == "check_file_info"
    assert len((await stage.job(await stage.done())).wish.inputs) == 1


@pytest.mark.parametrize(
    ("name", "content", "size", "says"),
    [
        ("fox.heic", b"\x00\x00\x00\x18ftypheic" + bytes(99), None, "is a HEIC picture"),
        ("fox.png", photo("PNG")[:-100], None, "is cut short or damaged"),
        ("huge.png", photo("PNG"), 51 * MB, "huge.png is too large: 50 MB are the most"),
        ("longer.png", bytes(50 * MB + 1), 1, "longer.png is too large: 50 MB are the most"),
        ("offer.pdf", b"%PDF-1.7", None, "offer.pdf is no picture"),
    ],
)
async def test_a_file_that_cannot_be_used_is_one_sentence_for_who_gave_it(
    stage: SlackStage, name: str, content: bytes, size: int | None, says: str
) -> None:
    """Whatever Slack says of it, and whatever it is."""
    await stage.ada.mention(stage.channel, "@easel a fox", files=[stage.ada.upload(name, content, size=size)])
    assert says in await refusal(stage)


async def test_an_app_that_may_not_read_files_says_which_scope_it_lacks(stage: SlackStage) -> None:
    """It was installed before it wanted to."""
    stage.team.install((one for one in SCOPES if one != "files:read"), value=stage.team.bot_token)
    await stage.ada.mention(stage.channel, "@easel a fox", files=[stage.ada.upload("fox.png", photo("PNG"))])
    assert "lacks the scope files:read" in await refusal(stage)


async def test_slacks_login_page_is_no_picture(stage: SlackStage) -> None:
    """It comes in the place of the file, as if all were well, once somebody took the scope away."""
    held = stage.slack.faults.hold("download")
    await stage.ada.mention(stage.channel, "@easel a fox", files=[stage.ada.upload("fox.png", photo("PNG"))])
    await stage.slack.until(lambda: stage.slack.calls("download"), within=20)
    stage.team.install((one for one in SCOPES if one != "files:read"), value=stage.team.bot_token)
    held.release()
    assert "lacks the scope files:read" in await refusal(stage)


@pytest.mark.parametrize("held", ["files.info", "download"])
async def test_a_file_that_is_deleted_meanwhile_is_asked_for_again(stage: SlackStage, held: str) -> None:
    """Before it is looked up, and before it is fetched."""
    file, fault = stage.ada.upload("fox.png", photo("PNG")), stage.slack.faults.hold(held)
    await stage.ada.mention(stage.channel, "@easel a fox", files=[file])
    await stage.slack.until(lambda: fault.met, within=20)
    file.is_deleted, file.content = True, None
    fault.release()
    assert "Slack does not have that file any more" in await refusal(stage)


async def test_a_message_whose_file_is_deleted_already_names_a_tombstone(stage: SlackStage) -> None:
    """Slack is not asked for it."""
    file = stage.ada.upload("fox.png", photo("PNG"))
    file.is_deleted = True
    await stage.ada.mention(stage.channel, "@easel a fox", files=[file])
    assert "Slack does not have that file any more" in await refusal(stage)
    assert not stage.slack.calls("files.info")


async def test_a_file_of_another_private_channel_is_not_fetched(stage: SlackStage) -> None:
    """The bot sees no more than the channels that it is in."""
    secret, file = stage.team.add_channel("secret", is_private=True, has_bot=False), stage.ada.upload("fox.png", photo("PNG"))
    stage.ada.say(secret, "look", files=[file])
    await stage.ada.mention(stage.channel, "@easel a fox", files=[file])
    assert "from a channel that I am not in" in await refusal(stage)
    assert not stage.slack.calls("download")


async def test_a_file_that_lies_elsewhere_is_not_fetched(stage: SlackStage) -> None:
    """Nobody else sees the token."""
    file = stage.ada.upload("fox.png", photo("PNG"))
    file.is_external = True
    await stage.ada.mention(stage.channel, "@easel a fox", files=[file])
    assert "fox.png is only a link to outside of Slack" in await refusal(stage)


@pytest.mark.parametrize("method", ["files.info", "download"])
async def test_a_slack_that_fails_may_be_tried_again(stage: SlackStage, method: str) -> None:
    """It is nobody's fault."""
    stage.slack.faults.fail(method, status=500)
    await stage.ada.mention(stage.channel, "@easel a fox", files=[stage.ada.upload("fox.png", photo("PNG"))])
    assert "Slack does not give me that file now; please try again" in await refusal(stage)


async def test_more_pictures_than_any_model_takes_are_not_fetched(stage: SlackStage) -> None:
    """A message of Slack's may have more."""
    files = [stage.ada.upload(f"{number}.png", photo("PNG")) for number in range(17)]
    await stage.ada.mention(stage.channel, "@easel a fox", files=files)
    assert "There can be 16 pictures at most, and these are 17" in await refusal(stage)
    assert not stage.slack.calls("files.info")


async def test_a_picture_without_words_asks_what_to_do_with_it(stage: SlackStage) -> None:
    """A mention opens no form."""
    await stage.ada.mention(stage.channel, "@easel", files=[stage.ada.upload("fox.png", photo("PNG"))])
    assert "prompt" in (await stage.ada.ephemeral("", within=20)).text
    assert await jobs_of(stage, stage.ada) == ()


async def test_a_command_that_takes_no_picture_leaves_files_alone(stage: SlackStage) -> None:
    """Nothing is looked up for it."""
    await stage.ada.mention(stage.channel, "@easel models", files=[stage.ada.upload("fox.png", photo("PNG"))])
    await stage.ada.ephemeral("", within=20)
    assert not stage.slack.calls("files.info")


async def test_pictures_of_a_form_are_drawn_over(stage: SlackStage) -> None:
    """Only the app sees them: they are in no channel."""
    await stage.imagine("")
    files = [stage.ada.upload("wide.jpg", tagged(size=(120, 80))), stage.ada.upload("tall.png", photo("PNG", (80, 120)))]
    await stage.ada.submit(await stage.ada.view(within=20), prompt="make it night", picture=files)
    job = await stage.job(await stage.done())
    assert [(one.role, one.width, one.height) for one in job.wish.inputs] == [("base", 120, 80), ("reference", 80, 120)]


async def test_a_form_without_a_picture_is_as_before(stage: SlackStage) -> None:
    """Nothing is looked up for it."""
    await stage.imagine("")
    await stage.ada.submit(await stage.ada.view(within=20), prompt="a fox")
    assert (await stage.job(await stage.done())).wish.inputs == ()
    assert not stage.slack.calls("download")


async def test_a_guest_enters_a_picture_in_a_form(stage: SlackStage) -> None:
    """The form tells nothing of it but its id."""
    other = stage.slack.add_workspace("globex", is_installed=False)
    stage.channel.share_with(other)
    eve, first = other.add_member("eve"), await stage.picture()
    await eve.press(first, "Change words")
    await eve.submit(await eve.view(within=20), prompt="a badger", picture=[eve.upload("fox.png", photo("PNG"))])
    assert len((await stage.job(await stage.done(but={first.ts}))).wish.inputs) == 1


async def test_a_file_of_a_form_that_cannot_be_used_is_one_sentence(stage: SlackStage) -> None:
    """The form is closed by then."""
    await stage.imagine("")
    view = await stage.ada.view(within=20)
    await stage.ada.submit(view, prompt="a fox", picture=[stage.ada.upload("offer.pdf", b"%PDF-1.7")])
    assert "offer.pdf is no picture" in await refusal(stage)
