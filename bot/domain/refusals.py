"""Words that were refused, as they are kept for a while: so that somebody can say that it was a mistake."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId, Platform
from bot.errors import RefusedBy

RefusalId = NewType("RefusalId", str)

KEPT_FOR = timedelta(days=30)
"""How long a refusal is kept."""

TRIES_WITHIN = timedelta(days=1)
"""In which time tries at the same thing are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedWords:
    """One refusal. Its id is the job's where there is one: the same refusal noted twice is one.

    `category` is the kind of rule, `entry` what a word list found, for the program alone.
    """

    id: RefusalId
    community: CommunityId
    platform: Platform
    tenant: str
    account: AccountId
    refused_at: datetime
    by: RefusedBy
    category: str
    entry: str
    words: str
    job: JobId | None = None
