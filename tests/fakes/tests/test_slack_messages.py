"""Does the fake Slack refuse what the platform refuses in messages, for the platform's reasons?"""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import Channel, FakeSlack, Member, NotSeen, Workspace
from tests.fakes.slack.client import client_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_sdk.web.async_client import AsyncWebClient


class SlackChannel:
    """A channel of a workspace, somebody in it, and the bot's client."""

    def __init__(self, slack: FakeSlack, team: Workspace) -> None:
        self.slack, self.team = slack, team
        self.channel: Channel = team.add_channel("general")
        self.ann: Member = team.add_member("ann")
        self.api: AsyncWebClient = client_of(slack, team)

    async def post(self, **message: Any) -> Any:
        """Post into the channel."""
        return await self.api.chat_postMessage(**{"channel": self.channel.id, "text": "words", **message})


@asynccontextmanager
async def a_place(**options: Any) -> "AsyncIterator[SlackChannel]":
    """Open the fake, without a running bot and without rate limits."""
    async with FakeSlack() as slack:
        slack.limits.switch_rates_off()
        yield SlackChannel(slack, slack.add_workspace(**options))


async def refused(doing: Awaitable[Any]) -> Any:
    """Return the answer that says no."""
    with pytest.raises(SlackApiError) as caught:
        await doing
    return caught.value.response


def text(words: str, kind: str = "plain_text") -> dict[str, str]:
    """Make a text object."""
    return {"type": kind, "text": words}


def button(**more: Any) -> dict[str, Any]:
    """Make a button."""
    return {"type": "button", "text": text("Again"), **more}


