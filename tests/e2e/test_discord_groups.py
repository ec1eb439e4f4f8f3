"""Asks what Discord tells of whoever calls, and whether groups of commands and commands for admins are as they should be."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import discord as discord_py
import pytest

from bot.adapters.discord.origins import person_of_interaction
from bot.commands.spec import AnyCommand, Command, CommandAudience
from bot.domain.chat import Form, Post
from bot.domain.options import Choice, Number, PersonRef, RoleRef, Text
from bot.domain.people import Mention, RoleMention
from bot.domain.people import Person as Caller
from bot.ports.surfaces import Call
from tests.e2e.discord_bot import a_bot
from tests.fakes.discord import Channel, DiscordPerson, FakeDiscord, Guild, NotSeen, Permission


class Tier(StrEnum):
    """Sizes of allowance."""

    GUEST = "guest"
    PREMIUM = "premium"


Many = StrEnum(
    "Many", "n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16 n17 n18 n19 n20 n21 n22 n23 n24 n25 n26 n27 n28 n29"
)
"""More than a menu shows, so that they are suggested."""


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing is taken."""


@dataclass(frozen=True, slots=True)
class SetArgs:
    """What `/quota set` takes."""

    tier: Annotated[Tier, Choice("Whose allowance", Tier)]
    pictures: Annotated[int, Number("Pictures a day", least=0, most=1000)] = 20
    note: Annotated[str | None, Text("Why", longest=100)] = None
    number: Annotated[Many | None, Choice("A number", Many)] = None
    person: Annotated[Mention | None, PersonRef("Whose")] = None
    role: Annotated[RoleMention | None, RoleRef("Whose, by role")] = None


@dataclass(frozen=True, slots=True)
class GiveArgs:
    """What `/give` takes."""

    tier: Annotated[Tier, Choice("Which", Tier)]
    person: Annotated[Mention, PersonRef("Whom")]
    role: Annotated[RoleMention | None, RoleRef("As what")] = None


@dataclass
class GroupBot:
    """A server, somebody in it, and a bot that remembers who gave it which command."""

    discord: FakeDiscord
    guild: Guild
    channel: Channel
    ada: DiscordPerson
    came: list[object] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)

    @property
    def commands(self) -> tuple[AnyCommand, ...]:
        """A group for admins, a mixed one, and one for everybody."""
        admins = CommandAudience.ADMINS
        return (
            Command("quota set", "Set an allowance", SetArgs, self._take, audience=admins),
            Command("quota show", "Show the allowances", NoArgs, self._take, audience=admins),
            Command("place show", "Show how it is here", NoArgs, self._take),
            Command("place set", "Change how it is here", NoArgs, self._take, audience=admins),
            Command("close", "Close the place", NoArgs, self._take, audience=admins),
            Command("give", "Give something", GiveArgs, self._take),
            Command("form", "Open its form", NoArgs, self._ask, opens_form=True),
            Command("me", "Say who I am", NoArgs, self._take),
        )

    def offered(self, name: str) -> dict[str, object]:
        """Return a command as it is registered."""
        return next(command for command in self.discord.commands if command["name"] == name)

    async def read(self, command: str, channel: Channel | None = None, **options: object) -> str:
        """Have Ada type a command, and give the answer."""
        return (await (await self.ada.type_command(channel or self.channel, command, **options)).message_when()).text

    async def caller(self, channel: Channel | None = None) -> Caller:
        """Have Ada ask who she is, and give what the house knows."""
        await self.read("me", channel)
        return self.callers[-1]

    async def _ask(self, call: Call, args: NoArgs) -> None:
        await call.ask(Form("give", {"person": "123"}))

    async def _take(self, call: Call, args: object) -> None:
        self.came.append(args)
        self.callers.append(call.person)
        await call.whisper(Post("taken"))


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[GroupBot]:
    """Yield it, connected."""
    async with FakeDiscord() as discord:
        guild = discord.add_guild("Painters")
        setup = GroupBot(discord, guild, guild.add_channel("general"), discord.add_user("ada"))
        async with a_bot(discord, tmp_path, setup.commands):
            yield setup


async def test_commands_of_a_group_are_one_with_parts(setup: GroupBot) -> None:
    """Each with options of its own."""
    quota = setup.offered("quota")
    parts = {part["name"]: part for part in quota["options"]}  # type: ignore[attr-defined]  # it is JSON
    assert quota["description"] == "set, show"
    assert {name: part["type"] for name, part in parts.items()} == {"set": 1, "show": 1}
    assert parts["set"]["description"] == "Set an allowance"
    assert [option["name"] for option in parts["set"]["options"]] == ["tier", "pictures", "note", "number", "person", "role"]


async def test_a_part_of_a_group_is_run_with_its_options(setup: GroupBot) -> None:
    """As it is declared."""
    setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    assert "taken" in await setup.read("quota set", tier="premium", pictures=7)
    assert "taken" in await setup.read("place show")
    assert setup.came == [SetArgs(Tier.PREMIUM, 7), NoArgs()]


async def test_people_and_roles_are_chosen_not_typed(setup: GroupBot) -> None:
    """The house is told their ids."""
    role = setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    await setup.read("quota set", tier="guest", person=setup.ada, role=role)
    assert setup.came == [SetArgs(Tier.GUEST, person=Mention(str(setup.ada.id)), role=RoleMention(str(role.id)))]


