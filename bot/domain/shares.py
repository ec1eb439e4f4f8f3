"""Pictures that their owners have shared: anybody with the link sees a page of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from bot.domain.pictures import PictureId

ShareId = NewType("ShareId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A page of one picture, until it is revoked. `shows_words` says whether it shows what was asked for."""

    id: ShareId
    picture: PictureId
    shows_words: bool
    created_at: datetime
    revoked_at: datetime | None = None
