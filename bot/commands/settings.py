"""`/settings`: how pictures are drawn at a place."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from bot.commands.rule_changes import LONGEST_REASON, RuleChanges
from bot.commands.setting_values import SettingContext, change_note, format_setting, parse_setting
from bot.commands.spec import Command, CommandAudience
from bot.domain.chat import rich_post
from bot.domain.limits import SETTINGS, CommunitySettings, apply_setting_rules
from bot.domain.options import Choice, Text
from bot.domain.rich_text import RichText
from bot.domain.rules import Rule, RuleKey, RuleKind
from bot.ports.clock import Clock
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas

_LONGEST_VALUE = 3000


class SettingName(StrEnum):
    """Everything that can be set: `bot.domain.limits.SETTINGS`, written out for menus."""

    ZONE = "zone"
    CHANNELS = "channels"
    SHAPE = "shape"
    QUALITY = "quality"
    REWRITING = "rewriting"
    PREVIEWS = "previews"
    REVIEW_CHANNEL = "review_channel"
    RETENTION = "retention"
    PROMPT_RETENTION = "prompt_retention"
    MESSAGE_RETENTION = "message_retention"
    JOB_RETENTION = "job_retention"
    RECORD_RETENTION = "record_retention"
    REPORTS_TO_HIDE = "reports_to_hide"
    LANGUAGE = "language"
    RELAXED_TIERS = "relaxed_tiers"
    RELAXED_BEYOND = "relaxed_beyond"
    THRESHOLD_MINORS = "threshold_minors"
    THRESHOLD_SEXUAL = "threshold_sexual"
    THRESHOLD_HATE = "threshold_hate"
    THRESHOLD_HARASSMENT = "threshold_harassment"
    THRESHOLD_VIOLENCE = "threshold_violence"
    THRESHOLD_GORE = "threshold_gore"
    THRESHOLD_SELF_HARM = "threshold_self_harm"
    THRESHOLD_ILLICIT = "threshold_illicit"


@dataclass(frozen=True, slots=True)
class SettingsShowArgs:
    """`/settings show` takes nothing."""


def settings_show(quotas: Quotas, deployment: CommunitySettings) -> Command[SettingsShowArgs]:
    """Build `/settings show`. `deployment` is what holds where nothing is set."""

    async def run(call: Call, args: SettingsShowArgs) -> None:  # noqa: ARG001 - every command is called alike
        settings = (await quotas.effective_limits(call.person, call.place)).of_community.settings
        lines = [_line(name, settings, deployment) for name in SETTINGS]
        await call.whisper(rich_post(RichText.join("\n", ["How pictures are drawn here:", *lines])))

    return Command("settings show", "See how pictures are drawn here", SettingsShowArgs, run)


@dataclass(frozen=True, slots=True)
class SettingsSetArgs:
    """What `/settings set` takes."""

    name: Annotated[SettingName, Choice("What to set", SettingName)]
    value: Annotated[str, Text("What it is to be, or default to go back to the default", longest=_LONGEST_VALUE)]
    why: Annotated[str, Text("Why, for the record", longest=LONGEST_REASON)] = ""


def settings_set(
    rule_changes: RuleChanges, quotas: Quotas, *, deployment: CommunitySettings, clock: Clock, grace: timedelta
) -> Command[SettingsSetArgs]:
    """Build `/settings set`. `grace` is how long a new retention waits before it removes pictures."""

    async def run(call: Call, args: SettingsSetArgs) -> None:
        effective_limits, name = await quotas.effective_limits(call.person, call.place), args.name.value
        context = SettingContext(call.place, effective_limits, deployment, clock.now(), quotas.community)
        value = await asyncio.to_thread(parse_setting, name, args.value, context)
        key = RuleKey(RuleKind.SETTING, name)
        others = tuple(rule for rule in effective_limits.of_community.rules if rule.key != key)
        settings = apply_setting_rules(deployment, (*others, *(() if value is None else (Rule(key, value),))))
        note = change_note(name, settings, context, round(grace.total_seconds() / 60))
        await rule_changes.change(call, key, value, why=args.why, note=note)

    return Command(
        "settings set",
        "Change how pictures are drawn here",
        SettingsSetArgs,
        run,
        example="/settings set Europe/Berlin --name zone",
        audience=CommandAudience.ADMINS,
    )


def _line(name: str, settings: CommunitySettings, deployment: CommunitySettings) -> RichText:
    here, usual = format_setting(name, settings), format_setting(name, deployment)
    return RichText.of(f"{name}: ", here, "" if here == usual else f" (default: {usual})")
