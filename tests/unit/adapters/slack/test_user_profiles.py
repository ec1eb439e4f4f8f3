"""Asks what is known of people: admins, locales, groups, and nothing where Slack does not answer in time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.user_profiles import UserProfiles
from bot.errors import MessageGone, SurfaceFailed

ADA = PayloadOrigin(team="T1", user="U1", name="ada")


class Answers:
    """Answers as told, and counts."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {"id": "U1", "team_id": "T1", "name": "ada", "profile": {"display_name": "Ada"}}
        self.groups: list[dict[str, Any]] = []
        self.trouble: Exception | None = None
        self.wait: asyncio.Event | None = None
        self.asked: list[str] = []

    async def call(self, method: str, team: str, arguments: Mapping[str, Any], *, verb: str = "POST") -> dict[str, Any]:
        """Answer."""
        self.asked.append(method)
        if self.wait is not None:
            await self.wait.wait()
        if self.trouble is not None:
            raise self.trouble
        return {"user": self.user} if method == "users.info" else {"usergroups": self.groups}

    def enterprise_of(self, team: str) -> str:
        """Return the organisation of T1."""
        return "E1" if team == "T1" else ""


@pytest.fixture
def answers() -> Answers:
    """Return what answers."""
    return Answers()


@pytest.fixture
async def people(answers: Answers) -> AsyncIterator[UserProfiles]:
    """Yield what asks."""
    made = UserProfiles(answers)
    yield made
    await made.close()


async def test_somebody_is_asked_about_once(people: UserProfiles, answers: Answers) -> None:
    """However many want to know at once."""
    found = await asyncio.gather(*(people.person(ADA) for _ in range(20)))
    assert {one.name for one in found} == {"Ada"}
    await people.person(ADA)
    assert sorted(answers.asked) == ["usergroups.list", "users.info"]


@pytest.mark.parametrize(
    ("profile", "is_admin"),
    [
        ({}, False),
        ({"is_admin": True}, True),
        ({"is_owner": True}, True),
        ({"is_primary_owner": True}, True),
        ({"is_admin": True, "team_id": "T2"}, False),
        ({"is_admin": True, "is_stranger": True}, False),
        ({"enterprise_user": {"is_admin": True, "enterprise_id": "E1"}, "team_id": "T2"}, True),
        ({"enterprise_user": {"is_admin": True, "enterprise_id": "E2"}, "team_id": "T2"}, False),
    ],
)
async def test_admins_of_this_workspace_are_recognised(
    people: UserProfiles, answers: Answers, profile: dict[str, Any], is_admin: bool
) -> None:
    """Those of another one, met in a shared channel, are not."""
    answers.user |= profile
    found = await people.person(ADA)
    assert (found.is_admin, found.is_moderator) == (is_admin, is_admin)


@pytest.mark.parametrize(
    ("profile", "home"),
    [
        ({}, "T1"),
        ({"team_id": "T2"}, "T2"),
        ({"team_id": "T2", "is_stranger": True}, "T2"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, "T1"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, "T2"),
    ],
)
async def test_somebody_is_of_the_workspace_that_slack_tells(
    people: UserProfiles, answers: Answers, profile: dict[str, Any], home: str
) -> None:
    """Whoever is of our own organisation is at home wherever they are seen; where Slack is silent nothing is guessed."""
    answers.trouble = SurfaceFailed("slack", "ratelimited")
    assert await people.home("T1", "U1") is None
    answers.trouble = None
    answers.user |= profile
    assert await people.home("T1", "U1") == home


async def test_groups_are_roles(people: UserProfiles, answers: Answers) -> None:
    """By their ids."""
    answers.groups = [{"id": "S1", "users": ["U1", "U2"]}, {"id": "S2", "users": ["U1"]}, {"id": "S3", "users": []}]
    assert (await people.person(ADA)).roles == ("S1", "S2")


@pytest.mark.parametrize("trouble", [SurfaceFailed("slack", "ratelimited"), MessageGone("slack", "token_revoked")])
async def test_who_cannot_be_asked_about_is_nobody_special(people: UserProfiles, answers: Answers, trouble: Exception) -> None:
    """And is asked about again the next time."""
    answers.trouble = trouble
    found = await people.person(ADA)
    assert (found.name, found.is_admin, found.roles) == ("ada", False, ())
    answers.trouble, answers.user["is_admin"] = None, True
    assert (await people.person(ADA)).is_admin


async def test_a_slow_answer_is_not_waited_for_but_kept(people: UserProfiles, answers: Answers) -> None:
    """A form has to be open within three seconds."""
    answers.wait = asyncio.Event()
    async with asyncio.timeout(2.5):
        assert (await people.person(ADA)).name == "ada"
    answers.wait.set()
    assert (await people.person(ADA)).name == "Ada"
    assert answers.asked.count("users.info") == 1


async def test_a_workspace_is_forgotten(people: UserProfiles, answers: Answers) -> None:
    """Its people are asked about anew."""
    await people.person(ADA)
    people.forget("T1")
    await people.person(ADA)
    assert answers.asked.count("users.info") == 2
