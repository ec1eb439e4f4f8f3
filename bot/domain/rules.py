"""Rules that admins set for a community, and the audit record of changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.people import AccountId, CommunityId, Tier

AuditEntryId = NewType("AuditEntryId", str)

EVERYBODY = AccountId("")
"""The account id of rules that are not about one person."""

PERSON_SUBJECT = "person"
"""The subject of a limit that is one person's."""


class RuleKind(StrEnum):
    """What a rule or an entry is about.

    Credits and usage are in the record only, as they have tables of their own,
    and so are imports of filter rules: what each added are rules by themselves.
    """

    LIMIT = "limit"
    MEMBERSHIP = "membership"
    ROLE_TIER = "role_tier"
    PURCHASE_TIER = "purchase_tier"
    BUDGET = "budget"
    SETTING = "setting"
    CREDITS = "credits"
    USAGE = "usage"
    FILTER = "filter"
    FILTER_VERSION = "filter_version"
    FILTER_IMPORT = "filter_import"


@dataclass(frozen=True, slots=True)
class RuleKey:
    """Which rule. `subject` says what it is about within its kind, `account` whom, if it is one person's.

    | kind | subject | value |
    |---|---|---|
    | limit | `person`, `tier:<tier>`, `role:<platform>:<tenant>:<role>`, `server:<platform>:<tenant>` | pictures a day |
    | membership | where it comes from: `register`, `grant`, `stripe:<id>` | `Membership` as text |
    | role_tier | `<platform>:<tenant>:<role>` | a tier |
    | purchase_tier | what the platform sells, by its id there | a tier |
    | budget | `day`, `month` | micro-dollars |
    | setting | its name | as `/settings` takes it |
    | filter | words, or a pattern between slashes | `FilterEntry` as text |
    | filter_version | nothing | another text after each change of a filter rule |
    | filter_import | how many rules it added | `FilterImport` as text |

    There may be thousands of filter rules, so they are read by themselves,
    where the version says that they have changed.
    """

    kind: RuleKind
    subject: str
    account: AccountId = EVERYBODY


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is set; a rule that is not there means the house's own setting."""

    key: RuleKey
    value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, with the name they went by."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something to set; a value of None takes the rule away."""

    community: CommunityId
    key: RuleKey
    value: str | None
    by: Actor
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the record, never changed. `undoes` names the entry that this one takes back."""

    id: AuditEntryId
    community: CommunityId
    at: datetime
    by: Actor
    key: RuleKey
    before: str | None
    after: str | None
    why: str = ""
    undoes: AuditEntryId | None = None


@dataclass(frozen=True, slots=True)
class FilterVersion:
    """Which words a community has listed. `revision` is another text after each change, and empty where none was ever listed."""

    community: CommunityId
    revision: str = ""


class FilterAction(StrEnum):
    """What happens to a prompt that contains listed words."""

    BLOCK = "block"
    REVIEW = "review"
    WARN = "warn"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class FilterEntry:
    """What a community's admins set for words. `category` is their own name for it; `language` lets inflections match too."""

    action: FilterAction
    category: str = "community"
    language: str = ""

    def __str__(self) -> str:
        """Return the entry as a rule's value."""
        return " ".join(part for part in (self.action, self.category, self.language) if part)

    @classmethod
    def parse(cls, value: str) -> "FilterEntry":
        """Return the entry of a rule's value."""
        action, category, *language = value.split(" ")
        return cls(FilterAction(action), category, *language)


@dataclass(frozen=True, slots=True)
class FilterImport:
    """The filter rules that were added at once: the value of each by its subject."""

    rules: Mapping[str, str]

    def __str__(self) -> str:
        """Return the import as an entry's value."""
        return json.dumps(self.rules, ensure_ascii=False)

    @classmethod
    def parse(cls, value: str) -> "FilterImport":
        """Return the import of an entry's value."""
        return cls(json.loads(value))


@dataclass(frozen=True, slots=True)
class Membership:
    """A tier that somebody has, for good or until a moment."""

    tier: Tier
    until: datetime | None = None

    def is_active_at(self, now: datetime) -> bool:
        """Whether it has not ended yet."""
        return self.until is None or now < self.until

    def __str__(self) -> str:
        """Return the membership as a rule's value."""
        return self.tier if self.until is None else f"{self.tier} until {self.until.isoformat()}"

    @classmethod
    def parse(cls, value: str) -> "Membership":
        """Return the membership of a rule's value."""
        tier, _, until = value.partition(" until ")
        return cls(Tier(tier), datetime.fromisoformat(until) if until else None)
