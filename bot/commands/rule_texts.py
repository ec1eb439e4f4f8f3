"""Words for rules and their changes: what an entry is about, and what its values mean."""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from bot.commands.formatting import membership_text
from bot.commands.setting_values import format_setting
from bot.domain.limits import SETTINGS, CommunitySettings, apply_setting_rules
from bot.domain.money import dollars
from bot.domain.rules import PERSON_SUBJECT, Membership, Rule, RuleKey, RuleKind
from bot.text import pluralize

_SETTING_TITLES = {
    "zone": "time zone",
    "channels": "channels for pictures",
    "shape": "usual shape",
    "quality": "usual quality",
    "rewriting": "rewriting of prompts",
    "previews": "unfinished pictures on the way",
    "review_channel": "review channel",
    "retention": "how long pictures are kept",
    "language": "language",
}


def subject_text(key: RuleKey, whom: str) -> str:
    """Say what a rule is about: `the limit of loom:bob`. `whom` names the one person it may be about."""
    return _SUBJECTS[key.kind](key.subject, whom)


def value_text(key: RuleKey, said: str | None, zone: ZoneInfo, without: str | None = None) -> str:
    """Say what a value means. `without` is what holds where nothing is set, if that is known."""
    return without or _DEFAULT_TEXTS.get(key.kind, "none") if said is None else _VALUES[key.kind](key.subject, said, zone)


def role_name(name: str) -> str:
    """Return the role of `platform:tenant:role`, as people there know it."""
    return name.rpartition(":")[2]


def _limit(subject: str, whom: str) -> str:
    """Say whose limit it is: one person's, a tier's, a role's, or a whole server's."""
    kind, _, rest = subject.partition(":")
    if subject == PERSON_SUBJECT:
        return f"the limit of {whom}"
    if kind == "server":
        return f"the limit of all of {rest} together"
    return f"the limit of the {kind} {role_name(rest)}"


def _membership(subject: str, whom: str) -> str:
    ways = {"register": f"the tier that {whom} has by registering", "grant": f"the tier granted to {whom}"}
    return ways.get(subject, f"the tier that {whom} pays for")


def _usage(subject: str, whom: str) -> str:
    day = date.fromisoformat(subject)
    return f"what {whom} has used on {day.day} {day:%B %Y}"


def _setting(name: str, said: str, zone: ZoneInfo) -> str:
    """Say what a setting is; one that this version does not know is said as it was written."""
    rule = Rule(RuleKey(RuleKind.SETTING, name), said)
    return format_setting(name, apply_setting_rules(CommunitySettings(zone), (rule,))) if name in SETTINGS else said


_SUBJECTS: Mapping[RuleKind, Callable[[str, str], str]] = {
    RuleKind.LIMIT: _limit,
    RuleKind.MEMBERSHIP: _membership,
    RuleKind.ROLE_TIER: lambda subject, _: f"the tier of the role {role_name(subject)}",
    RuleKind.PURCHASE_TIER: lambda subject, _: f"the tier of the purchase {subject}",
    RuleKind.BUDGET: lambda subject, _: f"the budget for a {subject}",
    RuleKind.SETTING: lambda subject, _: f"the setting “{_SETTING_TITLES.get(subject, subject)}”",
    RuleKind.CREDITS: lambda _, whom: f"the balance of {whom}",
    RuleKind.USAGE: _usage,
}

_VALUES: Mapping[RuleKind, Callable[[str, str, ZoneInfo], str]] = {
    RuleKind.LIMIT: lambda _, said, __: f"{pluralize(int(said), 'picture')} a day",
    RuleKind.MEMBERSHIP: lambda _, said, zone: membership_text(Membership.parse(said), zone),
    RuleKind.ROLE_TIER: lambda _, said, __: said,
    RuleKind.PURCHASE_TIER: lambda _, said, __: said,
    RuleKind.BUDGET: lambda _, said, __: dollars(int(said)),
    RuleKind.SETTING: _setting,
    RuleKind.CREDITS: lambda _, said, __: pluralize(int(said), "credit"),
    RuleKind.USAGE: lambda _, said, __: pluralize(int(said), "picture"),
}

_DEFAULT_TEXTS = {RuleKind.LIMIT: "not set", RuleKind.BUDGET: "not set", RuleKind.SETTING: "the default"}
