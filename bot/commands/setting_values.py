"""Parses and formats the values of `/settings`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from bot.commands.formatting import moment_text
from bot.domain.allowances import DayExtension
from bot.domain.chat import Place
from bot.domain.content import SCORED, USUAL_THRESHOLDS, ContentKind, parse_threshold
from bot.domain.images import Quality, Shape
from bot.domain.limits import LEAST_KEPT_DAYS, MOST_KEPT_DAYS, THRESHOLD_PREFIX, CommunitySettings, format_zone
from bot.domain.options import Choice
from bot.domain.people import CommunityId, Platform
from bot.domain.prompt_text import Language
from bot.domain.rich_text import PlatformChannel, RichText, TextPart
from bot.domain.wishes import Rewriting
from bot.errors import BadInput, NotAllowed
from bot.services.quotas import EffectiveLimits
from bot.text import join_words, pluralize, quote, suggest

_MOST_CHANNELS = 50
_MOST_REPORTS = 100
_MOST_BEYOND = 1000
_TOKEN = re.compile(r"<#[^<>]*>|[^\s,;]+")
_MENTION = re.compile(r"<#([A-Za-z0-9_-]{1,64})(?:\|[^<>]*)?>")
_PLAIN_ID = re.compile(r"(?=\D*\d)[A-Z0-9]{2,64}")
_FULL_ID = re.compile(r"([a-z]{2,20}):([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,64})")


class _Switch(StrEnum):
    """What can be on or off."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SettingContext:
    """Where a setting is changed, and how things stand there. `community_of` returns the community of a place."""

    place: Place
    effective_limits: EffectiveLimits
    deployment: CommunitySettings
    now: datetime
    community_of: Callable[[Place], CommunityId]

    @property
    def settings(self) -> CommunitySettings:
        """Return what holds here now."""
        return self.effective_limits.of_community.settings

    @property
    def tenant(self) -> str:
        """Return what the ids of channels here begin with; nothing where there are none."""
        return f"{self.place.platform}:{self.place.tenant}:" if self.place.tenant else ""


def parse_setting(name: str, typed: str, context: SettingContext) -> str | None:
    """Return the value that a setting gets, None for the deployment's own. It may read zone data from the disk.

    Raises:
        BadInput: It cannot be that.
        NotAllowed: It names a channel of another community.
    """
    text = typed.strip()
    if text.lower() == "default":
        return _reset_zone(context) if name == "zone" else None
    return _PARSERS[name](text, context)


def format_setting(name: str, settings: CommunitySettings) -> TextPart:
    """Return what a setting is."""
    if name in settings.kept_days:
        days = settings.kept_days[name]
        return pluralize(days, "day") if days else "for ever"
    return _FORMATTERS[name](settings) if name in _FORMATTERS else str(getattr(settings, name))


def _threshold_formatter(kind: ContentKind) -> Callable[[CommunitySettings], TextPart]:
    return lambda settings: settings.thresholds.describe(kind)


_FORMATTERS: Mapping[str, Callable[[CommunitySettings], TextPart]] = {
    "zone": lambda settings: settings.zone.key,
    "channels": lambda settings: RichText.join(", ", map(PlatformChannel.parse, settings.channels or ("all",))),
    "reports_to_hide": lambda settings: str(settings.reports_to_hide or "never"),
    "language": lambda settings: settings.language.value,
    "relaxed_tiers": lambda settings: ", ".join(sorted(settings.relaxed_tiers)) or "none",
    "previews": lambda settings: "on" if settings.previews else "off",
    "review_channel": lambda settings: PlatformChannel.parse(settings.review_channel) if settings.review_channel else "none",
    **{f"{THRESHOLD_PREFIX}{kind}": _threshold_formatter(kind) for kind in SCORED},
}
"""Those that are not said as they are."""


def change_note(name: str, settings: CommunitySettings, context: SettingContext, grace_minutes: int) -> str:
    """Return what people should know about a setting that has just been changed."""
    match name:
        case "zone":
            return _zone_note(settings, context)
        case "channels" if not settings.channels:
            return "Pictures are drawn in all channels."
        case "retention" if settings.retention_days:
            return (
                f"In {pluralize(grace_minutes, 'minute')} older pictures begin to go for good, from the gallery and the store; "
                "until then you can undo it. Messages that show them stay as they are."
            )
        case _ if name.startswith(THRESHOLD_PREFIX):
            return _THRESHOLD_NOTE
        case _ if settings.kept_days.get(name):
            return _KEPT_NOTES[name]
        case _:
            return ""