async def test_a_form_has_people_and_roles_chosen_too(setup: GroupBot) -> None:
    """One who is filled in is chosen already."""
    role = setup.guild.grant(setup.ada, Permission.NONE)
    interaction = await setup.ada.type_command(setup.channel, "form")
    modal = await interaction.modal_shown()
    assert [(one.label, one.kind) for one in modal.fields] == [("Tier", 3), ("Person", 5), ("Role", 6)]
    assert modal.fields[1].raw["default_values"] == [{"id": 123, "type": "user"}]
    sent = await setup.ada.submit_modal(interaction, {"Tier": "guest", "Person": [str(setup.ada.id)], "Role": [str(role.id)]})
    await sent.message_when()
    assert setup.came == [GiveArgs(Tier.GUEST, Mention(str(setup.ada.id)), RoleMention(str(role.id)))]


async def test_options_of_a_part_are_suggested(setup: GroupBot) -> None:
    """While they are typed."""
    setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    assert await setup.ada.complete(setup.channel, "quota set", "number", "n29", tier="guest") == ["n29"]


@pytest.mark.parametrize(
    ("name", "permissions", "contexts"),
    [("quota", "32", [0]), ("close", "32", [0]), ("place", None, [0, 1, 2]), ("me", None, [0, 1, 2])],
)
async def test_what_is_for_admins_is_marked(setup: GroupBot, name: str, permissions: str | None, contexts: list[int]) -> None:
    """Only in servers, only for who may manage them; a mixed group is for all to see."""
    offered = setup.offered(name)
    assert (offered["default_member_permissions"], offered["contexts"]) == (permissions, contexts)


async def test_what_is_for_admins_is_not_offered_to_others(setup: GroupBot) -> None:
    """By their clients already."""
    with pytest.raises(NotSeen, match="permissions are missing"):
        await setup.ada.type_command(setup.channel, "close")
    setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    assert "taken" in await setup.read("close")
    with pytest.raises(NotSeen, match="not in such a place"):
        await setup.ada.type_command(setup.ada.dm_channel, "close")


async def test_whoever_gets_hold_of_it_anyway_is_refused(setup: GroupBot) -> None:
    """A server may open a command to everybody; the house asks again."""
    assert "is for admins only" in await setup.read("place set")
    setup.guild.grant(setup.ada, Permission.ADMINISTRATOR)
    assert "taken" in await setup.read("place set")
    assert len(setup.came) == 1


async def test_an_admin_of_another_place_is_none_here(setup: GroupBot) -> None:
    """Nor where somebody brought the bot along to a server of their own."""
    setup.ada.has_installed = True
    own = setup.discord.add_guild("Ada's own", has_bot=False)
    own.grant(setup.ada, Permission.ADMINISTRATOR)
    assert "is for admins only" in await setup.read("place set", own.add_channel("lobby"))
    setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    assert "is for admins only" in await setup.read("place set", setup.ada.dm_channel)
    assert (await setup.caller()).is_admin


async def test_roles_are_known(setup: GroupBot) -> None:
    """By their ids; the one of everybody has the server's, and is never told."""
    everyone = str(setup.guild.everyone.id)
    assert (await setup.caller()).roles == (everyone,)
    roles = [setup.guild.grant(setup.ada, Permission.NONE) for _ in range(2)]
    assert set((await setup.caller()).roles) == {everyone, *(str(role.id) for role in roles)}
    assert (await setup.caller(setup.ada.dm_channel)).roles == ()


async def test_what_was_bought_is_known(setup: GroupBot) -> None:
    """Once each, while it lasts; also where it was bought for a whole server."""
    assert (await setup.caller()).entitlements == ()
    setup.ada.buy(700)
    setup.ada.buy(700)
    over = setup.ada.buy(701)
    setup.discord.add_user("grace").buy(702, guild=setup.guild.id)
    over.is_deleted = True
    assert (await setup.caller()).entitlements == ("700", "702")
    assert (await setup.caller(setup.ada.dm_channel)).entitlements == ("700",)


async def test_a_purchase_that_is_over_does_not_count(setup: GroupBot) -> None:
    """Nor one that was taken back, though an interaction that was sent a moment before still names it."""
    setup.ada.buy(700)
    sent = await setup.ada.type_command(setup.channel, "me")
    await sent.message_when()
    body = sent.json()
    [bought] = body["entitlements"]
    now = discord_py.utils.utcnow()
    past, future = ((now + timedelta(days=days)).isoformat() for days in (-1, 1))
    changes: list[dict[str, object]] = [{"ends_at": past}, {"ends_at": future}, {"ends_at": None}, {"deleted": True}]
    body["entitlements"] = [
        {**bought, "id": str(number), "sku_id": str(number), "starts_at": past, **change}
        for number, change in enumerate(changes, 700)
    ]
    async with discord_py.Client(intents=discord_py.Intents(guilds=True)) as client:
        await client.login(setup.discord.token)
        interaction: discord_py.Interaction[discord_py.Client] = discord_py.Interaction(
            data=body,  # type: ignore[arg-type]  # it is what Discord sends
            state=client._connection,
        )
        assert person_of_interaction(interaction).entitlements == ("701", "702")


async def test_the_same_is_known_by_http(setup: GroupBot) -> None:
    """Where no gateway ever told us of the server: roles, rights and purchases are in the interaction itself."""
    role = setup.guild.grant(setup.ada, Permission.MANAGE_GUILD)
    setup.ada.buy(700)
    sent = await setup.ada.type_command(setup.channel, "me")
    await sent.message_when()
    async with discord_py.Client(intents=discord_py.Intents(guilds=True)) as client:
        await client.login(setup.discord.token)
        interaction: discord_py.Interaction[discord_py.Client] = discord_py.Interaction(
            data=sent.json(),  # type: ignore[arg-type]  # it is what Discord sends
            state=client._connection,
        )
        assert person_of_interaction(interaction) == setup.callers[-1]
    assert (setup.callers[-1].is_admin, setup.callers[-1].roles) == (True, (str(setup.guild.id), str(role.id)))
    assert setup.callers[-1].entitlements == ("700",)
