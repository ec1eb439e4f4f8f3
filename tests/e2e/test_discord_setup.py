"""Asks whether an operator is told how to invite the bot, and what is wrong with it before anybody tries it."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.config import Settings
from bot.doctor import chat_checks
from bot.domain.health import Finding, Health
from tests.e2e.discord_stage import a_stage
from tests.e2e.program import Program
from tests.fakes.discord import FakeDiscord, Permission
from tests.fakes.discord.client import pointed_at


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Yield one that clients of this process reach."""
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            yield fake


async def look(discord: FakeDiscord, **more: object) -> tuple[Finding, ...]:
    """Have the doctor look."""
    given = {"token": discord.token, "api_url": discord.api_url, "gateway_url": discord.gateway_url, **more}
    return await chat_checks.check_discord(Settings.model_validate({"discord": given}))


async def test_before_the_first_start_nothing_is_wrong(discord: FakeDiscord) -> None:
    """The commands will come."""
    findings = await look(discord)
    assert {finding.health for finding in findings} == {Health.OK, Health.NOTE}
    assert any("The token is that of" in finding.text for finding in findings)
    assert any("easel run registers them" in finding.mend for finding in findings)
    assert discord.seen.of("PUT") == []


async def test_after_a_start_everything_is_well(tmp_path: Path) -> None:
    """The commands are those of this version."""
    async with a_stage(tmp_path) as stage:
        findings = await chat_checks.check_discord(stage.settings)
    assert {finding.health for finding in findings} == {Health.OK}
    assert any("gallery, help, help-me-write, history, imagine" in finding.text for finding in findings)


async def test_a_bot_that_anybody_can_add_is_noted(discord: FakeDiscord) -> None:
    """What strangers draw is paid for here."""
    assert not any("Public Bot" in finding.mend for finding in await look(discord))
    discord.application.is_public = True
    assert any(finding.health is Health.NOTE and "Public Bot" in finding.mend for finding in await look(discord))


async def test_only_ways_of_installation_that_the_application_has_are_claimed(tmp_path: Path) -> None:
    """Discord refuses the whole menu otherwise, and nobody would have a command."""
    async with a_stage(tmp_path, opened=False) as stage:
        stage.discord.application.is_user_installable = False
        await stage.open()
        assert {kind for command in stage.discord.commands for kind in command["integration_types"]} == {0}
        findings = await chat_checks.check_discord(stage.settings)
    assert any("Commands are registered as they should be" in finding.text for finding in findings)


@pytest.mark.parametrize(("minutes", "sentence"), [(-20, "20 min ahead of Discord's"), (20, "20 min behind Discord's")])
async def test_a_clock_that_is_wrong_is_named(discord: FakeDiscord, minutes: int, sentence: str) -> None:
    """By what Discord's answers say."""
    discord.forward(minutes=minutes)
    [wrong] = [finding for finding in await look(discord) if finding.health is Health.WRONG]
    assert sentence in wrong.text
    assert "NTP" in wrong.mend


async def test_a_wrong_token_is_named_and_not_shown(discord: FakeDiscord) -> None:
    """With where to get another."""
    [finding] = await look(discord, token="mistyped-token")
    assert finding.health is Health.WRONG
    assert "does not accept the token" in finding.text
    assert "mistyped-token" not in str(finding)


async def test_an_api_that_cannot_be_reached(discord: FakeDiscord) -> None:
    """Is not a wrong token."""
    discord.faults.fail("GET", "/users/@me", status=503, times=10)
    [finding] = await look(discord)
    assert "cannot be asked" in finding.text


async def test_interactions_that_go_elsewhere_are_wrong(discord: FakeDiscord) -> None:
    """The gateway would hear nothing."""
    discord.application.interactions_url = "https://elsewhere.example/x"
    wrong = [finding for finding in await look(discord) if finding.health is Health.WRONG]
    assert ["https://elsewhere.example/x" in finding.text for finding in wrong] == [True]


async def test_another_applications_key_is_wrong(discord: FakeDiscord) -> None:
    """Every interaction would be turned away."""
    findings = await look(discord, public_key="0" * 64)
    assert any(finding.health is Health.WRONG and discord.application.public_key in finding.mend for finding in findings)


async def test_without_gateway_an_endpoint_is_needed(discord: FakeDiscord) -> None:
    """Else nobody would be heard."""
    findings = await look(discord, public_key=discord.application.public_key, gateway=False)
    assert any(finding.health is Health.WRONG and "knows no endpoint" in finding.text for finding in findings)


async def test_without_a_token_it_is_off() -> None:
    """And nobody is asked."""
    [finding] = await chat_checks.check_discord(Settings())
    assert finding.health is Health.OK


async def test_the_invitation_asks_for_what_is_needed(discord: FakeDiscord, tmp_path: Path) -> None:
    """And for nothing that moderates or administers."""
    program = Program(tmp_path, {"DISCORD_TOKEN": discord.token, "EASEL_DISCORD__API_URL": discord.api_url})
    done = await program.run("discord", "invite")
    assert done.code == 0
    server, person = [line.strip() for line in done.out.splitlines() if "https://" in line]
    asked = parse_qs(urlsplit(server).query)
    assert asked["client_id"] == [str(discord.application.id)]
    assert asked["scope"] == ["bot applications.commands"]
    permissions = Permission(int(asked["permissions"][0]))
    assert Permission.SEND_MESSAGES | Permission.ATTACH_FILES | Permission.VIEW_CHANNEL in permissions
    assert not permissions & (Permission.ADMINISTRATOR | Permission.MANAGE_MESSAGES)
    assert parse_qs(urlsplit(person).query)["integration_type"] == ["1"]


@pytest.mark.parametrize(("token", "sentence"), [("", "No Discord token is set"), ("wrong", "does not accept the token")])
async def test_no_invitation_without_a_token(discord: FakeDiscord, tmp_path: Path, token: str, sentence: str) -> None:
    """One sentence, and a failure."""
    environ = {"EASEL_DISCORD__API_URL": discord.api_url, **({"DISCORD_TOKEN": token} if token else {})}
    done = await Program(tmp_path, environ).run("discord", "invite")
    assert done.code == 1
    assert sentence in done.err
    assert "Traceback" not in done.err
