"""Does a moderator's link make one browser theirs, once and for a while?"""

from bot.services.moderator_sessions import LINK_LIFETIME, SESSION_LIFETIME, Moderator, ModeratorSessions
from tests.fakes.clock import StoppedClock
from tests.fakes.codes import MemoryCodes
from tests.fakes.ids import CountingIds
from tests.fakes.surfaces import SQUARE, person

MO = Moderator(person("mo", is_moderator=True), SQUARE)
ZOE = Moderator(person("zoe", is_moderator=True), SQUARE)


def a_house() -> tuple[ModeratorSessions, StoppedClock]:
    """Return sessions in a house whose clock stands."""
    clock = StoppedClock()
    return ModeratorSessions(MemoryCodes(clock), CountingIds(), clock, page="https://easel.test"), clock


async def secret_of(sessions: ModeratorSessions, moderator: Moderator = MO) -> str:
    """Return what a link of somebody carries where servers do not see it."""
    page, _, secret = (await sessions.issue_link(moderator)).partition("#")
    assert page == "https://easel.test/moderation"
    return secret


async def test_a_link_makes_a_browser_the_moderators_once() -> None:
    """Whoever opens it second is nobody."""
    sessions, _ = a_house()
    secret = await secret_of(sessions)
    assert await sessions.open("amber", secret) == MO
    assert await sessions.open("olive", secret) is None
    assert (await sessions.find("amber"), await sessions.find("olive")) == (MO, None)


async def test_links_and_sessions_end() -> None:
    """The link after minutes, the session after hours, or when they leave."""
    sessions, clock = a_house()
    secret = await secret_of(sessions)
    clock.move(LINK_LIFETIME)
    assert await sessions.open("amber", secret) is None
    await sessions.open("amber", await secret_of(sessions))
    clock.move(SESSION_LIFETIME)
    assert await sessions.find("amber") is None
    await sessions.open("amber", await secret_of(sessions))
    await sessions.close("amber")
    assert await sessions.find("amber") is None


async def test_somebody_has_one_link_and_one_session_at_a_time() -> None:
    """So that a link that was lost is made worthless by another one; other moderators keep theirs."""
    sessions, _ = a_house()
    lost = await secret_of(sessions)
    await sessions.open("amber", await secret_of(sessions))
    await sessions.open("plum", await secret_of(sessions, ZOE))
    assert await sessions.open("olive", lost) is None
    await sessions.open("olive", await secret_of(sessions))
    found = [await sessions.find(user) for user in ("amber", "olive", "plum")]
    assert found == [None, MO, ZOE]
