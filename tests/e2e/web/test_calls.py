"""Asks over real connections what typed lines and pressed buttons do, and who sees it."""

import asyncio
import io
import json

import pytest

from tests.fakes.photos import photo
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, drawn

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_is_public_and_says_who_asked(ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Each sees whether it is their own; nobody sees more than a name."""
    reply = await ann.say("/imagine a fox")
    [hers], [his] = await ann.messages(), await bob.messages()
    assert hers["id"] == his["id"] == reply["answered"]
    assert (hers["is_mine"], his["is_mine"]) == (True, False)
    assert hers["author"] == his["author"]
    assert his["post"]["asked"] == {"text": "/imagine a fox", "is_press": False}


async def test_pictures_come_with_a_line(house: WebHouse, ann: HttpVisitor) -> None:
    """Repeated, it is the same call; the completion knows which commands take them."""
    photos = [photo(), photo("PNG")]
    answers = [await ann.bring("make it night --shape wide", *photos, key="key-of-mine") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].facts["answered"] == answers[1].facts["answered"] is not None
    [order] = house.studio.orders
    assert (order.prompt, [one.content for one in order.pictures]) == ("make it night", photos)
    assert [one.role for one in order.pictures] == ["base", "reference"]
    commands = (await ann.get("/api/commands")).facts["commands"]
    assert {one["name"]: one["most_pictures"] for one in commands} == {"imagine": 3, "edit": 3, "gallery": 0, "help": 0}


@pytest.mark.parametrize(
    ("line", "count", "says"),
    [
        ("/gallery", 1, "/gallery takes no pictures: please send it without them. Nothing was counted."),
        ("a fox", 4, "There can be 3 pictures at most, and these are 4. Nothing was counted."),
        ("/imagine", 1, "/imagine still needs prompt"),
        ("", 1, "Say what you would like to see"),
    ],
)
async def test_pictures_that_cannot_be_taken_are_told(
    house: WebHouse, ann: HttpVisitor, line: str, count: int, says: str
) -> None:
    """To who brought them alone, in one sentence."""
    [note] = (await ann.bring(line, *[photo()] * count)).facts["notes"]
    assert says in note["text"]
    assert house.studio.orders == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{}", 400),
        (b"--x\r\nContent-Disposition: form-data; name=line\r\n\r\na fox\r\n--x--\r\n", 400),
        (b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\na fox\r\n--x--\r\n', 400),
        (bytes(105 * 1024 * 1024), 413),
    ],
)
async def test_a_form_that_is_none_of_ours_is_refused(house: WebHouse, ann: HttpVisitor, content: bytes, status: int) -> None:
    """With one sentence; and none is taken from another site."""
    form = {"Content-Type": "multipart/form-data; boundary=x", "X-Easel-Page": "1"}
    answer = await ann.ask("POST", "/api/calls", {**ann.own, **form}, io.BytesIO(content))
    assert (answer.status, bool(answer.facts["detail"])) == (status, True)
    assert (await ann.ask("POST", "/api/calls", {**form, "Sec-Fetch-Site": "cross-site"}, b"--x--\r\n")).status == 403
    assert house.studio.orders == []


async def test_plain_words_draw(house: WebHouse, ann: HttpVisitor) -> None:
    """With options too; what is asked stands there as it was typed."""
    assert (await ann.say("a fox in the snow --shape wide"))["answered"]
    assert [order.prompt for order in house.studio.orders] == ["a fox in the snow"]
    [message] = await ann.messages()
    assert message["post"]["asked"] == {"text": "a fox in the snow --shape wide", "is_press": False}


async def test_the_name_of_a_command_alone_is_that_command(house: WebHouse, ann: HttpVisitor) -> None:
    """Nobody pays for a picture of the word help."""
    reply = await ann.say("Help")
    assert reply["notes"][0]["text"].startswith("Here is what you can ask for.")
    assert house.studio.orders == []


async def test_only_what_a_person_may_do_is_offered(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Neither the completion nor the message of somebody else offers what would be refused."""
    order, _ = await drawn(house, ann)
    commands = (await ann.get("/api/commands")).facts["commands"]
    assert [command["name"] for command in commands] == ["imagine", "edit", "gallery", "help"]
    [hers], [his] = await ann.messages(), await bob.messages()
    assert [button["label"] for button in hers["post"]["buttons"]] == ["Again", "Change words", "Delete"]
    assert [button["label"] for button in his["post"]["buttons"]] == ["Again", "Change words"]
    async with bob.listening() as events:
        await house.studio.work(order, 0.5)
        assert (await events.until("working")).data["post"]["buttons"] == []


async def test_what_a_picture_cost_is_for_who_is_in_charge(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """In pages of messages and in events alike."""
    order, _ = await drawn(house, ann)
    house.owners.add(order.author)
    for visitor, cost in ((ann, "$0.0531"), (bob, "")):
        [message] = await visitor.messages()
        assert message["post"]["cost"] == cost
        assert ("$" in json.dumps(message)) is bool(cost)
        async with visitor.listening(message["version"] - 1) as events:
            assert (await events.until("done")).data["post"]["cost"] == cost


async def test_neither_cookies_nor_identities_are_shown(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Not even to the person."""
    await ann.say("/imagine a fox")
    for visitor in (ann, bob):
        shown = json.dumps(await visitor.page())
        assert ann.cookie not in shown
        assert house.studio.orders[0].author not in shown


async def test_the_same_key_is_the_same_call(house: WebHouse, ann: HttpVisitor) -> None:
    """Even at the same time; another person's key is another call."""
    replies = await asyncio.gather(*(ann.call(line="/imagine a fox", key="key-of-mine") for _ in range(5)))
    assert len({reply["answered"] for reply in replies}) == 1
    assert len(house.studio.orders) == 1


async def test_two_people_may_use_the_same_key(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """It is theirs, not the channel's."""
    await ann.call(line="/imagine a fox", key="key-of-mine")
    await bob.call(line="/imagine a fox", key="key-of-mine")
    assert len(house.studio.orders) == 2


@pytest.mark.parametrize(
    ("line", "kind", "part"),
    [
        ("/imagine something forbidden", "prompt_refused", "nothing was counted"),
        ("/imagine", "bad_input", "/imagine still needs prompt"),
        ("/imagin a fox", "bad_input", "Did you mean imagine?"),
        ("", "bad_input", "Say what you would like to see"),
        ("/", "bad_input", "Say what you would like to see"),
        ("/imagine a fox --shape round", "bad_input", "square, wide or tall"),
        ("/imagine " + "x" * 10_000, "bad_input", "10,000 characters long"),
        ("/imagine something broken", "fault", "c0ffee"),
    ],
)
async def test_a_refusal_is_private(ann: HttpVisitor, line: str, kind: str, part: str) -> None:
    """One sentence in the reply, and nothing in the channel."""
    reply = await ann.say(line)
    [note] = reply["notes"]
    assert reply["answered"] is None
    assert note["kind"] == kind
    assert part in note["text"]
    assert await ann.messages() == []


async def test_a_button_acts_on_the_message(house: WebHouse, ann: HttpVisitor) -> None:
    """Delete, undo, and Again with the label that was pressed."""
    order, path = await drawn(house, ann)
    [message] = await ann.messages()
    await ann.call(action=f"delete:{order.id}", message=message["id"])
    assert (await ann.messages())[0]["post"]["buttons"][0]["label"] == "Undo"
    assert (await ann.get(path)).status == 410
    await ann.call(action=f"undelete:{order.id}", message=message["id"])
    assert (await ann.get(path)).status == 200
    await ann.call(action=f"again:{order.id}", message=message["id"])
    assert (await ann.messages())[1]["post"]["asked"] == {"text": "Again", "is_press": True}


async def test_words_about_a_picture_say_which_message_shows_it(house: WebHouse, ann: HttpVisitor) -> None:
    """Several may, once one is turned; one that does not is not believed, nor one beside a line about no picture."""
    house.studio.offers_edits = True
    first, _ = await drawn(house, ann)
    second, _ = await drawn(house, ann)
    wish = {"line": "undo", "reply": first.id}
    for message, believed in ((first.message.id, first.message.id), (second.message.id, ""), ("none", "")):
        await ann.call(**wish, message=message)
        assert house.studio.orders[-1].answers == believed
    for wrong in ({"line": "undo", "message": first.message.id}, {**wish, "message": "no/id"}):
        refused = await ann.post_json("/api/calls", {**wrong, "key": "1234-5678"})
        assert refused.status == 400


async def test_a_form_comes_back_as_a_line(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """For whoever pressed, and nobody reads anything in the channel."""
    order, _ = await drawn(house, ann)
    [message] = await ann.messages()
    reply = await bob.call(action=f"reword:{order.id}", message=message["id"])
    fill = f"/imagine {order.prompt} --shape wide"
    assert reply == {"answered": None, "notes": [], "settled": None, "fill": fill, "reply": None, "form": None}
    assert (await ann.say("/help"))["fill"] is None
    assert len(await ann.messages()) == 1


async def test_somebody_elses_picture_is_not_mine_to_delete(house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """The refusal is private, and the picture stays."""
    order, path = await drawn(house, ann)
    [message] = await bob.messages()
    [note] = (await bob.call(action=f"delete:{order.id}", message=message["id"]))["notes"]
    assert note["kind"] == "not_yours"
    assert (await bob.get(path)).status == 200


async def test_a_message_is_believed_only_if_it_has_the_button(house: WebHouse, ann: HttpVisitor) -> None:
    """So that nobody can have a command of theirs change another's message."""
    order, _ = await drawn(house, ann)
    [mine] = await ann.messages()
    other = (await ann.say("/imagine an owl"))["answered"]
    for message in (mine["id"], other, "unknown"):
        await ann.call(action=f"again:{order.id}", message=message)
    await ann.call(action=f"again:{order.id}")
    assert [pressed.id if pressed else None for pressed in house.studio.pressed] == [mine["id"], None, None, None]


async def test_one_may_look_at_ones_own_alone(ann: HttpVisitor, bob: HttpVisitor) -> None:
    """In pages as long as those of the room."""
    for number in range(33):
        await (ann if number % 2 else bob).say(f"/imagine fox {number}")
    mine = (await ann.get("/api/messages?view=mine")).facts
    assert [message["is_mine"] for message in mine["messages"]] == [True] * 16
    assert not mine["has_more"]
    before = (await ann.get(f"/api/messages?view=mine&before={mine['messages'][1]['id']}")).facts
    assert before["messages"] == mine["messages"][:1]


async def test_long_channels_come_in_pages(ann: HttpVisitor) -> None:
    """Newest first, each oldest first, until there is no more."""
    for number in range(35):
        await ann.say(f"/imagine fox {number}")
    newest = await ann.page()
    older = await ann.page(before=newest["messages"][0]["id"])
    words = [message["post"]["asked"]["text"] for message in older["messages"] + newest["messages"]]
    assert words == [f"/imagine fox {number}" for number in range(35)]
    assert (len(newest["messages"]), newest["has_more"], older["has_more"]) == (30, True, False)
