"""Pictures at addresses that people name."""

from datetime import timedelta

from bot.domain.inputs import MOST_BYTES
from bot.errors import BadInput
from bot.provider_errors import ProviderFailed
from bot.providers.shared.picture_fetcher import PictureFetcher

_TIME_LIMIT = timedelta(seconds=30)
_NOWHERE = "https://nowhere.invalid/"
"""What an address without a host is relative to."""


async def fetch_picture(address: str) -> bytes:
    """Return what is at an address on the public internet; it may be no picture.

    Raises:
        BadInput: It may not or could not be fetched.
    """
    fetcher = PictureFetcher(_NOWHERE, pauses=(), time_limit=_TIME_LIMIT, largest=MOST_BYTES)
    try:
        return await fetcher.fetch(address, provider="address", request_id=None)
    except ProviderFailed:
        raise BadInput(
            "There is no picture that can be fetched at that address: it has to be on the public internet, with https, and "
            f"of {MOST_BYTES // 2**20} MB at most. Nothing was counted."
        ) from None
