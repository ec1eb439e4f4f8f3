"""Asks of every implementation of `PageMessages`: can a page that was away catch up, and does nothing come twice?"""

import asyncio
from dataclasses import replace

import pytest

from bot.ports.page_messages import PageMessage, PageMessages
from tests.fakes.clock import NOON, StoppedClock


async def say(messages: PageMessages, body: str, *, channel: str = "lobby", key: str | None = None) -> PageMessage:
    """Add a message whose key follows from its body."""
    return await messages.add(channel=channel, author="easel", body=body, key=key or f"key of {body}")


async def bodies(messages: PageMessages, *, most: int = 10, before: str | None = None) -> list[str]:
    """Return the lobby's page."""
    return [message.body for message in await messages.page("lobby", most=most, before=before)]


async def test_a_message_comes_back_as_it_went_in(messages: PageMessages) -> None:
    """Whatever its body says."""
    body = '{"text": "狐狸 \\u0000 \'; --"}'
    added = await say(messages, body)
    assert added == PageMessage(id=added.id, channel="lobby", author="easel", body=body, version=added.version, created_at=NOON)
    assert await messages.get(added.id) == added


async def test_the_same_key_again_is_the_same_message(messages: PageMessages) -> None:
    """As it is now, not as it would have been."""
    first = await say(messages, "one", key="k")
    changed = await messages.replace(first.id, "two")
    assert await say(messages, "three", key="k") == changed
    assert await bodies(messages) == ["two"]


async def test_a_version_that_is_not_there_any_more_is_not_replaced(messages: PageMessages) -> None:
    """Of two that read the same one writes."""
    first = await say(messages, "one")
    second = await messages.replace(first.id, "two", version=first.version)
    assert second is not None
    assert await messages.replace(first.id, "three", version=first.version) is None
    assert await bodies(messages) == ["two"]
    assert await messages.replace(first.id, "three", version=second.version) is not None


async def test_many_equal_calls_at_once_make_one_message(messages: PageMessages) -> None:
    """The race has one winner."""
    added = await asyncio.gather(*(say(messages, "one") for _ in range(20)))
    assert len({message.id for message in added}) == 1
    assert await bodies(messages) == ["one"]


async def test_every_change_has_a_greater_version(messages: PageMessages) -> None:
    """Adding, replacing and deleting alike."""
    added = await say(messages, "one")
    replaced = await messages.replace(added.id, "two")
    other = await say(messages, "three")
    deleted = await messages.delete(added.id)
    assert replaced is not None
    assert deleted is not None
    assert added.version < replaced.version < other.version < deleted.version
    assert replaced == replace(added, body="two", version=replaced.version)


async def test_changes_at_once_each_have_a_version_of_their_own(messages: PageMessages) -> None:
    """A page that asks for what is new misses none."""
    added = await asyncio.gather(*(say(messages, f"{number}") for number in range(20)))
    assert len({message.version for message in added}) == 20
    assert list(await messages.since("lobby", 0)) == sorted(added, key=lambda message: message.version)


async def test_a_deleted_message_is_empty_and_only_heard_of_as_a_change(messages: PageMessages) -> None:
    """It is on no page any more."""
    added = await say(messages, "one")
    deleted = await messages.delete(added.id)
    assert deleted is not None
    assert (deleted.body, deleted.is_deleted) == ("", True)
    assert await messages.get(added.id) is None
    assert await bodies(messages) == []
    assert await messages.since("lobby", added.version) == (deleted,)


async def test_what_is_deleted_or_unknown_cannot_be_changed(messages: PageMessages) -> None:
    """Twice is no error, and no news."""
    added = await say(messages, "one")
    deleted = await messages.delete(added.id)
    assert deleted is not None
    for message in (added.id, "unknown"):
        assert await messages.replace(message, "two") is None
        assert await messages.delete(message) is None
    assert await messages.since("lobby", deleted.version) == ()


async def test_a_page_has_the_newest_oldest_first(messages: PageMessages, clock: StoppedClock) -> None:
    """In the order in which they were said, whatever was changed since."""
    said = [await say(messages, body) for body in "abcde"]
    await messages.delete(said[3].id)
    await messages.replace(said[0].id, "A")
    await say(messages, "elsewhere", channel="other")
    assert await bodies(messages) == ["A", "b", "c", "e"]
    assert await bodies(messages, most=2) == ["c", "e"]
    assert await bodies(messages, most=2, before=said[4].id) == ["b", "c"]
    assert await bodies(messages, before=said[3].id) == ["A", "b", "c"]
    assert await bodies(messages, before=said[0].id) == []
    assert await bodies(messages, before="unknown") == []


@pytest.mark.parametrize("seen", range(4))
async def test_a_page_that_was_away_catches_up(messages: PageMessages, seen: int) -> None:
    """Each message once, as it is now, in order of its last change."""
    first, second, third = [await say(messages, body) for body in "abc"]
    changed = await messages.replace(first.id, "A")
    assert changed is not None
    after = [0, first.version, second.version, third.version][seen]
    caught_up = [message.body for message in await messages.since("lobby", after)]
    assert caught_up == [["b", "c", "A"], ["b", "c", "A"], ["c", "A"], ["A"]][seen]


async def test_channels_do_not_hear_of_each_other(messages: PageMessages) -> None:
    """Nor of one that nobody has spoken in."""
    await say(messages, "one", channel="other")
    assert await messages.since("lobby", 0) == ()
    assert await bodies(messages) == []


async def test_a_page_may_be_of_one_author_alone(messages: PageMessages) -> None:
    """And of what has none."""
    for number, author in enumerate(("ann", "bob", "", "ann")):
        await messages.add(channel="lobby", author=author, body=str(number), key=f"key-{number}")
    assert [one.body for one in await messages.page("lobby", most=9, author="ann")] == ["0", "2", "3"]
    assert [one.body for one in await messages.page("lobby", most=1, author="bob")] == ["2"]


async def test_authors_are_those_whose_messages_can_be_seen(messages: PageMessages) -> None:
    """Each once; not those of other channels, nor who had theirs deleted, nor nobody."""
    for key, author, channel in (("1", "ann", "lobby"), ("2", "ann", "lobby"), ("3", "", "lobby"), ("4", "cat", "attic")):
        await messages.add(channel=channel, author=author, body="x", key=key)
    gone = await messages.add(channel="lobby", author="bob", body="x", key="5")
    assert await messages.authors("lobby") == {"ann", "bob"}
    await messages.delete(gone.id)
    assert await messages.authors("lobby") == {"ann"}
