"""Does each role say what it cannot do without?"""

import pytest

from bot.app.roles import Role, with_slots
from bot.config import Settings
from bot.domain.people import Tier
from bot.errors import ConfigError

SHARED = {"engine": {"url": "redis://127.0.0.1:6379/0"}}
DISCORD = {"discord": {"token": "secret"}}
BY_HTTP = {"discord": {"token": "secret", "public_key": "0" * 64, "gateway": False}}
SLACK = {"slack": {"bot_token": "xoxb-1", "app_token": "xapp-1"}}


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.WEB, Role.WORKER])
def test_a_part_needs_a_meeting_place(role: Role) -> None:
    """The sentence names the setting, and the way without it."""
    with pytest.raises(ConfigError, match=rf"^easel {role} .*\[engine\] url.*easel run\.$"):
        role.check(Settings.model_validate(DISCORD))


def test_all_in_one_needs_none() -> None:
    """As it is out of the box."""
    Role.ALL.check(Settings())


@pytest.mark.parametrize("chats", [{}, BY_HTTP])
def test_a_gateway_needs_a_chat(chats: dict[str, object]) -> None:
    """One that has a socket: what comes by HTTP comes to the web process."""
    with pytest.raises(ConfigError, match=r"DISCORD_TOKEN.*SLACK_APP_TOKEN"):
        Role.GATEWAY.check(Settings.model_validate({**SHARED, **chats}))


@pytest.mark.parametrize("chats", [DISCORD, SLACK])
@pytest.mark.parametrize("role", Role)
def test_whatever_it_needs_will_do(role: Role, chats: dict[str, object]) -> None:
    """Any of the chats, and a Redis."""
    role.check(Settings.model_validate({**SHARED, **chats}))


def test_the_roles_divide_everything_among_them() -> None:
    """Nothing is left out, and nothing is done by two."""
    parts = (Role.GATEWAY, Role.WEB, Role.WORKER)
    for name in ("has_sockets", "has_page", "has_work"):
        assert getattr(Role.ALL, name)
        assert [getattr(part, name) for part in parts].count(True) == 1


@pytest.mark.parametrize(
    ("slots", "tiers", "expected"),
    [
        (0, "", {"guest": 2, "registered": 4, "premium": 4, "gold": 2}),
        (7, "", {"guest": 7, "registered": 7, "premium": 7, "gold": 7}),
        (0, "premium", {"guest": 0, "registered": 0, "premium": 4, "gold": 0}),
        (3, " gold, guest,", {"guest": 3, "registered": 0, "premium": 0, "gold": 3}),
    ],
)
def test_a_worker_draws_as_it_is_told_for_those_it_is_told(slots: int, tiers: str, expected: dict[str, int]) -> None:
    """What is not said is as the settings have it; a tier that these give no slots has as few as any."""
    settings = Settings.model_validate({"quotas": {"tiers": {"gold": 500}}})
    assert with_slots(settings, slots, tiers).worker.slots_by_tier == {Tier(name): share for name, share in expected.items()}


def test_a_tier_that_is_none_is_named() -> None:
    """With those that there are, and what may have been meant."""
    with pytest.raises(ConfigError) as refusal:
        with_slots(Settings(), 0, "premium,gest")
    assert refusal.value.user_text == (
        "easel worker --tiers names “gest”, which is no tier: take guest, premium or registered, as [quotas.tiers] has them. "
        "Did you mean guest?"
    )