def row(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    """Make an actions block."""
    return [{"type": "actions", "elements": list(elements)}]


def options(**option: Any) -> list[dict[str, Any]]:
    """Make an actions block with a menu of one option."""
    return row({"type": "static_select", "action_id": "a", "options": [{"text": text("x"), "value": "x", **option}]})


def image(**more: Any) -> list[dict[str, Any]]:
    """Make an image block."""
    return [{"type": "image", "alt_text": "a fox", "image_url": "https://example.com/fox.png", **more}]


GOOD: list[list[dict[str, Any]]] = [
    [{"type": "divider"}] * 50,
    [{"type": "section", "text": text("x" * 3000, "mrkdwn")}],
    [{"type": "header", "text": text("x" * 150)}],
    [{"type": "context", "elements": [text("x", "mrkdwn")] * 10}],
    row(*(button(action_id=f"a{number}", value="v" * 2000) for number in range(25))),
    options(value="v" * 150),
    image(),
]
BAD: list[tuple[list[dict[str, Any]], str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (
        [{"type": "section", "text": text("x" * 3001, "mrkdwn")}],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([{"type": "section", "text": text("")}], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "must provide at least one of: text, fields [json-pointer:/blocks/0]"),
    ([{"type": "header", "text": text("x" * 151)}], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "header", "text": text("x", "mrkdwn")}], "must be one of: plain_text [json-pointer:/blocks/0/text/type]"),
    ([{"type": "context", "elements": [text("x")] * 11}], "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    (row(*(button(action_id=f"a{n}") for n in range(26))), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (row(button(text=text("x" * 76))), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    (row(button(value="v" * 2001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    (row(button(action_id="a" * 256)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    (row(button(style="green")), "unsupported value: green [json-pointer:/blocks/0/elements/0/style]"),
    (row(button(action_id="a"), button(action_id="a")), "`action_id` already exists for the same `block_id`"),
    (options(value="v" * 151), "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"),
    (options(text=text("x" * 76)), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"),
    ([{"type": "divider", "block_id": "b" * 256}], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([{"type": "divider", "block_id": "b"}] * 2, "`block_id` b already exists [json-pointer:/blocks/1/block_id]"),
    (
        [{"type": "image", "image_url": "https://example.com/fox.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    (image(image_url="ftp://example.com/fox.png"), "invalid url [json-pointer:/blocks/0/image_url]"),
    (image(image_url="https://" + "x" * 3000), "must be less than 3001 characters [json-pointer:/blocks/0/image_url]"),
    (image(slack_file={"id": "F1"}), "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]"),
    ([{"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}}], "invalid slack file [json-pointer:/blocks/0/slack_file]"),
    ([{"type": "nonsense"}], "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
]


async def test_blocks_within_the_limits_are_taken() -> None:
    """Right up to each limit."""
    async with a_place() as place:
        for blocks in GOOD:
            await place.post(blocks=blocks)
        assert len(place.channel.messages) == len(GOOD)


async def test_blocks_beyond_the_limits_are_refused_with_the_place_of_the_mistake() -> None:
    """With `invalid_blocks`, and nothing is posted."""
    async with a_place() as place:
        for blocks, sentence in BAD:
            answer = await refused(place.post(blocks=blocks))
            assert answer["error"] == "invalid_blocks"
            assert any(sentence in one for one in answer["response_metadata"]["messages"]), (sentence, answer)
            assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")
        assert place.channel.messages == []


async def test_ids_that_the_app_left_out_are_made_up() -> None:
    """So that a press always says what was pressed."""
    async with a_place() as place:
        await place.post(blocks=row(button(), button()))
        [block] = place.channel.messages[0].blocks
        assert block["block_id"]
        assert len({one["action_id"] for one in block["elements"]}) == 2


async def test_text_has_limits_too() -> None:
    """A new message is cut off, an update is refused."""
    async with a_place() as place:
        sent = await place.post(text="x" * 40_001)
        assert len(place.channel.messages[0].text) == 40_000
        place_of = {"channel": place.channel.id, "ts": sent["ts"]}
        assert (await refused(place.api.chat_update(**place_of, text="x" * 4001)))["error"] == "msg_too_long"
        many = [{"type": "section", "text": text("x" * 2900)}] * 5
        assert (await refused(place.post(blocks=many)))["error"] == "msg_blocks_too_long"
        with pytest.warns(UserWarning, match="text"):
            assert (await refused(place.post(text="")))["error"] == "no_text"


async def test_an_update_without_blocks_drops_them() -> None:
    """So a bot that wants to keep its buttons has to send them again."""
    async with a_place() as place:
        sent = await place.post(blocks=row(button(action_id="again")))
        [message] = place.channel.messages
        assert message.buttons == ["Again"]
        await place.api.chat_update(channel=place.channel.id, ts=sent["ts"], text="done")
        assert (message.buttons, message.blocks, message.shown) == ([], (), "done")
        with pytest.raises(NotSeen):
            await place.ann.press(message, "Again")


def _update(place: SlackChannel, ts: str) -> Awaitable[Any]:
    return place.api.chat_update(channel=place.channel.id, ts=ts, text="new")


def _delete(place: SlackChannel, ts: str) -> Awaitable[Any]:
    return place.api.chat_delete(channel=place.channel.id, ts=ts)


@pytest.mark.parametrize(("act", "code"), [(_update, "cant_update_message"), (_delete, "cant_delete_message")])
async def test_only_the_bots_own_messages_can_be_changed(act: Callable[[SlackChannel, str], Awaitable[Any]], code: str) -> None:
    """Neither those of people, nor ephemeral ones, nor those that are gone."""
    async with a_place() as place:
        theirs = place.ann.say(place.channel, "hello")
        assert (await refused(act(place, theirs.ts)))["error"] == code
        whisper = await place.api.chat_postEphemeral(channel=place.channel.id, user=place.ann.id, text="psst")
        assert (await refused(act(place, whisper["message_ts"])))["error"] == "message_not_found"
        sent = await place.post()
        place.channel.messages[-1].delete()
        assert (await refused(act(place, sent["ts"])))["error"] == "message_not_found"


async def test_a_whisper_is_seen_by_one_person() -> None:
    """And by nobody who is not in the channel."""
    async with a_place() as place:
        grace = place.team.add_member("grace")
        place.channel.add(place.ann)
        await place.api.chat_postEphemeral(channel=place.channel.id, user=place.ann.id, text="psst")
        assert [one.text for one in place.ann.ephemerals(place.channel)] == ["psst"]
        assert (place.channel.messages, grace.ephemerals(place.channel)) == ([], [])
        answer = await refused(place.api.chat_postEphemeral(channel=place.channel.id, user=grace.id, text="psst"))
        assert answer["error"] == "user_not_in_channel"
        with pytest.raises(NotSeen, match="ephemeral"):
            await place.ann.react(place.ann.ephemerals()[0], "star")
        place.slack.app.events = []
        await grace.react(place.ann.say(place.channel, "hello"), "star")
        await place.api.chat_postEphemeral(channel=place.channel.id, user=grace.id, text="now she is there")


async def test_where_the_bot_may_write() -> None:
    """Public channels with a scope for it, archived ones never, private ones only as a member."""
    async with a_place(scopes=("chat:write",)) as place:
        elsewhere, secret = (
            place.team.add_channel("a", has_bot=False),
            place.team.add_channel("b", has_bot=False, is_private=True),
        )
        assert (await refused(place.post(channel=elsewhere.id)))["error"] == "not_in_channel"
        assert (await refused(place.post(channel=secret.id)))["error"] == "channel_not_found"
        assert (await refused(place.post(channel="C0NOSUCH")))["error"] == "channel_not_found"
        place.channel.archive()
        assert (await refused(place.post()))["error"] == "is_archived"
        place.channel.delete()
        assert (await refused(place.post()))["error"] == "channel_not_found"
        answer = await refused(place.api.users_info(user=place.ann.id))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
        assert answer.headers["x-oauth-scopes"] == "chat:write"
    async with a_place(scopes=("chat:write", "chat:write.public")) as place:
        await place.post(channel=place.team.add_channel("a", has_bot=False).id)


async def test_a_workspace_sees_nothing_of_another() -> None:
    """Neither channels, people, messages nor files."""
    async with a_place() as place:
        sent = await place.post()
        other = client_of(place.slack, place.slack.add_workspace("other"))
        file = await place.api.files_upload_v2(content=b"x", filename="x.png", channel=place.channel.id)
        assert (await refused(other.chat_postMessage(channel=place.channel.id, text="x")))["error"] == "channel_not_found"
        assert (await refused(other.chat_update(channel=place.channel.id, ts=sent["ts"], text="x")))[
            "error"
        ] == "channel_not_found"
        assert (await refused(other.users_info(user=place.ann.id)))["error"] == "user_not_found"
        assert (await refused(other.files_info(file=file["file"]["id"])))["error"] == "file_not_found"
        assert (await refused(other.chat_postMessage(channel=place.ann.id, text="x")))["error"] == "channel_not_found"


async def test_people_read_words_and_not_marks() -> None:
    """What was escaped is plain, what was not calls people."""
    async with a_place() as place:
        await place.post(text="<!channel> hi <@" + place.ann.id + "> see <https://example.com|this>")
        loud = place.channel.messages[-1]
        assert loud.shown == "@channel hi @ann see this"
        assert (loud.pings, loud.links) == (("channel", place.ann.id), ("https://example.com",))
        await place.post(text="&lt;!channel&gt; &amp; more")
        quiet = place.channel.messages[-1]
        assert (quiet.shown, quiet.pings) == ("<!channel> & more", ())
        await place.post(text="<!here>", blocks=[{"type": "section", "text": text("<!channel>")}])
        assert (place.channel.messages[-1].shown, place.channel.messages[-1].pings) == ("<!channel>", ())


async def test_threads_direct_messages_and_small_things() -> None:
    """What else a bot asks for."""
    async with a_place() as place:
        first = await place.post(text="root")
        await place.post(text="reply", thread_ts=first["ts"])
        root, reply = place.channel.messages
        assert (reply.thread, root.replies) == (root.ts, [reply])
        dm = await place.api.conversations_open(users=place.ann.id)
        await place.post(channel=dm["channel"]["id"], text="in private")
        await place.post(channel=place.ann.id, text="again")
        assert [one.text for one in place.ann.dms] == ["in private", "again"]
        await place.api.reactions_add(channel=place.channel.id, name="eyes", timestamp=root.ts)
        assert root.reactions == {"eyes": [place.team.bot_user]}
        link = await place.api.chat_getPermalink(channel=place.channel.id, message_ts=root.ts)
        assert link["permalink"].endswith(root.ts.replace(".", ""))
        group = place.team.add_group("painters", place.ann)
        assert (await place.api.usergroups_list())["usergroups"][0]["handle"] == "painters"
        assert (await place.api.usergroups_users_list(usergroup=group.id))["users"] == [place.ann.id]
        admin = place.team.add_member("boss", is_admin=True, locale="de-DE")
        notice = (await place.api.users_info(user=admin.id, include_locale=True))["user"]
        assert (notice["is_admin"], notice["locale"], notice["tz"]) == (True, "de-DE", "Europe/Amsterdam")
        assert (await place.api.conversations_info(channel=place.channel.id))["channel"]["is_member"]
        assert (await place.api.auth_test())["team_id"] == place.team.id
        assert (await refused(place.api.api_call("chat.nonsense")))["error"] == "unknown_method"
        assert (await refused(place.api.api_call("users.info", json={"user": admin.id})))["error"] == "invalid_arguments"