_THRESHOLD_NOTE = (
    "That counts from the next request on, for words and for finished pictures: flagged refuses what the moderation model "
    "itself would, a score from 0.01 (stricter) to 1 what it is so sure of, and off nothing. The word filter and the model "
    "that prepares prompts judge as before."
)

_AT_NEXT_SWEEP = "go for good at the next daily sweep, which counts what has stood for ten minutes"

_KEPT_NOTES = {
    "prompt_retention": (
        f"The words of older pictures {_AT_NEXT_SWEEP}; the pictures stay, and cannot be drawn again from their buttons."
    ),
    "message_retention": f"My older messages with their pictures {_AT_NEXT_SWEEP}; /gallery still has the pictures.",
    "job_retention": f"Older jobs {_AT_NEXT_SWEEP} once their pictures are gone; what the books need of them stays.",
    "record_retention": f"Older entries of /audit and of the moderation log, and older daily counts, {_AT_NEXT_SWEEP}.",
}


def _zone_note(settings: CommunitySettings, context: SettingContext) -> str:
    if settings.day_extension is None or context.now >= settings.day_extension.until:
        return f"Days end at midnight in {settings.zone.key} from now on."
    day, ends = settings.day_extension.day, moment_text(settings.day_extension.until, settings.zone)
    return f"The day that has begun ({day.day} {day:%B}) goes on until {ends} there; no limit starts over before."


def _parse_zone(typed: str, context: SettingContext) -> str:
    try:
        zone = ZoneInfo(typed)
    except (OSError, ValueError, KeyError):
        close = suggest(typed, sorted(available_timezones()))
        raise BadInput(f"zone is a time zone such as UTC or Europe/Berlin, not {quote(typed)}.{close}") from None
    return format_zone(zone, DayExtension.after_zone_change(context.effective_limits.allowance, context.now, zone))


def _reset_zone(context: SettingContext) -> str | None:
    """Return None, for the deployment's zone; if that would end the day early, that zone as a rule with the day that goes on."""
    day_extension = DayExtension.after_zone_change(context.effective_limits.allowance, context.now, context.deployment.zone)
    return None if day_extension is None else format_zone(context.deployment.zone, day_extension)


def _parse_channels(typed: str, context: SettingContext) -> str | None:
    """Return the channels with those of the named tenants replaced; those of other tenants stay."""
    if typed.lower() == "all":
        named, touched = [], {context.tenant}
    else:
        named = list(dict.fromkeys(_parse_channel(token, context) for token in _TOKEN.findall(typed)))
        touched = {_tenant_prefix(channel) for channel in named}
    kept = [channel for channel in context.settings.channels if not any(channel.startswith(tenant) for tenant in touched)]
    if not named and typed.lower() != "all":
        raise BadInput(f"channels takes channels, “here” or “all”, not {quote(typed)}.")
    if len(kept) + len(named) > _MOST_CHANNELS:
        raise BadInput(f"{_MOST_CHANNELS} channels are the most; nothing was changed.")
    return " ".join([*kept, *named]) or None


def _parse_review_channel(typed: str, context: SettingContext) -> str | None:
    if typed.lower() == "none":
        return None
    return _parse_channel(typed, context)


def _parse_channel(typed: str, context: SettingContext) -> str:
    """Return a channel as rules name it: `platform:tenant:channel`."""
    if found := _FULL_ID.fullmatch(typed):
        if context.community_of(Place(Platform(found[1]), found[2], found[3])) != context.effective_limits.community:
            raise NotAllowed("That channel is another server's, and only its admins can change that; nothing was changed.")
        return typed
    id_ = context.place.channel if typed.lower() == "here" else _parse_own_channel(typed)
    if not context.tenant:
        raise BadInput("There are no channels here: give the whole id, as platform:server:channel. Nothing was changed.")
    if not _FULL_ID.fullmatch(f"{context.tenant}{id_}"):
        raise BadInput("This channel cannot be named in a setting; nothing was changed.")
    return f"{context.tenant}{id_}"


