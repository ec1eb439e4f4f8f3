"""`/settings`: how pictures are drawn at a place."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from bot.commands.customs import Desk, note_on, read_setting, say_setting
from bot.commands.options import Pick, Text
from bot.commands.record import LONGEST_WHY, Record
from bot.commands.spec import Audience, Command
from bot.domain.chat import Post
from bot.domain.rules import Matter, Rule, RuleKey
from bot.domain.terms import SETTINGS, Customs, customs_of
from bot.ports.clock import Clock
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas

_LONGEST_VALUE = 3000


class SettingName(StrEnum):
    """Everything that can be set: `bot.domain.terms.SETTINGS`, spelled out for menus."""

    ZONE = "zone"
    CHANNELS = "channels"
    SHAPE = "shape"
    QUALITY = "quality"
    REWRITING = "rewriting"
    PREVIEWS = "previews"
    REVIEW_CHANNEL = "review_channel"
    RETENTION = "retention"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class SettingsShowArgs:
    """`/settings show` takes nothing."""


def settings_show(quotas: Quotas, house: Customs) -> Command[SettingsShowArgs]:
    """Build `/settings show`. `house` is what holds where nothing is set."""

    async def run(call: Call, args: SettingsShowArgs) -> None:  # noqa: ARG001 - every command is called alike
        customs = (await quotas.terms(call.person, call.place)).of_community.customs
        lines = [_line(name, customs, house) for name in SETTINGS]
        await call.whisper(Post("\n".join(["How pictures are drawn here:", *lines])))

    return Command("settings show", "See how pictures are drawn here", SettingsShowArgs, run)


@dataclass(frozen=True, slots=True)
class SettingsSetArgs:
    """What `/settings set` takes."""

    name: Annotated[SettingName, Pick("What to set", SettingName)]
    value: Annotated[str, Text("What it is to be, or default to go back to the default", longest=_LONGEST_VALUE)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_WHY)] = ""


def settings_set(record: Record, quotas: Quotas, *, house: Customs, clock: Clock, grace: timedelta) -> Command[SettingsSetArgs]:
    """Build `/settings set`. `grace` is how long a new retention waits before it takes pictures away."""

    async def run(call: Call, args: SettingsSetArgs) -> None:
        terms, name = await quotas.terms(call.person, call.place), args.name.value
        desk = Desk(call.place, terms, house, clock.now(), quotas.community)
        value = await asyncio.to_thread(read_setting, name, args.value, desk)
        key = RuleKey(Matter.SETTING, name)
        others = tuple(rule for rule in terms.of_community.rules if rule.key != key)
        customs = customs_of(house, (*others, *(() if value is None else (Rule(key, value),))))
        note = note_on(name, customs, desk, round(grace.total_seconds() / 60))
        await record.change(call, key, value, why=args.why, note=note)

    return Command(
        "settings set",
        "Change how pictures are drawn here",
        SettingsSetArgs,
        run,
        example="/settings set Europe/Berlin --name zone",
        audience=Audience.ADMINS,
    )


def _line(name: str, customs: Customs, house: Customs) -> str:
    here, usual = say_setting(name, customs), say_setting(name, house)
    return f"{name}: {here}" if here == usual else f"{name}: {here} (default: {usual})"
