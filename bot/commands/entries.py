"""What rules and their changes are called: what an entry is about, and what its values mean."""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from bot.commands.customs import say_setting
from bot.commands.telling import counted, membership
from bot.domain.money import dollars
from bot.domain.rules import PERSON, Matter, Membership, Rule, RuleKey
from bot.domain.terms import SETTINGS, Customs, customs_of

_SETTINGS = {
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


def subject(key: RuleKey, whom: str) -> str:
    """Say what a rule is about: `the limit of loom:bob`. `whom` names the one person it may be about."""
    return _SUBJECTS[key.matter](key.subject, whom)


def value(key: RuleKey, said: str | None, zone: ZoneInfo, without: str | None = None) -> str:
    """Say what a value means. `without` is what holds where nothing is set, if that is known."""
    return without or _WITHOUT.get(key.matter, "none") if said is None else _VALUES[key.matter](key.subject, said, zone)


def role_in(name: str) -> str:
    """Give the role of `platform:tenant:role`, as people there know it."""
    return name.rpartition(":")[2]


def _limit(subject: str, whom: str) -> str:
    """Say whose limit it is: one person's, a tier's, a role's, or a whole server's."""
    kind, _, rest = subject.partition(":")
    if subject == PERSON:
        return f"the limit of {whom}"
    if kind == "server":
        return f"the limit of all of {rest} together"
    return f"the limit of the {kind} {role_in(rest)}"


def _membership(subject: str, whom: str) -> str:
    ways = {"register": f"the tier that {whom} has by registering", "grant": f"the tier granted to {whom}"}
    return ways.get(subject, f"the tier that {whom} pays for")


def _usage(subject: str, whom: str) -> str:
    day = date.fromisoformat(subject)
    return f"what {whom} has used on {day.day} {day:%B %Y}"


def _setting(name: str, said: str, zone: ZoneInfo) -> str:
    """Say what a setting is; one that this version does not know is said as it was written."""
    rule = Rule(RuleKey(Matter.SETTING, name), said)
    return say_setting(name, customs_of(Customs(zone), (rule,))) if name in SETTINGS else said


_SUBJECTS: Mapping[Matter, Callable[[str, str], str]] = {
    Matter.LIMIT: _limit,
    Matter.MEMBERSHIP: _membership,
    Matter.ROLE_TIER: lambda subject, _: f"the tier of the role {role_in(subject)}",
    Matter.PURCHASE_TIER: lambda subject, _: f"the tier of the purchase {subject}",
    Matter.BUDGET: lambda subject, _: f"the budget for a {subject}",
    Matter.SETTING: lambda subject, _: f"the setting “{_SETTINGS.get(subject, subject)}”",
    Matter.CREDITS: lambda _, whom: f"the balance of {whom}",
    Matter.USAGE: _usage,
}

_VALUES: Mapping[Matter, Callable[[str, str, ZoneInfo], str]] = {
    Matter.LIMIT: lambda _, said, __: f"{counted(int(said), 'picture')} a day",
    Matter.MEMBERSHIP: lambda _, said, zone: membership(Membership.read(said), zone),
    Matter.ROLE_TIER: lambda _, said, __: said,
    Matter.PURCHASE_TIER: lambda _, said, __: said,
    Matter.BUDGET: lambda _, said, __: dollars(int(said)),
    Matter.SETTING: _setting,
    Matter.CREDITS: lambda _, said, __: counted(int(said), "credit"),
    Matter.USAGE: lambda _, said, __: counted(int(said), "picture"),
}

_WITHOUT = {Matter.LIMIT: "not set", Matter.BUDGET: "not set", Matter.SETTING: "the default"}
