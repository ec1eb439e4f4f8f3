"""How each setting is typed, and how it is said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from bot.commands.options import Pick, meant, quoted
from bot.commands.telling import counted, moment
from bot.domain.allowances import DayExtension
from bot.domain.chat import Place
from bot.domain.images import Quality, Shape
from bot.domain.jobs import Rewriting
from bot.domain.limits import CommunitySettings, format_zone
from bot.domain.people import CommunityId, Platform
from bot.domain.prompt_text import Language
from bot.errors import BadInput, NotAllowed
from bot.services.quotas import EffectiveLimits

_MOST_DAYS = 3650
_MOST_CHANNELS = 50
_TOKEN = re.compile(r"<#[^<>]*>|[^\s,;]+")
_MENTION = re.compile(r"<#([A-Za-z0-9_-]{1,64})(?:\|[^<>]*)?>")
_PLAIN_ID = re.compile(r"(?=\D*\d)[A-Z0-9]{2,64}")
_FULL_ID = re.compile(r"([a-z]{2,20}):([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,64})")


class _Switch(StrEnum):
    """What can be on or off."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a setting is changed, and how things stand there. `whose` tells the community of a place."""

    place: Place
    effective_limits: EffectiveLimits
    house: CommunitySettings
    now: datetime
    whose: Callable[[Place], CommunityId]

    @property
    def settings(self) -> CommunitySettings:
        """What holds here now."""
        return self.effective_limits.of_community.settings

    @property
    def tenant(self) -> str:
        """What the ids of channels here begin with; nothing where there are none."""
        return f"{self.place.platform}:{self.place.tenant}:" if self.place.tenant else ""


def read_setting(name: str, typed: str, desk: Desk) -> str | None:
    """Give the value that a setting gets, None for the house's own. It may read zone data from the disk.

    Raises:
        BadInput: It cannot be that.
        NotAllowed: It names a channel of another community.
    """
    text = typed.strip()
    if text.lower() == "default":
        return _house_zone(desk) if name == "zone" else None
    return _READ[name](text, desk)


def say_setting(name: str, settings: CommunitySettings) -> str:
    """Say what a setting is."""
    return _SAID[name](settings) if name in _SAID else str(getattr(settings, name))


_SAID: Mapping[str, Callable[[CommunitySettings], str]] = {
    "zone": lambda settings: settings.zone.key,
    "channels": lambda settings: ", ".join(settings.channels) or "all",
    "retention": lambda settings: counted(settings.retention_days, "day") if settings.retention_days else "for ever",
    "language": lambda settings: settings.language.value,
    "previews": lambda settings: "on" if settings.previews else "off",
    "review_channel": lambda settings: settings.review_channel or "none",
}
"""Those that are not said as they are."""


def note_on(name: str, settings: CommunitySettings, desk: Desk, grace_minutes: int) -> str:
    """Say what people should know about a setting that has just become so."""
    match name:
        case "zone":
            return _when_days_change(settings, desk)
        case "channels" if not settings.channels:
            return "Pictures are drawn in all channels."
        case "retention" if settings.retention_days:
            return (
                f"In {counted(grace_minutes, 'minute')} older pictures begin to go for good, from the gallery and the store; "
                "until then you can undo it. Messages that show them stay as they are."
            )
        case _:
            return ""


def _when_days_change(settings: CommunitySettings, desk: Desk) -> str:
    if settings.day_extension is None or desk.now >= settings.day_extension.until:
        return f"Days end at midnight in {settings.zone.key} from now on."
    day, ends = settings.day_extension.day, moment(settings.day_extension.until, settings.zone)
    return f"The day that has begun ({day.day} {day:%B}) goes on until {ends} there; no limit starts over before."


