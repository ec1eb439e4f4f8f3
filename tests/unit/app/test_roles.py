"""Does each role say what it cannot do without?"""

import pytest

from bot.app.roles import Role
from bot.config import Settings
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
