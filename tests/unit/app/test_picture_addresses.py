"""May somebody have easel fetch from where only easel can go?"""

import pytest

from bot.app.picture_addresses import fetch_picture
from bot.errors import BadInput


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8420/healthz",
        "https://127.0.0.1/secret.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/secret.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
    ],
)
async def test_nothing_is_fetched_that_is_not_on_the_public_internet(address: str) -> None:
    """One sentence, which tells nothing of what is there."""
    with pytest.raises(BadInput) as refused:
        await fetch_picture(address)
    assert refused.value.user_text.startswith("There is no picture that can be fetched at that address")


async def test_an_address_that_is_its_own_picture_is_read() -> None:
    """As pages have them."""
    assert await fetch_picture("data:image/png;base64,Zm94") == b"fox"
