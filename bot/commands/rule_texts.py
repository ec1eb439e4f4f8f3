"""Words for rules and their changes: what an entry is about, and what its values mean."""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from bot.commands.formatting import membership_text
from bot.commands.setting_values import format_setting
from bot.domain.chat import Place
from bot.domain.content import SCORED
from bot.domain.limits import SETTINGS, THRESHOLD_PREFIX, CommunitySettings, apply_setting_rules
from bot.domain.money import dollars
from bot.domain.rich_text import PlatformRole, RichText, TextPart
from bot.domain.rules import PERSON_SUBJECT, FilterAction, FilterEntry, Membership, Rule, RuleKey, RuleKind
from bot.text import pluralize

Parts = tuple[TextPart, ...]

_SETTING_TITLES = {
    "zone": "time zone",
    "channels": "channels for pictures",
    "shape": "usual shape",
    "quality": "usual quality",
    "rewriting": "rewriting of prompts",
    "previews": "unfinished pictures on the way",
    "review_channel": "review channel",
    "retention": "how long pictures are kept",
    "prompt_retention": "how long prompts are kept",
    "message_retention": "how long messages are kept",
    "job_retention": "how long jobs are kept",
    "record_retention": "how long records are kept",
    "reports_to_hide": "how many reports hide a picture",
    "language": "language",
    "relaxed_tiers": "tiers whose usual lane is the relaxed one",
    "brand_colours": "colours of the brand kit",
    "brand_always": "words always in the brand kit",
    "brand_never": "words never in the brand kit",
    "relaxed_beyond": "pictures beyond the limit in the relaxed lane",
    **{f"{THRESHOLD_PREFIX}{kind}": f"score from which {kind.replace('_', '-')} is refused" for kind in SCORED},
}


def subject_text(key: RuleKey, whom: TextPart, place: Place) -> RichText:
    """Return what a rule is about: `the limit of loom:bob`. `whom` is the person it may be about, `place` where that is read."""
    return RichText.of(*_SUBJECTS[key.kind](key.subject, whom, place))


def value_text(key: RuleKey, said: str | None, zone: ZoneInfo, without: TextPart | None = None) -> TextPart:
    """Return what a value means. `without` is what holds where nothing is set, if that is known."""
    return without or _DEFAULT_TEXTS.get(key.kind, "none") if said is None else _VALUES[key.kind](key.subject, said, zone)


def filter_text(entry: FilterEntry) -> str:
    """Return what happens to prompts with listed words: `refused (brands, en)`."""
    return f"{_OUTCOMES[entry.action]} ({', '.join(part for part in (entry.category, entry.language) if part)})"


def _limit(subject: str, whom: TextPart, place: Place) -> Parts:
    """Return whose limit it is: one person's, a tier's, a role's, or a whole server's."""
    kind, _, rest = subject.partition(":")
    if subject == PERSON_SUBJECT:
        return "the limit of ", whom
    if kind == "server":
        is_here = rest == f"{place.platform}:{place.tenant}"
        return ("the limit of all people here together" if is_here else f"the limit of all of {rest} together",)
    return f"the limit of the {kind} ", PlatformRole.parse(rest) if kind == "role" else rest


def _membership(subject: str, whom: TextPart, _: Place) -> Parts:
    match subject:
        case "register":
            return "the tier that ", whom, " has by registering"
        case "grant":
            return "the tier granted to ", whom
        case _:
            return "the tier that ", whom, " pays for"


def _usage(subject: str, whom: TextPart, _: Place) -> Parts:
    day = date.fromisoformat(subject)
    return "what ", whom, f" has used on {day.day} {day:%B %Y}"


def _setting(name: str, said: str, zone: ZoneInfo) -> TextPart:
    """Return what a setting is; one that this version does not know is shown as it was written."""
    rule = Rule(RuleKey(RuleKind.SETTING, name), said)
    return format_setting(name, apply_setting_rules(CommunitySettings(zone), (rule,))) if name in SETTINGS else said


_OUTCOMES = {
    FilterAction.BLOCK: "refused",
    FilterAction.REVIEW: "drawn, and shown to moderators",
    FilterAction.WARN: "drawn with a word to whoever asks",
    FilterAction.ALLOW: "allowed",
}

_SUBJECTS: Mapping[RuleKind, Callable[[str, TextPart, Place], Parts]] = {
    RuleKind.LIMIT: _limit,
    RuleKind.MEMBERSHIP: _membership,
    RuleKind.ROLE_TIER: lambda subject, _, __: ("the tier of the role ", PlatformRole.parse(subject)),
    RuleKind.PURCHASE_TIER: lambda subject, _, __: (f"the tier of the purchase {subject}",),
    RuleKind.BUDGET: lambda subject, _, __: (f"the budget for a {subject}",),
    RuleKind.SETTING: lambda subject, _, __: (f"the setting “{_SETTING_TITLES.get(subject, subject)}”",),
    RuleKind.CREDITS: lambda _, whom, __: ("the balance of ", whom),
    RuleKind.USAGE: _usage,
    RuleKind.FILTER: lambda subject, _, __: (f"“{subject}”",),
    RuleKind.FILTER_VERSION: lambda _, __, ___: ("the version of the listed words",),
    RuleKind.FILTER_IMPORT: lambda _, __, ___: ("an imported list of words",),
}

_VALUES: Mapping[RuleKind, Callable[[str, str, ZoneInfo], TextPart]] = {
    RuleKind.LIMIT: lambda _, said, __: f"{pluralize(int(said), 'picture')} a day",
    RuleKind.MEMBERSHIP: lambda _, said, zone: membership_text(Membership.parse(said), zone),
    RuleKind.ROLE_TIER: lambda _, said, __: said,
    RuleKind.PURCHASE_TIER: lambda _, said, __: said,
    RuleKind.BUDGET: lambda _, said, __: dollars(int(said)),
    RuleKind.SETTING: _setting,
    RuleKind.CREDITS: lambda _, said, __: pluralize(int(said), "credit"),
    RuleKind.USAGE: lambda _, said, __: pluralize(int(said), "picture"),
    RuleKind.FILTER: lambda _, said, __: filter_text(FilterEntry.parse(said)),
    RuleKind.FILTER_VERSION: lambda _, said, __: said,
    RuleKind.FILTER_IMPORT: lambda subject, _, __: f"listed ({pluralize(int(subject), 'entry', 'entries')})",
}

_DEFAULT_TEXTS = {
    RuleKind.LIMIT: "not set",
    RuleKind.BUDGET: "not set",
    RuleKind.SETTING: "the default",
    RuleKind.FILTER: "not listed",
    RuleKind.FILTER_IMPORT: "not listed",
}
