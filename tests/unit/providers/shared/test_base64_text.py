"""How pictures inside text are read."""

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.shared.base64_text import decode_base64, decode_data_url

MEGABYTES = random.Random(7).randbytes(1_000_001)  # noqa: S311 - a picture's worth of anything


@given(st.binary(min_size=1, max_size=200))
def test_what_was_encoded_comes_back(content: bytes) -> None:
    """Any bytes, with any padding."""
    assert decode_base64(base64.b64encode(content).decode()) == content


def test_megabytes_come_back_too() -> None:
    """Decoded in pieces, none of which is lost."""
    assert decode_base64(base64.b64encode(MEGABYTES).decode()) == MEGABYTES


def test_line_breaks_inside_are_no_error() -> None:
    """Some gateways wrap their base64 at 76 characters."""
    assert decode_base64(base64.encodebytes(MEGABYTES[:1000]).decode()) == MEGABYTES[:1000]


@pytest.mark.parametrize("text", ["", "Q", "==", "QQ==QUJD", "QU*D", "=QUJ", "Qä==", "%%%%", "QUJD" * 70_000 + "QQ==" + "QUJD"])
def test_anything_else_is_an_error_that_does_not_repeat_it(text: str) -> None:
    """Cut short, padded in the middle, or foreign; the error goes into the log, the text does not."""
    with pytest.raises(ValueError, match="base64") as caught:
        decode_base64(text)
    assert not text or text[:4] not in str(caught.value)


@pytest.mark.parametrize("text", ["_-8", "_-8=", "/+8", "/+8=", "/+8=="])
def test_padding_and_alphabet_do_not_matter(text: str) -> None:
    """Gateways leave the one out, and take the other from URLs."""
    assert decode_base64(text) == b"\xff\xef"


@pytest.mark.parametrize(
    ("url", "content"),
    [
        ("data:image/png;base64,QUJD", b"ABC"),
        ("DATA:image/png;charset=x;BASE64,QUJD", b"ABC"),
        ("data:,A%20B", b"A B"),
        ("data:image/svg+xml,<svg/>", b"<svg/>"),
    ],
)
def test_data_urls_hold_their_content(url: str, content: bytes) -> None:
    """As base64 or as escaped text."""
    assert decode_data_url(url, 100) == content


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("data:image/png;base64", "without data"),
        ("data:image/png;base64,", "empty"),
        ("data:,", "empty"),
        ("data:," + "x" * 11, "too large"),
        ("data:," + "x" * 1000, "too large"),
        ("data:image/png;base64," + "QUJD" * 4, "too large"),
    ],
)
def test_data_urls_without_a_usable_content_are_errors(url: str, why: str) -> None:
    """Nothing in them, or more than is allowed."""
    with pytest.raises(ValueError, match=re.escape(why)):
        decode_data_url(url, 10)
