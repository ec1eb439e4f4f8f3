"""Asks whose installation a payload belongs to, and who the person is."""

from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack import SLACK
from bot.adapters.slack.bolt_authorization import set_installation
from bot.adapters.slack.form_context import FormContext
from bot.adapters.slack.payloads import Installation, installation_of, origin_of_event, origin_of_interaction
from bot.domain.people import Identity

OURS, THEIRS = "T1", "T2"
OPENED = FormContext(team=OURS, enterprise="E1").to_metadata()


def form(**view: Any) -> dict[str, Any]:
    """Return a form that somebody of another organisation sent."""
    return {
        "type": "view_submission",
        "team": {"id": THEIRS, "domain": "globex", "enterprise_id": "E2"},
        "enterprise": {"id": "E2", "name": "globex"},
        "user": {"id": "U2", "team_id": THEIRS},
        "view": {"team_id": THEIRS, "app_installed_team_id": OURS, **view},
    }


def event(*, who: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a mention by somebody of another organisation."""
    said = {"type": "app_mention", "user": "U2", "team": THEIRS, "channel": "C1", "ts": "1.0", **more}
    ours = {"enterprise_id": None, "team_id": OURS, "user_id": "UB", "is_bot": True, "is_enterprise_install": False}
    return {
        "team_id": THEIRS,
        "enterprise_id": "E2",
        "context_team_id": OURS,
        "authorizations": [who or ours],
        "is_ext_shared_channel": True,
        "event": said,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (form(), Installation("", OURS)),
        (form(private_metadata=OPENED), Installation("E1", OURS)),
        (
            form(app_installed_team_id="E1", private_metadata=FormContext(team=OURS, enterprise="E1").to_metadata()),
            Installation("E1", OURS),
        ),
        (form(app_installed_team_id="E2"), Installation("E2", THEIRS)),
        (form(app_installed_team_id=THEIRS), Installation("E2", THEIRS)),
        (event(), Installation("", OURS)),
        (event(who={"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}), Installation("E1", OURS)),
        (event(who={"enterprise_id": "E2", "team_id": None, "is_enterprise_install": True}), Installation("E2", THEIRS)),
        ({"team_id": OURS, "event": {}, "authorizations": []}, Installation("", OURS)),
        ({"team": None, "enterprise": {"id": "E1"}, "user": {"id": "U1", "team_id": OURS}}, Installation("E1", OURS)),
    ],
)
def test_the_installation_that_answers(body: dict[str, Any], expected: Installation) -> None:
    """The view's own, the first authorization's, else the payload's."""
    assert installation_of(body) == expected


@pytest.mark.parametrize(
    ("more", "home"),
    [
        ({}, THEIRS),
        ({"user_team": "T3"}, "T3"),
        ({"user_team": "E2"}, THEIRS),
        ({"user_team": "E3"}, "E3"),
        ({"team": None}, THEIRS),
    ],
)
def test_whoever_did_it_is_of_their_own_workspace(more: dict[str, Any], home: str) -> None:
    """Events say it in three places."""
    assert origin_of_event(event(**more)).identity == Identity(SLACK, home, "U2")


def test_somebody_of_ours_is_of_ours() -> None:
    """In a channel of our own nothing else counts, and a form of our own neither."""
    body = {**event(), "team_id": OURS, "enterprise_id": None, "is_ext_shared_channel": False}
    assert origin_of_event(body).home == ""
    assert origin_of_interaction({"team": {"id": OURS}, "user": {"id": "U1", "team_id": OURS}}).home == ""


async def test_slack_bolt_asks_for_the_same_installation() -> None:
    """It would take a form's organisation, which is the person's, together with our workspace."""
    request = AsyncBoltRequest(mode="socket_mode", body=form())

    async def go_on() -> BoltResponse:
        return BoltResponse(status=200)

    await set_installation(request, go_on)
    assert (request.context.enterprise_id, request.context.team_id) == (None, OURS)
