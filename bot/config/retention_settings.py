"""The section of the settings that says how long things are kept."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.field_types import Section
from bot.domain.limits import LEAST_KEPT_DAYS, MOST_KEPT_DAYS


def _check_kept_days(days: int) -> int:
    if 0 < days < LEAST_KEPT_DAYS:
        raise ValueError(f"must be at least {LEAST_KEPT_DAYS} days, or 0 to keep for ever")
    return days


_KeptDays = Annotated[int, Field(ge=0, le=MOST_KEPT_DAYS)]
_LongKeptDays = Annotated[_KeptDays, AfterValidator(_check_kept_days)]


class RetentionSettings(Section):
    """`[retention]`: after how many days things go where a community has not said otherwise; 0 keeps them for ever."""

    pictures: _KeptDays = 0
    prompts: _KeptDays = 365
    messages: _KeptDays = 0
    jobs: _LongKeptDays = 730
    records: _LongKeptDays = 730