def _zone(typed: str, desk: Desk) -> str:
    try:
        zone = ZoneInfo(typed)
    except (OSError, ValueError, KeyError):
        close = meant(typed, sorted(available_timezones()))
        raise BadInput(f"zone is a time zone such as UTC or Europe/Berlin, not {quoted(typed)}.{close}") from None
    return format_zone(zone, DayExtension.after_zone_change(desk.effective_limits.allowance, desk.now, zone))


def _house_zone(desk: Desk) -> str | None:
    """Give the zone up; where that would end the day early, keep the house's zone as a rule, with the day that goes on."""
    day_extension = DayExtension.after_zone_change(desk.effective_limits.allowance, desk.now, desk.house.zone)
    return None if day_extension is None else format_zone(desk.house.zone, day_extension)


def _channels(typed: str, desk: Desk) -> str | None:
    """Set the channels of the tenants that are named; those of others stay."""
    if typed.lower() == "all":
        named, touched = [], {desk.tenant}
    else:
        named = list(dict.fromkeys(_channel(token, desk) for token in _TOKEN.findall(typed)))
        touched = {_tenant(channel) for channel in named}
    kept = [channel for channel in desk.settings.channels if not any(channel.startswith(tenant) for tenant in touched)]
    if not named and typed.lower() != "all":
        raise BadInput(f"channels takes channels, “here” or “all”, not {quoted(typed)}.")
    if len(kept) + len(named) > _MOST_CHANNELS:
        raise BadInput(f"{_MOST_CHANNELS} channels are the most; nothing was changed.")
    return " ".join([*kept, *named]) or None


def _review_channel(typed: str, desk: Desk) -> str | None:
    if typed.lower() == "none":
        return None
    return _channel(typed, desk)


def _channel(typed: str, desk: Desk) -> str:
    """Give a channel as rules name it: `platform:tenant:channel`."""
    if found := _FULL_ID.fullmatch(typed):
        if desk.whose(Place(Platform(found[1]), found[2], found[3])) != desk.effective_limits.community:
            raise NotAllowed("That channel is another server's, and only its admins can change that; nothing was changed.")
        return typed
    id_ = desk.place.channel if typed.lower() == "here" else _own_channel(typed)
    if not desk.tenant:
        raise BadInput("There are no channels here: give the whole id, as platform:server:channel. Nothing was changed.")
    if not _FULL_ID.fullmatch(f"{desk.tenant}{id_}"):
        raise BadInput("This channel cannot be named in a setting; nothing was changed.")
    return f"{desk.tenant}{id_}"


def _own_channel(typed: str) -> str:
    if found := _MENTION.fullmatch(typed):
        return found[1]
    if _PLAIN_ID.fullmatch(typed):
        return typed
    raise BadInput(
        f"{quoted(typed)} is not a channel: type # and choose it from the list, or give its id, or say “here”. "
        "Nothing was changed."
    )


def _tenant(channel: str) -> str:
    return channel[: channel.rindex(":") + 1]


def _retention(typed: str, desk: Desk) -> str:  # noqa: ARG001 - every setting is read alike
    found = re.fullmatch(r"([0-9]{1,4}) ?(?:d|days?)?", typed.lower())
    if found is None or int(found[1]) > _MOST_DAYS:
        raise BadInput(
            f"retention is a number of days from 0 to {_MOST_DAYS}, such as 30, and 0 is for ever, not {quoted(typed)}."
        )
    return str(int(found[1]))


def _picked(name: str, pick: Pick) -> Callable[[str, Desk], str]:
    return lambda typed, _desk: str(pick.parse(name, typed))


_READ: Mapping[str, Callable[[str, Desk], str | None]] = {
    "zone": _zone,
    "channels": _channels,
    "shape": _picked("shape", Pick("", Shape)),
    "quality": _picked("quality", Pick("", Quality)),
    "rewriting": _picked("rewriting", Pick("", Rewriting)),
    "previews": _picked("previews", Pick("", _Switch)),
    "review_channel": _review_channel,
    "retention": _retention,
    "language": _picked("language", Pick("", Language)),
}