def _parse_own_channel(typed: str) -> str:
    if found := _MENTION.fullmatch(typed):
        return found[1]
    if _PLAIN_ID.fullmatch(typed):
        return typed
    raise BadInput(
        f"{quote(typed)} is not a channel: type # and choose it from the list, or give its id, or say “here”. "
        "Nothing was changed."
    )


def _tenant_prefix(channel: str) -> str:
    return channel[: channel.rindex(":") + 1]


def _days_parser(name: str, least: int = 1) -> Callable[[str, SettingContext], str]:
    """Return a parser of a number of days: 0 or never is for ever, and otherwise at least `least`."""

    def parse(typed: str, context: SettingContext) -> str:  # noqa: ARG001 - every setting is read alike
        found = re.fullmatch(r"([0-9]{1,4}) ?(?:d|days?)?", "0" if typed.lower() == "never" else typed.lower())
        days = -1 if found is None else int(found[1])
        if days != 0 and not least <= days <= MOST_KEPT_DAYS:
            raise BadInput(
                f"{name} is a number of days from {least} to {MOST_KEPT_DAYS}, such as {max(least, 30)}, "
                f"or 0 or never to keep for ever, not {quote(typed)}. Nothing was changed."
            )
        return str(days)

    return parse


def _parse_reports_to_hide(typed: str, context: SettingContext) -> str:  # noqa: ARG001 - every setting is read alike
    if typed.lower() == "never":
        return "0"
    if not re.fullmatch(r"[0-9]{1,3}", typed) or not 1 <= int(typed) <= _MOST_REPORTS:
        raise BadInput(f"reports_to_hide is a number of reports from 1 to {_MOST_REPORTS}, or never, not {quote(typed)}.")
    return str(int(typed))


def _parse_relaxed_tiers(typed: str, context: SettingContext) -> str | None:
    known = list(context.effective_limits.of_community.limits)
    named = [] if typed.lower() == "none" else _TOKEN.findall(typed.lower())
    for name in named:
        if name not in known:
            raise BadInput(f"relaxed_tiers takes none, or of these tiers: {join_words(known)}; not {quote(name)}.")
    return " ".join(dict.fromkeys(named)) or None


def _parse_relaxed_beyond(typed: str, context: SettingContext) -> str:  # noqa: ARG001 - every setting is read alike
    if not re.fullmatch(r"[0-9]{1,4}", typed) or int(typed) > _MOST_BEYOND:
        raise BadInput(f"relaxed_beyond is a number of pictures from 0 to {_MOST_BEYOND}, not {quote(typed)}.")
    return str(int(typed))


def _choice_parser(name: str, pick: Choice) -> Callable[[str, SettingContext], str]:
    return lambda typed, _context: str(pick.parse(name, typed))


def _threshold_parser(kind: ContentKind) -> Callable[[str, SettingContext], str]:
    return lambda typed, _context: USUAL_THRESHOLDS.set(kind, parse_threshold(kind, typed)).describe(kind)


_PARSERS: Mapping[str, Callable[[str, SettingContext], str | None]] = {
    "zone": _parse_zone,
    "channels": _parse_channels,
    "shape": _choice_parser("shape", Choice("", Shape)),
    "quality": _choice_parser("quality", Choice("", Quality)),
    "rewriting": _choice_parser("rewriting", Choice("", Rewriting)),
    "previews": _choice_parser("previews", Choice("", _Switch)),
    "review_channel": _parse_review_channel,
    "retention": _days_parser("retention"),
    "prompt_retention": _days_parser("prompt_retention"),
    "message_retention": _days_parser("message_retention"),
    "job_retention": _days_parser("job_retention", LEAST_KEPT_DAYS),
    "record_retention": _days_parser("record_retention", LEAST_KEPT_DAYS),
    "reports_to_hide": _parse_reports_to_hide,
    "language": _choice_parser("language", Choice("", Language)),
    "relaxed_tiers": _parse_relaxed_tiers,
    "relaxed_beyond": _parse_relaxed_beyond,
    **{f"{THRESHOLD_PREFIX}{kind}": _threshold_parser(kind) for kind in SCORED},
}
